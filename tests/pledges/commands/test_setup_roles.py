from io import StringIO

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command

from pledges.management.commands import demo
from pledges.models import Editor
from pledges.roles import ROLES
from tests.factories import make_editor

pytestmark = pytest.mark.django_db


def set_up() -> list[str]:
    output = StringIO()
    call_command("setup_roles", stdout=output)
    return output.getvalue().splitlines()


def names_of(group: Group) -> set[str]:
    held = group.permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in held}


def test_it_makes_the_five_roles_and_says_so() -> None:
    lines = set_up()

    assert lines == [f"{role}: made, with {len(names)} permissions" for role, names in ROLES.items()]
    assert {group.name: names_of(group) for group in Group.objects.all()} == dict(ROLES)


def test_it_does_nothing_twice() -> None:
    set_up()

    assert set_up() == [f"{role}: was right" for role in ROLES]


def test_it_corrects_what_was_changed_by_hand_and_keeps_the_people() -> None:
    set_up()
    writer = Group.objects.get(name="writer")
    editor = make_editor()
    editor.groups.add(writer)
    writer.permissions.remove(*Permission.objects.filter(codename__in=["add_pledge", "change_pledge"]))
    writer.permissions.add(Permission.objects.get(codename="delete_editor"))

    lines = set_up()

    assert lines[0] == "writer: corrected: 2 permissions given, 1 taken away"
    assert names_of(writer) == ROLES["writer"]
    assert editor.groups.get() == writer


def test_it_leaves_other_groups_alone() -> None:
    Group.objects.create(name="lemon growers").permissions.add(Permission.objects.get(codename="view_pledge"))

    set_up()

    assert names_of(Group.objects.get(name="lemon growers")) == {"pledges.view_pledge"}


def test_it_changes_nothing_when_a_permission_is_missing() -> None:
    Permission.objects.filter(codename="move_pledge").delete()

    with pytest.raises(CommandError, match=r"pledges\.move_pledge is not in the database: run migrate first"):
        set_up()

    assert not Group.objects.exists()


def test_the_accounts_of_the_demonstration_have_the_roles_that_two_people_need() -> None:
    set_up()

    for name, role in demo.ACCOUNTS.items():
        demo._account(name, role)

    held = {editor.username: {group.name for group in editor.groups.all()} for editor in Editor.objects.all()}
    both = {"newsletter", "administrator"}
    assert held == {"demonstration-writer": {"writer", *both}, "demonstration-reviewer": {"reviewer", *both}}
