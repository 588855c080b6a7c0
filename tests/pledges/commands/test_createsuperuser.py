"""The first log-in of a site, and the name it has in the public log for ever."""

import re
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from pledges.models import Editor
from tests.factories import make_editor

pytestmark = pytest.mark.django_db


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def typed(monkeypatch: pytest.MonkeyPatch, *answers: str) -> Iterator[str]:
    waiting = iter(answers)
    monkeypatch.setattr("builtins.input", lambda _question: next(waiting))
    monkeypatch.setattr("getpass.getpass", lambda *_question: "a cart of sour lemons")
    return waiting


def make(**options: str) -> str:
    output = StringIO()
    call_command("createsuperuser", interactive=False, stdout=output, username="ada", email="", **options)
    return output.getvalue()


def test_it_asks_for_the_handle_and_says_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    output, errors = StringIO(), StringIO()
    make_editor(handle="taken")
    waiting = typed(monkeypatch, "ada", "ada@example.org", "two words", "taken", "chief-lemon")

    call_command("createsuperuser", stdin=Terminal(), stdout=output, stderr=errors)

    assert Editor.objects.get(username="ada").handle == "chief-lemon"
    assert not list(waiting)
    assert "The name in the public log, for ever." in output.getvalue()
    assert errors.getvalue().count("Error: ") == 2


def test_it_gives_a_random_handle_to_who_wants_none(monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "ada", "", "")

    call_command("createsuperuser", stdin=Terminal(), stdout=StringIO())

    assert re.fullmatch(r"editor-[0-9a-f]{6}", Editor.objects.get().handle)


def test_it_takes_a_handle_as_an_option() -> None:
    make(handle="chief-lemon")

    assert Editor.objects.get().handle == "chief-lemon"


def test_it_takes_a_handle_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_HANDLE", "chief-lemon")

    make()

    assert Editor.objects.get().handle == "chief-lemon"


def test_it_says_which_handle_it_gave_where_nobody_can_be_asked() -> None:
    said = make()

    assert re.search(r"editor-[0-9a-f]{6}", said)
    assert Editor.objects.get().handle in said


def test_it_says_in_a_sentence_that_a_handle_is_taken() -> None:
    make_editor(handle="chief-lemon")

    with pytest.raises(CommandError, match="Somebody else has"):
        make(handle="chief-lemon")


def test_it_says_in_a_sentence_that_a_name_is_taken_in_other_capitals() -> None:
    make_editor(username="ADA")

    with pytest.raises(CommandError, match="already taken"):
        make()
