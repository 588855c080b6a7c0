"""What an administrator can give, take and see, and what not."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import Client

from pledges.models import Editor
from tests.conftest import Browser
from tests.factories import make_editor
from tests.pledges.admin.editors.accounts import LIST, PASSWORD, fields_for, page_of

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("part", ["change", "password"])
def test_a_superuser_is_out_of_an_administrators_reach(desk: Client, part: str) -> None:
    root = make_editor(username="root", password=PASSWORD, is_staff=True, is_superuser=True)
    fields = {**fields_for(root, is_active=""), "password1": "a stolen site", "password2": "a stolen site"}

    response = desk.post(page_of(root, part), fields)

    assert response.status_code == 403
    unchanged = Editor.objects.get(pk=root.pk)
    assert unchanged.is_active
    assert unchanged.check_password(PASSWORD)


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
