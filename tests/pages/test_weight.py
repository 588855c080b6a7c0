"""What a reader's browser has to fetch: one page and one style sheet, which one round trip carries."""

import json
import re
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

from pledges.actions import samples
from pledges.filters import PAGE_SIZE
from pledges.models import PublicPledge
from tests.benchmarks.fictional import Country
from tests.both_databases import DATABASE
from tests.factories import make_editor
from tests.pages.full_site import make_full_site
from tests.pages.surfaces import PUBLIC_SURFACES

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(DATABASE != "sqlite", reason="the pages have the same bytes on both"),
]

MOST_BYTES = 14_000  # ten packets, which a server sends before the first answer from the reader
LARGEST_SAMPLES = 5
PAGES = [surface for surface in PUBLIC_SURFACES if surface.is_html]
ASKED_FOR = re.compile(r'<link rel="(?:stylesheet|icon|preload)" href="([^"]+)"')


def packed(content: bytes) -> int:
    return len(brotli.compress(content, quality=5))


@pytest.fixture
def style_sheet(settings: Settings, collected_files: Path) -> int:
    """The weight of the style sheet as it is served."""
    settings.STATIC_ROOT = collected_files
    settings.STORAGES = {**settings.STORAGES, "staticfiles": SERVED}
    manifest = json.loads((settings.STATIC_ROOT / "staticfiles.json").read_text())
    return packed((settings.STATIC_ROOT / manifest["paths"]["css/site.css"]).read_bytes())


SERVED = dict(django_settings.STORAGES["staticfiles"])


def test_every_page_and_its_style_sheet_come_in_one_round_trip(
    client: Client, style_sheet: int, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    pledge = make_full_site()
    weights = {page.name: packed(client.get(page.path_for(pledge)).content) + style_sheet for page in PAGES}

    assert {name: weight for name, weight in weights.items() if weight > MOST_BYTES} == {}


def test_the_largest_sample_pledges_do_too(client: Client, style_sheet: int) -> None:
    fixtures = Path(django_settings.BASE_DIR) / "fixtures"
    for name in ("rating_scale.json", "groupings.json"):
        samples.load(fixtures / name)
    largest = sorted((fixtures / "pledges").glob("*.json"), key=lambda file: -file.stat().st_size)[:LARGEST_SAMPLES]
    writer = make_editor(username="demonstration-writer", handle="demonstration-writer")
    reviewer = make_editor()
    for fixture in largest:
        for pledge in samples.load(fixture):
            samples.publish(pledge, fixture, writer=writer, reviewer=reviewer)

    for slug in PublicPledge.objects.values_list("slug", flat=True):
        assert packed(client.get(f"/pledges/{slug}/").content) + style_sheet <= MOST_BYTES, slug


def test_a_full_list_and_the_largest_group_do_too(client: Client, style_sheet: int) -> None:
    Country().publish(2 * PAGE_SIZE)
    lists = ["/", "/pledges/", "/pledges/?sort=due", "/topics/", "/departments/", "/promisors/"]
    paths = [*lists, "/promisors/promisor-0/", "/departments/department-0/"]

    pages = {path: client.get(path).content for path in paths}

    assert pages["/pledges/"].count(b'<div class="pledge-row') == PAGE_SIZE
    assert {path: weight for path, page in pages.items() if (weight := packed(page) + style_sheet) > MOST_BYTES} == {}


def test_a_page_asks_for_one_style_sheet_and_an_icon(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    pledge = make_full_site()

    pages = {page.name: client.get(page.path_for(pledge)).content.decode() for page in PAGES}

    links = {name: tuple(re.findall(ASKED_FOR, html)) for name, html in pages.items()}
    assert links == dict.fromkeys(pages, ("/static/css/site.css", "/static/icon.svg"))
