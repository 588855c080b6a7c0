import pytest
from playwright.sync_api import Browser, Locator, Page

from pledges.models import Pledge
from tests.browser.markdown_editor.trial import open_page
from tests.factories import make_pledge


@pytest.fixture
def pledge() -> Pledge:
    return make_pledge(background="Lemons are *sour*.")


@pytest.fixture
def address(site: str, pledge: Pledge) -> str:
    return f"{site}/admin/trial/pledges/pledge/{pledge.pk}/change/"


@pytest.fixture
def opened(chromium: Browser, address: str) -> tuple[Page, list[str]]:
    return open_page(chromium, address)


@pytest.fixture
def form(opened: tuple[Page, list[str]]) -> Page:
    return opened[0]


@pytest.fixture
def complaints(opened: tuple[Page, list[str]]) -> list[str]:
    return opened[1]


@pytest.fixture
def background(form: Page) -> Locator:
    return form.get_by_role("textbox", name="Background")


@pytest.fixture
def preview(form: Page) -> Locator:
    return form.get_by_role("group", name="Preview: Background")
