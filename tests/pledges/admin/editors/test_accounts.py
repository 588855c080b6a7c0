"""What an administrator does with the people who keep the record."""

import re

import pytest
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import ProtectedError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pledges.models import Editor
from tests.conftest import Browser
from tests.factories import make_editor, make_published_pledge
from tests.pledges.admin.editors.accounts import LIST, PASSWORD, fields_for, page_of

pytestmark = pytest.mark.django_db


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
