"""A Chromium of our own, and a site that it can reach."""

import os
import shutil
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
def chromium() -> Iterator[Browser]:
    """Closed with each module: while Playwright runs, Django takes every other test for asynchronous code."""
    if not CHROMIUM:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            "CHROMIUM WAS NOT FOUND: no page is tested in a browser."
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def site(
    guarded_transactions: None, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[str]:
    """The address of the site on this machine. The plugin's `live_server` would keep the settings of https."""
    for name, value in PLAIN_HTTP.items():
        setattr(settings, name, value)
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps an event loop in this thread
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()
