"""A Chromium of our own, and a site that it can reach."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.servers import wait_until

CHROMIUM = shutil.which("chromium")
PLAIN_HTTP: dict[str, Any] = {
    "ALLOWED_HOSTS": ["127.0.0.1"],
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
def site(chromium: Browser, guarded_transactions: None, tmp_path: Path) -> Iterator[str]:
    """The address of the site on this machine."""
    with serving(chromium, media=tmp_path / "media") as address:
        yield address


@contextmanager
def serving(chromium: Browser, *, media: Path) -> Iterator[str]:
    """Serve over plain http. The plugin's `live_server` would keep the settings of https."""
    with override_settings(**PLAIN_HTTP, MEDIA_ROOT=media):
        server = LiveServer("127.0.0.1")
        yield server.url
        for context in chromium.contexts:
            context.close()
        # The server does not wait for its threads, and on SQLite each of them lets go of the one connection.
        wait_until(lambda: not any("process_request_thread" in thread.name for thread in threading.enumerate()))
        server.stop()
