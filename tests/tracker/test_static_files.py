import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from pytest_django import Settings

from tests.both_databases import DATABASE

pytestmark = pytest.mark.skipif(DATABASE != "sqlite", reason="once is enough: no database takes part")
CSS = Path(site_settings.BASE_DIR) / "static" / "css"
NOT_IMPORTED = {"site.css", "accounts.css"}  # the second is linked by the editors' log-in pages alone


def imports() -> list[str]:
    return re.findall(r'@import url\("([^"]+)"\)', (CSS / "site.css").read_text())


def rules_of(sheet: str) -> str:
    """What a browser reads: no comments, and no matter how it is spaced."""
    return "".join(re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL).split())


@pytest.fixture
def collect(settings: Settings, tmp_path: Path) -> Callable[[], Path]:
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "tracker.static_files.OneSheetStorage"}}

    def run() -> Path:
        call_command("collectstatic", interactive=False, verbosity=0)
        return Path(staticfiles_storage.path(staticfiles_storage.stored_name("css/site.css")))  # type: ignore[attr-defined]

    return run


def test_every_style_sheet_is_imported_once() -> None:
    there = {str(path.relative_to(CSS)) for path in CSS.rglob("*.css")}

    assert sorted(imports()) == sorted(there - NOT_IMPORTED)


def test_the_collected_sheet_holds_all_that_it_imports(collect: Callable[[], Path]) -> None:
    collected = collect().read_text()

    assert "@import" not in collected
    assert all(rules_of((CSS / name).read_text()) in rules_of(collected) for name in imports())
    assert "/*" not in collected


def test_the_collected_sheet_is_named_after_what_it_imports(
    collect: Callable[[], Path], settings: Settings, tmp_path: Path
) -> None:
    before = collect().name
    (tmp_path / "changed" / "css").mkdir(parents=True)
    (tmp_path / "changed" / "css" / "print.css").write_text("@layer utilities {}")
    settings.STATICFILES_DIRS = [tmp_path / "changed", *settings.STATICFILES_DIRS]

    assert collect().name != before


def test_the_collected_sheet_is_small(collect: Callable[[], Path]) -> None:
    sheet = collect()

    assert sheet.with_name(f"{sheet.name}.br").stat().st_size < 6_000
