from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client

from pledges.models import Editor
from tests.conftest import Browser
from tests.factories import make_editor


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
