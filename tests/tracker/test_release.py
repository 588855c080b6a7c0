from pathlib import Path

import pytest
from pytest_django import Settings

from pledges import ready_html
from tracker.release import release


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "lemon.html").write_text("Lemons.")
    return tmp_path


def test_another_template_is_another_release(base: Path) -> None:
    before = release(base)
    assert release(base) == before

    (base / "templates" / "lemon.html").write_text("Limes.")

    assert release(base) != before


@pytest.mark.parametrize(
    "name", ["SITE_URL", "SITE_NAME", "SITE_PUBLISHER", "SITE_CONTACT", "SITE_LICENCE", "TIME_ZONE"]
)
def test_what_pages_say_of_the_site_makes_another_release_and_other_ready_html(
    name: str, base: Path, settings: Settings
) -> None:
    before = release(base), ready_html.recipe.__wrapped__()

    setattr(settings, name, "Europe/Rome" if name == "TIME_ZONE" else "Lemons")

    assert release(base) != before[0]
    assert ready_html.recipe.__wrapped__() != before[1]
