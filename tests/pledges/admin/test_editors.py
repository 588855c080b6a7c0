"""What an administrator does with the people who keep the record."""

import re
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from pledges.admin.editors import EditorForm
from pledges.models import Editor
from tests.conftest import Browser
from tests.factories import make_editor, make_published_pledge

pytestmark = pytest.mark.django_db

LIST, PASSWORD = "/admin/pledges/editor/", "a cart of sour lemons"


@pytest.fixture(autouse=True)
def loopback(settings: Settings) -> None:
    """Nothing here is about the second factor."""
    settings.IS_LOOPBACK = True


@pytest.fixture
def administrator() -> Editor:
    call_command("setup_roles", stdout=StringIO())
    administrator = make_editor(username="ada", is_staff=True)
    administrator.groups.add(Group.objects.get(name="administrator"))
    return administrator


@pytest.fixture
def desk(administrator: Editor) -> Client:
    desk = Browser()
    desk.force_login(administrator)
    return desk


def page_of(editor: Editor, part: str = "change") -> str:
    return f"{LIST}{editor.pk}/{part}/"


def fields_for(editor: Editor, **changes: Any) -> dict[str, Any]:
    seen = EditorForm(instance=editor).initial["seen"]
    fields = {"username": editor.username, "first_name": "", "last_name": "", "email": "", "groups": [], "seen": seen}
    return {**fields, "is_active": "on", "is_staff": "on", **changes}


def test_the_list_says_who_has_which_role(desk: Client) -> None:
    html = desk.get(LIST).content.decode()

    assert '<td class="field-roles">administrator</td>' in html


def test_the_list_costs_a_fixed_number_of_queries(desk: Client) -> None:
    with CaptureQueriesContext(connection) as with_one:
        desk.get(LIST)
    for _ in range(30):
        make_editor().groups.add(Group.objects.get(name="writer"))

    with CaptureQueriesContext(connection) as with_many:
        desk.get(LIST)

    assert len(with_many) == len(with_one)


def test_an_administrator_makes_an_account_that_can_log_in(desk: Client) -> None:
    form = desk.get(f"{LIST}add/").content.decode()
    assert re.search(r'<input type="checkbox" name="is_staff"[^>]* checked', form)
    writer = Group.objects.get(name="writer")
    fields = {
        "username": "willy",
        "password1": PASSWORD,
        "password2": PASSWORD,
        "groups": [writer.pk],
        "is_staff": "on",
    }

    response = desk.post(f"{LIST}add/", fields)

    willy = Editor.objects.get(username="willy")
    assert response["Location"] == page_of(willy)
    assert willy.check_password(PASSWORD)
    assert willy.groups.get() == writer
    assert willy.has_perm("pledges.add_pledge")
    assert Browser().post("/accounts/login/", {"login": "willy", "password": PASSWORD})["Location"] == "/admin/"


def new_account(**typed: str) -> dict[str, str]:
    return {"username": "willy", "password1": PASSWORD, "password2": PASSWORD, "is_staff": "on", **typed}


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


def test_a_stale_form_gives_no_right_back(desk: Client) -> None:
    willy = make_editor(username="willy", is_staff=True)
    willy.groups.add(Group.objects.get(name="writer"))
    opened = fields_for(willy, groups=[Group.objects.get(name="writer").pk])
    willy.groups.clear()
    Editor.objects.filter(pk=willy.pk).update(is_active=False)

    response = desk.post(page_of(willy), opened | {"email": "willy@lemons.example"})

    html = response.content.decode()
    assert response.status_code == 409
    assert "<ins>writer</ins>" in html
    assert "willy@lemons.example" in html
    willy.refresh_from_db()
    assert (willy.is_active, willy.groups.count(), willy.email) == (False, 0, "")


def test_logging_in_meanwhile_is_no_change_of_the_account(desk: Client) -> None:
    willy = make_editor(username="willy", is_staff=True)
    opened = fields_for(willy)
    Editor.objects.filter(pk=willy.pk).update(last_login=timezone.now())

    assert desk.post(page_of(willy), opened | {"email": "willy@lemons.example"}).status_code == 302


def test_a_weak_first_password_is_refused(desk: Client) -> None:
    fields = {"username": "willy", "password1": "lemon", "password2": "lemon", "is_staff": "on"}

    assert desk.post(f"{LIST}add/", fields).status_code == 400
    assert not Editor.objects.filter(username="willy").exists()


def test_the_page_of_an_editor_shows_no_hash_and_offers_no_right_but_roles(desk: Client) -> None:
    editor = make_editor(password=PASSWORD, is_staff=True)

    html = desk.get(page_of(editor)).content.decode()

    assert editor.handle in html
    assert editor.password.split("$")[-1] not in html
    assert "md5" not in html.lower()
    names = set(re.findall(r'<(?:input|select|textarea)\b[^>]*name="([a-z_]+)"', html))
    assert names >= {"username", "first_name", "last_name", "email", "groups", "is_active", "is_staff"}
    assert not names & {"is_superuser", "user_permissions", "password", "handle"}


def test_an_administrator_changes_roles_and_cannot_make_a_superuser(desk: Client) -> None:
    editor = make_editor(is_staff=True)
    reviewer = Group.objects.get(name="reviewer")

    desk.post(page_of(editor), fields_for(editor, groups=[reviewer.pk], is_superuser="on", handle="mine"))

    changed = Editor.objects.get(pk=editor.pk)
    assert changed.groups.get() == reviewer
    assert (changed.is_superuser, changed.handle) == (False, editor.handle)


def test_an_administrator_sets_a_new_password_which_ends_the_sessions(desk: Client) -> None:
    editor = make_editor(username="willy", password=PASSWORD, is_staff=True)
    theirs = Browser()
    theirs.post("/accounts/login/", {"login": "willy", "password": PASSWORD})
    assert theirs.get("/admin/").status_code == 200
    form = desk.get(page_of(editor, "password")).content.decode()
    new = "another cart of lemons"

    desk.post(page_of(editor, "password"), {"password1": new, "password2": new})

    assert 'name="usable_password"' not in form
    assert Editor.objects.get(pk=editor.pk).check_password(new)
    assert theirs.get("/admin/").status_code == 302


@pytest.mark.parametrize("part", ["change", "password"])
def test_a_superuser_is_out_of_an_administrators_reach(desk: Client, part: str) -> None:
    root = make_editor(username="root", password=PASSWORD, is_staff=True, is_superuser=True)
    fields = {**fields_for(root, is_active=""), "password1": "a stolen site", "password2": "a stolen site"}

    response = desk.post(page_of(root, part), fields)

    assert response.status_code == 403
    unchanged = Editor.objects.get(pk=root.pk)
    assert unchanged.is_active
    assert unchanged.check_password(PASSWORD)


@pytest.mark.parametrize("is_superuser", [False, True])
def test_nobody_is_ever_deleted_not_even_without_history(
    administrator: Editor, desk: Client, *, is_superuser: bool
) -> None:
    Editor.objects.filter(pk=administrator.pk).update(is_superuser=is_superuser)
    newcomer = make_editor()
    selected = {"action": "delete_selected", "_selected_action": [newcomer.pk], "post": "yes"}

    alone = desk.post(page_of(newcomer, "delete"), {"post": "yes"}, follow=True)
    desk.post(LIST, selected)

    assert "because the record says who did what" in alone.content.decode()
    assert Editor.objects.filter(pk=newcomer.pk).exists()


def test_the_database_keeps_who_has_a_history() -> None:
    edition = make_published_pledge().editions.get()

    with pytest.raises(ProtectedError):
        edition.actor.delete()


def test_an_account_is_taken_out_of_use_instead(desk: Client) -> None:
    editor = make_editor(username="willy", password=PASSWORD, is_staff=True)
    theirs = Browser()
    theirs.post("/accounts/login/", {"login": "willy", "password": PASSWORD})

    desk.post(page_of(editor), fields_for(editor, is_active=""))

    assert theirs.get("/admin/").status_code == 403
    assert Session.objects.count() == 1


def test_an_administrator_removes_a_lost_second_factor_and_it_is_noted(desk: Client) -> None:
    editor, root = make_editor(is_staff=True), make_editor(is_staff=True, is_superuser=True)
    for one in (editor, root):
        Authenticator.objects.create(user=one, type="totp", data={})
    chosen = {"action": "remove_second_factor", "_selected_action": [editor.pk, root.pk]}

    response = desk.post(LIST, chosen, follow=True)

    assert f"They set up a new one at their next log-in: {editor.username}<" in response.content.decode()
    assert Authenticator.objects.get().user == root
    assert LogEntry.objects.get().object_id == str(editor.pk)


@pytest.mark.parametrize("role", ["writer", "reviewer", "publisher", "newsletter"])
@pytest.mark.parametrize("path", ["", "add/", "1/change/", "1/password/"])
def test_no_other_role_sees_the_accounts(administrator: Editor, role: str, path: str) -> None:
    editor = make_editor(is_staff=True)
    editor.groups.add(Group.objects.get(name=role))
    desk = Browser()
    desk.force_login(editor)

    assert desk.get(LIST + path.replace("1", str(administrator.pk))).status_code == 403


def test_an_administrator_sees_what_a_role_may_do_and_does_not_change_it(desk: Client) -> None:
    writer = Group.objects.get(name="writer")

    assert desk.get("/admin/auth/group/").status_code == 200
    assert desk.post(f"/admin/auth/group/{writer.pk}/change/", {"name": "boss"}).status_code == 403


def test_nobody_sees_the_secrets_of_second_factors(administrator: Editor, desk: Client) -> None:
    Editor.objects.filter(pk=administrator.pk).update(is_superuser=True)

    for path in ["mfa/authenticator/", "account/emailaddress/", "account/emailconfirmation/"]:
        assert desk.get(f"/admin/{path}").status_code == 404
