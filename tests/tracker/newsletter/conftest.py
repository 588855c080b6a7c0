from pathlib import Path

import pytest
from pytest_django import Settings

from tracker.environment import MailServer


@pytest.fixture(autouse=True)
def _mails_are_files(settings: Settings, tmp_path: Path) -> None:
    settings.MAIL_SERVER = MailServer("file", folder=tmp_path / "mail")
