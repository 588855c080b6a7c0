import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from pledges.actions import drafts
from pledges.models import Edition, Editor, Pledge
from tests.both_databases import DATABASE
from tests.factories import make_editor, make_pledge, make_published_pledge, make_source, publish
from tests.processes import Run

pytestmark = pytest.mark.django_db
NAME = "Rudolf Rassendyll"


@pytest.fixture
def pledge() -> Pledge:
    make_editor(handle="ada", is_superuser=True)
    make_editor(handle="ben", is_superuser=True)
    return make_published_pledge(background=f"{NAME} ate the lemons.")


def redact(pledge: Pledge, *arguments: str, errors: StringIO | None = None, **changed: Any) -> tuple[str, str]:
    output, errors = StringIO(), errors or StringIO()
    options = {"reason": "A court said so.", "by": "ada", "approved_by": "ben", "yes": True, **changed}
    what = arguments or ("--text", NAME)
    named = [f"--{name.replace('_', '-')}={options.pop(name)}" for name in ("reason", "by", "approved_by")]
    call_command("redact", pledge.slug, *what, *named, stdout=output, stderr=errors, **options)
    return output.getvalue(), errors.getvalue()


def test_redact_says_what_it_removed_and_where_caches_may_hold_it(pledge: Pledge) -> None:
    said, warned = redact(pledge)

    assert "Content blanked of: entry 1\n" in said
    assert f"Removed from pledge {pledge.pk}: background\n" in said
    assert "Done: entry 2, " in said
    assert f"\nhttps://tracker.test/pledges/{pledge.slug}/\n" in said
    assert "hold the text until they are renewed" in warned
    assert "still stands" not in warned


def test_redact_only_looks_when_it_is_told_to(pledge: Pledge) -> None:
    said, _ = redact(pledge, dry_run=True)

    assert "Content blanked of: entry 1\n" in said
    assert f"\nbackground:\n  -{NAME} ate the lemons.\n  +[removed] ate the lemons.\n" in said
    assert said.endswith("Nothing was changed.\n")
    assert Edition.objects.get().content is not None
    assert NAME in Pledge.objects.get().background


@pytest.mark.parametrize(("typed", "count"), [("redact", 2), ("", 1), ("yes", 1)])
def test_redact_asks_first(pledge: Pledge, monkeypatch: pytest.MonkeyPatch, typed: str, count: int) -> None:
    monkeypatch.setattr("builtins.input", lambda _question: typed)

    if count == 1:
        with pytest.raises(CommandError, match="Nothing was changed"):
            redact(pledge, yes=False)
    else:
        redact(pledge, yes=False)

    assert Edition.objects.count() == count


def test_redact_names_the_other_places_where_the_text_stands(pledge: Pledge) -> None:
    other = make_published_pledge(quotation=f"{NAME} gets a lemon")

    errors = StringIO()
    with pytest.raises(CommandError, match=r"was carried out, but the text stands in \d+ other places"):
        redact(pledge, errors=errors)

    warned = errors.getvalue()
    assert f"The text still stands in pledge {other.pk}: quotation.\n" in warned
    assert "The text still stands in edition 2: quotation.\n" in warned
    assert "edition 1:" not in warned


def test_redact_says_beforehand_which_other_pledges_hold_the_text_and_what_to_run(pledge: Pledge) -> None:
    make_published_pledge(slug="other", quotation=f"{NAME} gets a lemon")
    make_pledge(slug="draft", headline=f"A lemon for {NAME}")

    said, _ = redact(pledge, dry_run=True)

    assert "The pledge “other” holds the text, too (pledge " in said
    command = f"manage.py redact other --text '{NAME}' --reason 'A court said so.' --by ada --approved-by ben"
    assert f"  Run then: {command}\n" in said
    assert "The pledge “draft” holds the text, too (pledge " in said
    assert "  It is not public: change it in the admin.\n" in said


def test_redacting_every_pledge_that_holds_the_text_leaves_nothing(pledge: Pledge) -> None:
    source = make_source(title=f"The book of {NAME}", kind="manifesto")
    other = make_published_pledge(made_in=source)

    with pytest.raises(CommandError, match="other places"):
        redact(pledge)
    _, warned = redact(other)

    assert "still stands" not in warned


def test_a_blanked_edition_whose_words_a_draft_has_is_reported(pledge: Pledge) -> None:
    Pledge.objects.update(background="Nobody ate any.")
    publish(drafts.settle(pledge), kind="update")
    Pledge.objects.update(background="Perhaps Rassendyll.")

    with pytest.raises(CommandError, match="1 drafts have words of what was removed"):
        redact(pledge, "--sequences", "1")


def test_redact_tells_the_cache_and_goes_on_if_it_does_not_answer(pledge: Pledge, settings: Any) -> None:
    settings.PURGE_URL = "http://127.0.0.1:9/"

    said, warned = redact(pledge)

    assert "Done: entry 2" in said
    assert "The cache at PURGE_URL could not be told" in warned


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"by": "nobody"}, "Nobody has the handle “nobody”. Who may redact: ada, ben."),
        ({"approved_by": "ada"}, "two people"),
        ({"reason": NAME}, "The reason itself holds the text"),
    ],
)
def test_redact_says_why_not(pledge: Pledge, changed: dict[str, Any], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        redact(pledge, **changed)

    assert Edition.objects.count() == 1


def test_redact_needs_a_pledge_and_something_to_remove(pledge: Pledge) -> None:
    with pytest.raises(CommandError, match="There is no pledge “limes”"):
        redact(Pledge(slug="limes"))
    with pytest.raises(CommandError, match="No edition of this pledge holds that text"):
        redact(pledge, "--text", "a lime")
    with pytest.raises(CommandError, match="Write entries as numbers with commas between them"):
        redact(pledge, "--sequences", "one")
    with pytest.raises(CommandError, match="current edition cannot be blanked"):
        redact(pledge, "--sequences", "1")


PREPARE = f"""
from tests.factories import make_editor, make_published_pledge
for handle in ("ada", "ben"):
    make_editor(handle=handle, is_superuser=True)
pledge = make_published_pledge(slug="lemon", background="Lemons. {NAME} " * 500)
pledge.background = "{NAME} again. " * 700
pledge.save()
"""


@pytest.mark.skipif(DATABASE != "sqlite", reason="the file of SQLite")
@pytest.mark.usefixtures("_migrated")
def test_not_even_the_file_of_the_database_holds_it(environment: dict[str, str], manage: Run, tmp_path: Path) -> None:
    prepared = manage("shell", "--no-imports", "--command", PREPARE)
    assert prepared.returncode == 0, prepared.stderr
    people = ("--by=ada", "--approved-by=ben", "--reason=A court said so.", "--yes")

    redacted = manage("redact", "lemon", f"--text={NAME}", *people)

    assert redacted.returncode == 0, redacted.stderr
    files = [file.read_bytes() for file in tmp_path.glob("faults.sqlite3*")]
    assert files
    assert not any(b"rassendyl" in stored.lower() for stored in files)
    assert manage("verify_log").returncode == 0


@pytest.mark.skipif(DATABASE != "sqlite", reason="the file of SQLite")
@pytest.mark.usefixtures("_migrated")
def test_a_file_that_something_else_reads_is_reported(environment: dict[str, str], manage: Run, tmp_path: Path) -> None:
    manage("shell", "--no-imports", "--command", PREPARE)
    people = ("--by=ada", "--approved-by=ben", "--reason=A court said so.", "--yes")

    with closing(sqlite3.connect(tmp_path / "faults.sqlite3", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM pledges_pledge").fetchone()
        redacted = manage("redact", "lemon", f"--text={NAME}", *people)

    assert redacted.returncode == 1
    assert "Stop whatever else uses it" in redacted.stderr
    assert "was carried out, but the file of the database still holds the text." in redacted.stderr


def test_the_people_are_found_by_their_public_names(pledge: Pledge) -> None:
    redact(pledge)

    last = Edition.objects.latest("pk")
    assert (last.actor, last.approver) == (Editor.objects.get(handle="ada"), Editor.objects.get(handle="ben"))
