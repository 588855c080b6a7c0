"""The demonstration's own settings, for a newcomer who has set nothing."""

import socket
import stat
from pathlib import Path

import pytest

from tests.servers import find_free_port
from tracker import demonstration
from tracker.environment import Environment

PREPARED = {
    *("DJANGO_SECRET_KEY", "SITE_URL", "SITE_NAME", "ALLOWED_HOSTS"),
    *("DATABASE_URL", "MEDIA_ROOT", "LAST_PAGES_ROOT", "EMAIL_URL", "SITE_CONTACT"),
}


@pytest.fixture(params=[".demo", "50% #1 folder?", 'l\'été $HOME "x"'])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder: Path = tmp_path / request.param
    monkeypatch.setattr(demonstration, "FOLDER", folder)
    monkeypatch.setattr(demonstration, "ENVIRONMENT", folder / "environment")
    return folder


def prepared(*arguments: str, **variables: str) -> dict[str, str]:
    demonstration.prepare_environment(variables, arguments)
    return variables


def offered(**variables: str) -> dict[str, str]:
    demonstration.offer_environment(variables)
    return variables


def test_prepare_sets_all_that_the_settings_need(folder: Path) -> None:
    variables = prepared()
    env = Environment(variables)

    assert set(variables) == PREPARED
    assert len(env.secret("DJANGO_SECRET_KEY")) >= 50
    assert env.site_url("SITE_URL").geturl() == "http://127.0.0.1:8000"
    assert env.names("ALLOWED_HOSTS", []) == ["127.0.0.1", "localhost"]
    assert env.folder("MEDIA_ROOT", Path()) == folder / "media"
    mail_server = env.mail_server("EMAIL_URL")
    assert mail_server is not None
    assert mail_server.folder == folder / "mail"
    assert env.database("DATABASE_URL", pool_size=0)["NAME"] == str(folder / "tracker.sqlite3")


def test_prepare_keeps_what_is_set(folder: Path) -> None:
    variables = prepared(DATABASE_URL="sqlite:////lemons", SITE_URL="https://lemons.example", OTHER="x")

    assert (variables["DATABASE_URL"], variables["SITE_URL"]) == ("sqlite:////lemons", "https://lemons.example")
    assert "lemons" not in demonstration.ENVIRONMENT.read_text()


def test_prepare_gives_the_same_key_again(folder: Path) -> None:
    assert prepared() == prepared()


def test_prepare_gives_every_installation_a_key_of_its_own(folder: Path) -> None:
    first = prepared()["DJANGO_SECRET_KEY"]
    demonstration.ENVIRONMENT.unlink()

    assert prepared()["DJANGO_SECRET_KEY"] != first


def test_prepare_keeps_the_key_from_other_users_and_from_git(folder: Path) -> None:
    prepared()

    assert stat.S_IMODE(demonstration.ENVIRONMENT.stat().st_mode) == 0o600
    assert (folder / ".gitignore").read_text() == "*\n"


def test_offer_makes_nothing_where_there_is_no_demonstration(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert offered() == {}
    assert not folder.exists()
    assert capsys.readouterr() == ("", "")


def test_offer_gives_the_demonstrations_settings_and_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = prepared()

    assert offered(HOME="/home/lemon") == {**settings, "HOME": "/home/lemon"}
    assert capsys.readouterr() == ("", f"Using the demonstration's settings in {folder.name}/.\n")


@pytest.mark.parametrize("name", ["SITE_URL", "DJANGO_DEBUG", "MAX_STALE"])
def test_offer_fills_in_what_is_not_set(name: str, folder: Path) -> None:
    settings = prepared()

    assert offered(**{name: "1"}) == settings | {name: "1"}


@pytest.mark.parametrize(
    ("name", "missing"), [("DATABASE_URL", "DJANGO_SECRET_KEY"), ("DJANGO_SECRET_KEY", "DATABASE_URL")]
)
def test_offer_gives_nothing_to_a_site_of_its_own_and_says_what_is_missing(
    name: str, missing: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared()

    assert offered(**{name: ""}) == {name: ""}
    said = capsys.readouterr().err
    assert said.startswith(f"{name} is set, so the demonstration's settings in {folder.name}/ are not used")
    assert f"set {missing} and what else README.md lists, or unset {name}." in said


def test_offer_says_nothing_where_a_whole_site_is_set(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prepared()

    offered(**dict.fromkeys(["DATABASE_URL", "DJANGO_SECRET_KEY"], "lemons"))

    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("arguments", "address"),
    [
        (["--port", "8123"], "http://127.0.0.1:8123"),
        (["--no-serve", "--port=9000"], "http://127.0.0.1:9000"),
        (["--port", "65535"], "http://127.0.0.1:65535"),
        (["--port", "65536"], "http://127.0.0.1:8000"),
        (["--port", "lemon"], "http://127.0.0.1:8000"),
        (["--port"], "http://127.0.0.1:8000"),
        (["--port", "99999"], "http://127.0.0.1:8000"),
    ],
)
def test_the_address_follows_the_port(folder: Path, arguments: list[str], address: str) -> None:
    assert prepared(*arguments)["SITE_URL"] == address


def test_other_commands_know_where_the_site_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = find_free_port(), find_free_port()
    prepared("--port", str(first))
    assert offered()["SITE_URL"] == f"http://127.0.0.1:{first}"
    assert " before" not in capsys.readouterr().out

    prepared("--port", str(second))

    assert offered()["SITE_URL"] == f"http://127.0.0.1:{second}"
    assert f"was at http://127.0.0.1:{first} before" in capsys.readouterr().out


@pytest.mark.parametrize("argument", ["--no-serve", "--help", "-h"])
def test_what_serves_nothing_moves_nothing(argument: str, folder: Path) -> None:
    address = prepared("--port", str(find_free_port()))["SITE_URL"]

    assert prepared(argument)["SITE_URL"] == address
    assert offered()["SITE_URL"] == address


def test_a_port_in_use_moves_nothing(folder: Path) -> None:
    address = prepared("--port", str(find_free_port()))["SITE_URL"]

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        prepared("--port", str(taken.getsockname()[1]))

    assert offered()["SITE_URL"] == address


def test_a_demonstration_in_another_database_moves_nothing(folder: Path) -> None:
    address = prepared("--port", str(find_free_port()))["SITE_URL"]

    prepared("--port", str(find_free_port()), DATABASE_URL="sqlite:////lemons")

    assert offered()["SITE_URL"] == address


def test_a_demonstration_of_an_older_release_keeps_its_address_from_now_on(folder: Path) -> None:
    prepared()
    lines = demonstration.ENVIRONMENT.read_text().splitlines(keepends=True)
    demonstration.ENVIRONMENT.write_text("".join(line for line in lines if not line.startswith("SITE_URL")))
    assert offered()["SITE_URL"] == "http://127.0.0.1:8000"

    address = prepared("--port", str(find_free_port()))["SITE_URL"]

    assert offered()["SITE_URL"] == address
