"""Settings from the environment: what they mean, and the sentence that names a wrong one."""

import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from tracker.environment import Environment, MailServer, is_loopback
from tracker.postgresql import BoundedConnection


def given(value: str | None) -> Environment:
    return Environment({} if value is None else {"LEMONS": value})


def refused(read: Callable[[], Any]) -> str:
    """Make sure that a value is refused in a sentence that begins with the variable, and give it."""
    with pytest.raises(ImproperlyConfigured, match=r"^LEMONS .*\.$") as error:
        read()
    return str(error.value)


def test_text_gives_the_value_without_the_spaces_around_it() -> None:
    assert given(" sour lemons ").text("LEMONS") == "sour lemons"


@pytest.mark.parametrize("value", [None, "", "  "])
def test_text_that_is_not_set_is_the_default_or_refused(value: str | None) -> None:
    assert given(value).text("LEMONS", "sweet") == "sweet"
    assert given(value).text("LEMONS", "") == ""
    assert refused(lambda: given(value).text("LEMONS")).startswith("LEMONS is not set.")


def test_secret_gives_a_long_and_varied_value() -> None:
    assert given(string.ascii_letters).secret("LEMONS") == string.ascii_letters


@pytest.mark.parametrize("value", [None, "", "lemons1", string.ascii_letters[:49], "abab" * 20])
def test_secret_refuses_what_can_be_guessed_and_never_shows_it(value: str | None) -> None:
    sentence = refused(lambda: given(value).secret("LEMONS"))

    assert not value or value not in sentence


@pytest.mark.parametrize("value", ["1", "true", "TRUE", "Yes", " on "])
def test_yes_or_no_reads_a_yes(value: str) -> None:
    assert given(value).yes_or_no("LEMONS") is True


@pytest.mark.parametrize("value", [None, "", "0", "false", "No", "OFF"])
def test_yes_or_no_reads_a_no(value: str | None) -> None:
    assert given(value).yes_or_no("LEMONS") is False


@pytest.mark.parametrize("value", ["2", "y", "maybe", "True!", "1 0"])
def test_yes_or_no_refuses_anything_else(value: str) -> None:
    assert "write 1 or 0" in refused(lambda: given(value).yes_or_no("LEMONS"))


@pytest.mark.parametrize(
    ("value", "names"),
    [(None, ["default"]), ("", ["default"]), ("a", ["a"]), (" a , b.example,c ", ["a", "b.example", "c"])],
)
def test_names_reads_a_list(value: str | None, names: list[str]) -> None:
    assert given(value).names("LEMONS", ["default"]) == names


@pytest.mark.parametrize("value", [",", "a,", ",a", "a,,b", "a, ,b"])
def test_names_refuses_an_empty_place(value: str) -> None:
    refused(lambda: given(value).names("LEMONS", ["default"]))


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("https://pledges.example.org", "https://pledges.example.org"),
        ("https://pledges.example.org/", "https://pledges.example.org"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://xn--aj-tia.example", "https://xn--aj-tia.example"),
    ],
)
def test_site_url_gives_scheme_and_host(value: str, address: str) -> None:
    assert given(value).site_url("LEMONS").geturl() == address


@pytest.mark.parametrize(
    "value",
    [
        *[
            None,
            "",
            "pledges.example.org",
            "//pledges.example.org",
            "ftp://pledges.example.org",
            "https://",
            "https:///",
        ],
        *["https://pledges.example.org/pledges/", "https://pledges.example.org?a=b", "https://pledges.example.org#a"],
        *[
            "https://editor@pledges.example.org",
            "https://@pledges.example.org",
            "https://:443",
            "https://a:b@c.example",
        ],
        *[
            "https://a.example:0",
            "https://a.example:x",
            "https://a.example:",
            "https://a.example:99999",
            "https://[::1",
        ],
        *["https://a b.example", "https://a..example", "https://a_b.example", "https://a.example\\b", "https://a,b"],
        *["https://zitronen-ä.example", "https://*.example"],
    ],
)
def test_site_url_refuses_what_is_no_address_of_a_site(value: str | None) -> None:
    refused(lambda: given(value).site_url("LEMONS"))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        *[("http://localhost:8000", True), ("http://127.0.0.1", True), ("http://[::1]:8000", True)],
        *[("https://pledges.example.org", False), ("https://localhost.example.org", False), ("http://10.0.0.1", False)],
    ],
)
def test_is_loopback_knows_its_own_machine(address: str, expected: bool) -> None:  # noqa: FBT001
    assert is_loopback(given(address).site_url("LEMONS")) is expected


@pytest.mark.parametrize("value", [None, "", "http://127.0.0.1:8080", "https://cache.example.org/purge?key=lemon"])
def test_address_reads_a_web_address_or_nothing(value: str | None) -> None:
    assert given(value).address("LEMONS") == (value or "")


@pytest.mark.parametrize(
    "value", ["cache.example.org", "ftp://cache.example.org", "https://", "https://[::1", "file:///x"]
)
def test_address_refuses_anything_else(value: str) -> None:
    assert "write an address like" in refused(lambda: given(value).address("LEMONS"))


@pytest.mark.parametrize(("value", "count"), [(None, 7), ("", 7), ("0", 0), (" 12 ", 12)])
def test_count_reads_a_whole_number(value: str | None, count: int) -> None:
    assert given(value).count("LEMONS", 7) == count


@pytest.mark.parametrize("value", ["-1", "+1", "1.5", "1_000", "\u0661", "²", "many", "0x10"])
def test_count_refuses_anything_else(value: str) -> None:
    assert "write a whole number" in refused(lambda: given(value).count("LEMONS", 7))


def test_database_takes_the_write_lock_at_once_on_sqlite() -> None:
    database: dict[str, Any] = given("sqlite:////srv/a%20folder/tracker%23.sqlite3").database("LEMONS", pool_size=5)

    assert database["NAME"] == "/srv/a folder/tracker#.sqlite3"
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]


def test_database_that_may_not_be_made_must_be_there() -> None:
    database = given("sqlite:////srv/a%20folder/tracker%23.sqlite3").database("LEMONS", pool_size=5, may_be_made=False)

    assert database["NAME"] == "file:///srv/a%20folder/tracker%23.sqlite3?mode=rw"


BOUNDED = {"connect_timeout": 2, "keepalives_idle": 2, "keepalives_interval": 1, "tcp_user_timeout": 5000}


def test_database_bounds_the_waiting_on_postgresql() -> None:
    database = given("postgres://editor:p%40ss@db.example:5433/tracker").database("LEMONS", pool_size=0)

    assert {name: database[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "tracker",
        "USER": "editor",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": 5433,
    }
    assert database["OPTIONS"] == BOUNDED


def test_database_keeps_a_bounded_pool_where_one_is_asked_for() -> None:
    database = given("postgres://db.example/tracker").database("LEMONS", pool_size=5)

    bounds = {"max_size": 5, "timeout": 2, "reconnect_timeout": 2}
    pool = {"min_size": 1, "connection_class": BoundedConnection, **bounds}
    assert database["OPTIONS"] == {**BOUNDED, "pool": pool}


def test_database_lets_the_address_set_options_of_its_own() -> None:
    database = given("postgres://db.example/tracker?sslmode=require&connect_timeout=5").database("LEMONS", pool_size=0)

    assert database["OPTIONS"] == {**BOUNDED, "sslmode": "require", "connect_timeout": 5}


@pytest.mark.parametrize(
    "value",
    [
        *[
            None,
            "",
            "tracker.sqlite3",
            "/srv/tracker.sqlite3",
            "mysql://db.example/tracker",
            "oracle://db.example/tracker",
        ],
        *["postgres://", "postgres://db.example", "postgres://db.example:x/tracker", "http://db.example/tracker"],
    ],
)
def test_database_refuses_what_is_none_of_ours(value: str | None) -> None:
    refused(lambda: given(value).database("LEMONS", pool_size=0))


@pytest.mark.parametrize(
    "value", ["postgres://editor:s3cr#t@db.example/tracker", "postgres://editor:s3cr/t@db/tracker"]
)
def test_database_never_shows_a_password_that_it_cannot_read(value: str) -> None:
    assert "s3cr" not in refused(lambda: given(value).database("LEMONS", pool_size=0))


def test_folder_may_be_missing_but_not_a_file(tmp_path: Path) -> None:
    a_file = tmp_path / "file"
    a_file.touch()

    assert given(None).folder("LEMONS", tmp_path) == tmp_path
    assert given(str(tmp_path / "not-yet")).folder("LEMONS", tmp_path) == tmp_path / "not-yet"
    assert "not a folder" in refused(lambda: given(str(a_file)).folder("LEMONS", tmp_path))


@pytest.mark.parametrize(
    ("value", "server"),
    [
        ("smtp://mail.example", MailServer("smtp", "mail.example", 25)),
        ("smtp://127.0.0.1:2525/", MailServer("smtp", "127.0.0.1", 2525)),
        ("smtp://lemon:sour@localhost:25", MailServer("smtp", "localhost", 25, "lemon", "sour")),
        ("smtp+tls://lemon:sour@mail.example", MailServer("smtp+tls", "mail.example", 587, "lemon", "sour")),
        ("SMTP+TLS://mail.example:25", MailServer("smtp+tls", "mail.example", 25)),
        (
            "smtps://a%40b.example:s%2F%3Ar@mail.example",
            MailServer("smtps", "mail.example", 465, "a@b.example", "s/:r"),
        ),
        ("smtps://[::1]:465", MailServer("smtps", "::1", 465)),
        ("file:///srv/a%20folder", MailServer("file", folder=Path("/srv/a folder"))),
    ],
)
def test_mail_server_reads_the_scheme_as_it_is_written(value: str, server: MailServer) -> None:
    assert given(value).mail_server("LEMONS") == server


@pytest.mark.parametrize("value", [None, "", " "])
def test_mail_server_may_be_missing(value: str | None) -> None:
    assert given(value).mail_server("LEMONS") is None


@pytest.mark.parametrize(
    "value",
    [
        *["mail.example", "mail.example:25", "http://mail.example", "smtp+ssl://mail.example", "tls://mail.example"],
        *[
            "smtp://",
            "smtp:///folder",
            "smtp://mail.example/folder",
            "smtp://mail.example?tls=1",
            "smtp://mail.example#a",
        ],
        *["smtp://mail.example:0", "smtp://mail.example:x", "smtp://mail.example:99999", "smtp://a b.example"],
        *["smtp://lemon:s3cr3t@mail.example", "smtps://lemon@mail.example", "smtps://:s3cr3t@mail.example"],
        *["smtps://lemon:s3cr3t#@mail.example", "smtps://lemon:s3cr3t/@mail.example"],
        *["file://folder", "file:///", "file:folder", "file:///etc/passwd", "file://host/folder"],
    ],
)
def test_mail_server_refuses_the_rest_and_shows_no_password(value: str) -> None:
    assert "s3cr3t" not in refused(lambda: given(value).mail_server("LEMONS"))


def test_mail_server_keeps_its_password_out_of_what_is_printed() -> None:
    assert "sour" not in repr(given("smtps://lemon:sour@mail.example").mail_server("LEMONS"))


@pytest.mark.parametrize("value", ["lemon", "a@b", "a@b.example, c@d.example", "Lemon <a@b.example>"])
def test_mail_address_is_one_plain_address(value: str) -> None:
    assert given("a@b.example").mail_address("LEMONS", "x") == "a@b.example"
    assert given(None).mail_address("LEMONS", "editors@127.0.0.1") == "editors@127.0.0.1"
    refused(lambda: given(value).mail_address("LEMONS", "x"))
