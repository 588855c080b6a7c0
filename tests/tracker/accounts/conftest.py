import pytest
from pytest_django import Settings

from pledges.models import Editor
from tests.factories import make_editor
from tests.tracker.accounts.logging_in import NAME, PASSWORD


@pytest.fixture(autouse=True)
def loopback(settings: Settings) -> None:
    """Nothing here is about the second factor."""
    settings.IS_LOOPBACK = True


@pytest.fixture
def editor() -> Editor:
    return make_editor(username=NAME, password=PASSWORD, is_staff=True)
