"""One name and one handle belong to one person."""

import re
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from pledges.models import Editor
from tests.factories import make_editor
from tests.pledges.admin.editors.accounts import LIST, fields_for, new_account, page_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("typed", "handle"), [("lemon-checker", "lemon-checker"), ("", r"editor-[0-9a-f]{6}")])
def test_the_handle_of_the_public_log_is_chosen_once_or_left_to_chance(desk: Client, typed: str, handle: str) -> None:
    desk.post(f"{LIST}add/", new_account(handle=typed))

    assert re.fullmatch(handle, Editor.objects.get(username="willy").handle)


def test_a_handle_is_given_to_one_person_only(desk: Client, administrator: Editor) -> None:
    response = desk.post(f"{LIST}add/", new_account(handle=administrator.handle))

    assert response.status_code == 400
    assert not Editor.objects.filter(username="willy").exists()


@pytest.mark.parametrize("name", ["willy", "WILLY", "Willy"])
def test_a_name_is_one_persons_in_any_capitals(desk: Client, name: str) -> None:
    make_editor(username="Willy")
    other = make_editor(username="wilma", is_staff=True)

    renamed = desk.post(page_of(other), fields_for(other, username=name))
    made = desk.post(f"{LIST}add/", new_account(username=name))

    assert (renamed.status_code, made.status_code) == (400, 400)
    assert Editor.objects.filter(username__iexact="willy").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Editor.objects.filter(pk=other.pk).update(username="wILLY")


@pytest.mark.parametrize("name", ["ärnst-ΝΊΚΟΣ", "ÄRNST-νίκος", "A\u0308rnst-νίκοσ"])
def test_a_name_beyond_a_to_z_is_one_persons_too(desk: Client, name: str) -> None:
    make_editor(username="Ärnst-Νίκος")
    other = make_editor(username="wilma", is_staff=True)

    renamed = desk.post(page_of(other), fields_for(other, username=name))
    made = desk.post(f"{LIST}add/", new_account(username=name))

    assert (renamed.status_code, made.status_code) == (400, 400)
    assert b"already exists" in renamed.content
    with pytest.raises(CommandError, match="already taken"):
        call_command("createsuperuser", "--no-input", f"--username={name}", "--email=a@lemons.example")


def test_the_migration_stores_names_in_small_letters_unless_somebody_has_them() -> None:
    for name in ("Wilma", "strasse", "straße", "Ärnst"):
        Editor.objects.filter(pk=make_editor().pk).update(username=name)

    import_module("pledges.migrations.0015_names_in_one_case").fold_names(apps, None)

    names = Editor.objects.order_by("pk").values_list("username", flat=True)
    assert list(names) == ["wilma", "strasse", "straße", "ärnst"]


def test_a_name_that_is_too_long_in_small_letters_is_refused(desk: Client) -> None:
    other = make_editor(username="wilma", is_staff=True)

    response = desk.post(page_of(other), fields_for(other, username="ß" * 150))

    assert response.status_code == 400
    assert b"at most 150 characters" in response.content
