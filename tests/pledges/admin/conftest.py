from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from pledges.models import Editor
from tests.conftest import Browser
from tests.factories import make_editor


def signed_in(editor: Editor) -> Client:
    browser = Browser()
    browser.force_login(editor)
    return browser


@pytest.fixture(autouse=True)
def _one_factor(settings: Settings) -> None:
    """These tests are about the record; tests of the second factor have a file of their own."""
    settings.IS_LOOPBACK = True


@pytest.fixture
def writer() -> Editor:
    return make_editor(is_staff=True, is_superuser=True)


@pytest.fixture
def reviewer() -> Editor:
    return make_editor(is_staff=True, is_superuser=True)


@pytest.fixture
def desk(writer: Editor) -> Client:
    """The writer's browser."""
    return signed_in(writer)


@pytest.fixture
def reviewers_desk(reviewer: Editor) -> Client:
    return signed_in(reviewer)


def member(role: str) -> Editor:
    """An editor with one role."""
    call_command("setup_roles", stdout=StringIO())
    editor = make_editor(is_staff=True)
    editor.groups.add(Group.objects.get(name=role))
    return editor
