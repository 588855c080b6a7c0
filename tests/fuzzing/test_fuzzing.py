"""Ten thousand requests that no browser sends: nothing breaks. Their seeds are fixed, so a failure comes back."""

import logging
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.utils.module_loading import import_string
from pytest_django import Settings

from pledges.views.pictures import is_stored
from tests.fuzzing.addresses import every_address
from tests.fuzzing.answers import Application, faults_of
from tests.fuzzing.assault import REQUESTS, SLOWEST, assault, best
from tests.fuzzing.site import make_attacked_site
from tests.fuzzing.visitors import make_visitor
from tests.tracker.page_cache.stand_ins import Journal
from tracker.page_cache.files import Files
from tracker.page_cache.keys import Address
from tracker.page_cache.last_pages import LastPages
from tracker.page_cache.memory import Memory
from tracker.page_cache.wrapper import PageCache

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Application:
    """The site without its cache. It loads every middleware when it is first asked for: not before tests have their settings."""
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr("django.setup", lambda **_options: None)  # once is enough: twice takes the log away from pytest
    made: Application = import_string("tracker.wsgi.site")
    # Its lines are made, but not shown: thousands of them would hide what failed.
    monkeypatch.setattr(logging.getLogger("tracker.requests"), "propagate", False)
    return made


@pytest.fixture
def application(site: Application, tmp_path: Path) -> PageCache:
    """The whole site; nothing is published while it is attacked."""
    made = PageCache(
        site,
        Address(site_settings.SITE, behind_proxy=False, session_cookie=site_settings.SESSION_COOKIE_NAME),
        pages=Memory(10_000_000),
        files=Files(has_picture=is_stored),
        last_pages=LastPages(tmp_path / "last_pages", release="one", max_age=60, most_bytes=10_000_000),
    )
    made.journal = Journal(made)
    return made


@pytest.mark.parametrize("name", REQUESTS)
def test_nothing_that_is_sent_breaks_anything(name: str, application: PageCache, site: Application) -> None:
    addresses = every_address(make_attacked_site())
    visitor = make_visitor(name)

    for request, answer in assault(application, visitor, addresses, REQUESTS[name]):
        faults = list(faults_of(request, answer))
        if answer.cpu > SLOWEST and best(site, request).cpu > SLOWEST:
            faults.append("It takes too long.")
        assert not faults, "\n".join([f"{name} sent:", str(request), *faults])
