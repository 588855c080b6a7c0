"""A Chromium of our own, and a site that it can reach."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

CHROMIUM = shutil.which("chromium")
PLAIN_HTTP = {
    "SECURE_SSL_REDIRECT": False,
    "SESSION_COOKIE_SECURE": False,
    "SESSION_COOKIE_NAME": "session",
    "CSRF_COOKIE_SECURE": False,
    "CSRF_COOKIE_NAME": "csrf",
    "IS_LOOPBACK": True,
    "MEDIA_URL": "/none-of-our-addresses/",  # or the test server would serve pictures before our view could
}


@pytest.fixture(scope="module")
def chromium(django_db_setup: None) -> Iterator[Browser]:
    """Closed with each module: while Playwright runs, Django takes all there is for asynchronous code."""
    if not CHROMIUM:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            "CHROMIUM WAS NOT FOUND: no page is tested in a browser."
        )
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def _plain_http(settings: Settings, tmp_path: Path) -> None:
    for name, value in PLAIN_HTTP.items():
        setattr(settings, name, value)
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def site(chromium: Browser, _plain_http: None, guarded_transactions: None) -> Iterator[str]:
    """The address of the site on this machine. The plugin's `live_server` would keep the settings of https."""
    server = LiveServer("127.0.0.1")
    yield server.url
    for context in chromium.contexts:
        context.close()
    _wait_until_nobody_is_served()
    server.stop()


def _wait_until_nobody_is_served() -> None:
    """The server does not wait for its threads, and on SQLite each of them lets go of the one connection."""
    ends_at = time.monotonic() + 10
    while any("process_request_thread" in thread.name for thread in threading.enumerate()):
        assert time.monotonic() < ends_at
        time.sleep(0.01)
