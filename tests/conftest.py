from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection, transaction
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker

from pledges.guards import remove_guards

# These machines are noisy: how long one example took says nothing about the code.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")
pytest_plugins = ["tests.processes", "tests.other_site"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that empty the tables come last: pytest has put all that share a browser side by side."""
    marks = {item: item.get_closest_marker("django_db") for item in items}
    items.sort(key=lambda item: bool((mark := marks[item]) and mark.kwargs.get("transaction")))


@pytest.fixture(scope="session", autouse=True)
def _test_settings() -> Iterator[None]:
    """Tests collect no static files and do not pay for slow password hashes."""
    storages = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    with override_settings(
        STORAGES=storages,
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        WHITENOISE_AUTOREFRESH=True,
        WHITENOISE_USE_FINDERS=True,
    ):
        yield


@pytest.fixture(autouse=True)
def _no_fragments() -> None:
    """What one test changed in settings or words is in no page of the next."""
    caches["template_fragments"].clear()


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Each worker has an engine of its own, so no database takes the worker's name (SQLite's would become a file)."""


@pytest.fixture(scope="module")
def kept_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What a module's own fixtures make stays for all of its tests: each of them works in a savepoint within."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


class Browser(Client):
    """Asks over https and at the site's own host."""

    def generic(self, *args: Any, **options: Any) -> Any:
        return super().generic(*args, **{**options, "secure": True, "SERVER_NAME": "tracker.test"})


@pytest.fixture
def client() -> Client:
    return Browser(enforce_csrf_checks=True)


@pytest.fixture
def guarded_transactions(request: pytest.FixtureRequest) -> Iterator[None]:
    """Real transactions: the guards, which would refuse the flush, are off while it runs."""
    request.getfixturevalue("transactional_db")
    yield
    remove_guards(connection)
