import pytest
from django.test import Client
from pytest_django import Settings

from pledges.models import Editor
from tests.pledges.admin.conftest import member, signed_in


@pytest.fixture(autouse=True)
def _one_factor(settings: Settings) -> None:
    settings.IS_LOOPBACK = True


@pytest.fixture
def writer() -> Editor:
    return member("newsletter")


@pytest.fixture
def desk(writer: Editor) -> Client:
    return signed_in(writer)


@pytest.fixture
def second_desk() -> Client:
    return signed_in(member("newsletter"))
