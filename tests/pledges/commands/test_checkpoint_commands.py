"""sign_checkpoint and watch_log: the key stays with its owner, and a witness needs nothing of ours."""

import stat
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from pledges import log, verifier
from pledges.models import Checkpoint
from pledges.signed_notes import SigningKey, VerifierKey
from pledges.verifier import Kept, read_kept, write_kept
from tests.factories import make_published_pledge, publish
from tests.other_site import OtherSite, make_lines

pytestmark = pytest.mark.django_db


def call(name: str, *arguments: Any, **options: Any) -> str:
    output = StringIO()
    call_command(name, *map(str, arguments), stdout=output, stderr=StringIO(), **options)
    return output.getvalue().strip()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "key"
    call("sign_checkpoint", "--new-key", file)
    return file


def test_a_new_key_is_for_its_owner_only_and_its_public_half_is_printed(tmp_path: Path) -> None:
    printed = call("sign_checkpoint", "--new-key", tmp_path / "key")

    assert VerifierKey.parse(printed).name == "tracker.test/log"
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert printed == str(SigningKey.parse((tmp_path / "key").read_text().strip()).verifier_key)


def test_a_new_key_never_replaces_an_old_one(key_file: Path) -> None:
    before = key_file.read_text()

    with pytest.raises(CommandError, match="cannot be written"):
        call("sign_checkpoint", "--new-key", key_file)

    assert key_file.read_text() == before


def test_sign_checkpoint_keeps_beside_the_key_what_it_signed(key_file: Path) -> None:
    make_published_pledge()

    said = call("sign_checkpoint", key=key_file)

    assert said.startswith("1 entries, signed ")
    assert read_kept(key_file.with_name("key.last")).root == Checkpoint.objects.get().root


def test_sign_checkpoint_takes_the_key_from_the_environment(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_published_pledge()
    monkeypatch.setenv("CHECKPOINT_KEY_FILE", str(key_file))

    assert "signed" in call("sign_checkpoint")


def test_sign_checkpoint_refuses_a_log_that_was_cut_off(key_file: Path) -> None:
    make_published_pledge()
    write_kept(key_file.with_name("key.last"), Kept("tracker.test/log", 7, "x"))

    with pytest.raises(CommandError, match="was cut off"):
        call("sign_checkpoint", key=key_file)


def test_sign_checkpoint_finds_what_lies_beside_the_key_through_a_link(key_file: Path, tmp_path: Path) -> None:
    make_published_pledge()
    write_kept(key_file.with_name("key.last"), Kept("tracker.test/log", 7, "x"))
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link"
    link.symlink_to(key_file)

    with pytest.raises(CommandError, match="was cut off"):
        call("sign_checkpoint", key=link)


def test_sign_checkpoint_says_that_it_remembers_nothing(key_file: Path) -> None:
    make_published_pledge()
    for is_first in (True, False):
        errors = StringIO()
        call_command("sign_checkpoint", key=key_file, stdout=StringIO(), stderr=errors)

        assert ("nothing is known of what this key signed before" in errors.getvalue()) == is_first


def test_watch_log_refuses_a_checkpoint_that_is_older_than_the_last(other_site: OtherSite, tmp_path: Path) -> None:
    pledge = make_published_pledge()
    key = SigningKey.make(f"{other_site.name}/log")
    show_the_log(other_site, key)
    old = other_site.answers["/log/checkpoint"]
    publish(pledge)
    show_the_log(other_site, key)
    options = {"keep": tmp_path / "kept", "key": str(key.verifier_key)}
    call("watch_log", other_site.address, **options)
    other_site.answers["/log/checkpoint"] = old

    with pytest.raises(CommandError, match="shows a checkpoint of 1 entries but had shown one of 2") as error:
        call("watch_log", other_site.address, **options)

    assert error.value.returncode == 1


def test_sign_checkpoint_refuses_what_lies_beside_the_key_if_it_cannot_be_read(key_file: Path) -> None:
    make_published_pledge()
    key_file.with_name("key.last").write_text("")

    with pytest.raises(CommandError, match="not what this program keeps"):
        call("sign_checkpoint", key=key_file)


def test_sign_checkpoint_refuses_a_key_that_others_may_read(key_file: Path) -> None:
    key_file.chmod(0o640)

    with pytest.raises(CommandError, match="Others may read"):
        call("sign_checkpoint", key=key_file)


def test_sign_checkpoint_refuses_the_key_of_another_site(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(str(SigningKey.make("limes.example/log")))
    file.chmod(0o600)

    with pytest.raises(CommandError, match=r"signs for limes\.example/log, not for tracker\.test/log"):
        call("sign_checkpoint", key=file)


@pytest.mark.parametrize("content", [None, "", "PRIVATE+KEY+a+b+c"])
def test_sign_checkpoint_refuses_what_is_no_key(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "key").write_text(content)
        (tmp_path / "key").chmod(0o600)

    with pytest.raises(CommandError, match="key cannot be read"):
        call("sign_checkpoint", key=tmp_path / "key")


def test_sign_checkpoint_needs_a_key() -> None:
    with pytest.raises(CommandError, match="CHECKPOINT_KEY_FILE"):
        call("sign_checkpoint")


def show_the_log(other_site: OtherSite, key: SigningKey | None = None) -> None:
    """Let a site show what ours has, with a checkpoint in its own name."""
    lines = list(log.lines())
    other_site.show(lines)
    if key:
        chain = verifier.Chain()
        for line in lines:
            chain.follow(line)
        other_site.answers["/log/checkpoint"] = key.sign(f"{key.name}\n{chain.size}\n{chain.tree.root}\n").encode()


def test_watch_log_says_that_the_log_holds_and_keeps_what_it_saw(other_site: OtherSite, tmp_path: Path) -> None:
    edition = publish(make_published_pledge())
    key = SigningKey.make(f"{other_site.name}/log")
    show_the_log(other_site, key)

    said = call("watch_log", other_site.address, keep=tmp_path / "kept", key=str(key.verifier_key))

    assert said == f"2 entries, unbroken, head {edition.hash}."
    assert read_kept(tmp_path / "kept").head == edition.hash


@pytest.mark.parametrize(
    ("count", "changed", "says"),
    [(2, {}, "cut off"), (4, {"change_note": "Otherwise."}, "rewritten"), (4, {"number": 1}, "Entry 2")],
    ids=["truncated", "rewritten", "broken"],
)
def test_watch_log_ends_with_1_when_the_log_is_not_what_it_was(
    other_site: OtherSite, tmp_path: Path, count: int, changed: dict[str, Any], says: str
) -> None:
    other_site.show(make_lines(3))
    call("watch_log", other_site.address, keep=tmp_path / "kept")
    kept = (tmp_path / "kept").read_bytes()
    other_site.show(make_lines(count, **changed))

    with pytest.raises(CommandError, match=says) as error:
        call("watch_log", other_site.address, keep=tmp_path / "kept")

    assert error.value.returncode == 1
    assert (tmp_path / "kept").read_bytes() == kept


def test_watch_log_refuses_a_checkpoint_that_another_key_signed(other_site: OtherSite, tmp_path: Path) -> None:
    make_published_pledge()
    key = SigningKey.make(f"{other_site.name}/log")
    show_the_log(other_site, SigningKey.make(key.name))

    with pytest.raises(CommandError, match="not signed with the key") as error:
        call("watch_log", other_site.address, keep=tmp_path / "kept", key=str(key.verifier_key))

    assert error.value.returncode == 1


def test_watch_log_misses_a_checkpoint_that_should_be_there(other_site: OtherSite, tmp_path: Path) -> None:
    show_the_log(other_site)

    with pytest.raises(CommandError, match="shows no checkpoint"):
        call("watch_log", other_site.address, keep=tmp_path / "kept", key=str(SigningKey.make("a").verifier_key))


def test_watch_log_finds_entries_that_are_not_those_of_the_checkpoint(other_site: OtherSite, tmp_path: Path) -> None:
    make_published_pledge()
    show_the_log(other_site, SigningKey.make(f"{other_site.name}/log"))
    other_site.show(make_lines(1))

    with pytest.raises(CommandError, match="rewritten"):
        call("watch_log", other_site.address, keep=tmp_path / "kept")


@pytest.mark.parametrize("options", [{"site": "http://127.0.0.1:9"}, {"site": "lemons"}, {"key": "no key"}])
def test_watch_log_ends_with_2_when_it_cannot_tell(
    other_site: OtherSite, tmp_path: Path, options: dict[str, str]
) -> None:
    show_the_log(other_site)
    options = {"site": other_site.address, **options}

    with pytest.raises(CommandError) as error:
        call("watch_log", options.pop("site"), keep=tmp_path / "kept", **options)

    assert error.value.returncode == 2
    assert not (tmp_path / "kept").exists()
