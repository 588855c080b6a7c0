"""Every public page in Chromium: light, dark and forced colours, narrow and wide, nothing but its own bytes."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from pledges.models import Pledge
from tests.both_databases import DATABASE
from tests.browser.conftest import serving
from tests.pages.full_site import make_full_site
from tests.pages.surfaces import BY_TOKEN, PUBLIC_SURFACES, Surface

pytestmark = [
    pytest.mark.skipif(DATABASE != "sqlite", reason="one browser is enough: no database takes part"),
    pytest.mark.django_db,
]

PAGES = [*(surface for surface in PUBLIC_SURFACES if surface.is_html), Surface("not-found", "/nowhere/", queries=0)]
PAGES += [
    Surface("refused-filter", "/pledges/?topic=nowhere", queries=3),
    Surface("search", "/pledges/?q=everyone+neighbour&due=ahead&changed_since=2020-01-01", queries=5),
    Surface("found-nothing", "/pledges/?q=pear&family=kept", queries=5),
    Surface("difference", "/pledges/{slug}/editions/2/changes/", queries=1),
    Surface("nothing-then", "/pledges/{slug}/at/2001-01-01/", queries=2),
    *BY_TOKEN,
]
COLOURS: list[dict[str, str]] = [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"forced_colors": "active"}]
SCREENSHOTS = os.environ.get("SCREENSHOTS")  # a folder outside the tree, for somebody to look through


@pytest.fixture(scope="module")
def site(chromium: Browser, kept_rows: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of one site for all of these tests, which only read: its threads share the tests' own connection."""
    with serving(chromium, media=tmp_path_factory.mktemp("media")) as address:
        yield address


@pytest.fixture(scope="module")
def pledge(site: str) -> Pledge:
    return make_full_site()


@pytest.fixture
def page(chromium: Browser, site: str) -> Iterator[Page]:
    with chromium.new_context(reduced_motion="reduce") as context:
        yield context.new_page()


@pytest.mark.parametrize("surface", PAGES, ids=lambda surface: surface.name)
def test_axe_finds_nothing_in_any_colours_wide_or_narrow(
    surface: Surface, site: str, pledge: Pledge, page: Page
) -> None:
    requested: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{site}{surface.path_for(pledge)}", wait_until="networkidle")
    assert not [text for text in said if "Failed to load resource" not in text]  # before axe tries what a page may not

    for colours in COLOURS:
        page.emulate_media(**{"color_scheme": None, "forced_colors": None, **colours})  # type: ignore[arg-type]
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 800})
            keep(page, f"{surface.name}-{'-'.join(colours.values())}-{width}")
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert all(address.startswith(site) for address in requested)
    assert not page.context.cookies()


@pytest.mark.parametrize("surface", PAGES, ids=lambda surface: surface.name)
def test_reads_from_right_to_left_and_at_400_percent(surface: Surface, site: str, pledge: Pledge, page: Page) -> None:
    page.goto(f"{site}{surface.path_for(pledge)}")
    page.set_viewport_size({"width": 320, "height": 256})

    page.evaluate("document.documentElement.dir = 'rtl'")

    keep(page, f"{surface.name}-rtl-320")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_by_keyboard_the_first_stop_skips_to_the_content(site: str, pledge: Pledge, page: Page) -> None:
    page.goto(f"{site}/pledges/{pledge.slug}/")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.url.endswith("#content")


def test_on_paper_there_is_the_record_with_its_addresses_and_no_way_about_the_site(
    site: str, pledge: Pledge, page: Page
) -> None:
    page.goto(f"{site}/pledges/{pledge.slug}/")
    page.emulate_media(media="print")

    for way in (".skip-link", ".site-nav", ".breadcrumbs", ".pledge__contents", ".site-footer__screen"):
        assert page.locator(way).count()
        assert not any(part.is_visible() for part in page.locator(way).all()), way
    for part in ("h1", ".promise__quote", ".verdict", ".evidence", ".history", ".citation", ".site-footer"):
        assert page.locator(part).first.is_visible(), part
    source = page.locator(".evidence .source cite a").first
    shown = source.evaluate("link => getComputedStyle(link, '::after').content")
    assert shown == f'" <{source.get_attribute("href")}>"'
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def keep(page: Page, name: str) -> None:
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=True)
