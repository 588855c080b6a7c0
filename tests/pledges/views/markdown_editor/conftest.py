from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from tests.pledges.views.markdown_editor.writing import logged_in, make_staff


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.IS_LOOPBACK = True  # no second factor: tests/tracker/test_second_factor.py is about it
    settings.MEDIA_ROOT = tmp_path / "media"
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def writer() -> Client:
    return logged_in(make_staff("view_pledge", "change_evidence"))
