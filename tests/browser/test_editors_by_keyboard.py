"""The way from a draft to the public page by keyboard alone, and with no script at all."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Locator, Page

from pledges.models import Edition, Editor, Review
from tests.both_databases import DATABASE
from tests.factories import make_editor, make_rated_pledge, make_review

pytestmark = [
    pytest.mark.skipif(DATABASE != "sqlite", reason="one browser is enough: no database takes part"),
    pytest.mark.django_db(transaction=True),
]
MOST_STOPS = 80


@pytest.fixture
def reviewer() -> Editor:
    return make_editor(is_staff=True, is_superuser=True)


@pytest.fixture
def review(site: str) -> Review:
    return make_review(make_rated_pledge(headline="A lemon for the fingers"), change_note="First published.")


def signed_in(chromium: Browser, site: str, editor: Editor, *, script: bool = True) -> Page:
    client = Client()
    client.force_login(editor)
    context = chromium.new_context(java_script_enabled=script)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
    return context.new_page()


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the focus is on what is wanted, and see that it can be seen there."""
    for _stop in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            outline = wanted.evaluate("element => getComputedStyle(element).outlineStyle")
            shadow = wanted.evaluate("element => getComputedStyle(element).boxShadow")
            assert outline != "none" or shadow != "none", f"The focus on {wanted} is not to be seen."
            return
    pytest.fail(f"{MOST_STOPS} stops, and none is {wanted}.")


def enter(page: Page, wanted: Locator) -> None:
    tab_to(page, wanted)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_from_the_start_page_to_publication_by_keyboard(
    chromium: Browser, site: str, review: Review, reviewer: Editor
) -> None:
    page = signed_in(chromium, site, reviewer)
    page.goto(f"{site}/admin/")

    enter(page, page.get_by_role("link", name="A lemon for the fingers", exact=True).first)
    enter(page, page.get_by_role("link", name="Preview the page"))
    assert page.get_by_role("heading", name="A lemon for the fingers").is_visible()
    page.go_back()
    enter(page, page.get_by_role("button", name="Approve and publish now"))

    assert Edition.objects.get().approver == reviewer
    enter(page, page.get_by_role("link", name="its public page"))
    assert page.url == f"{site}/pledges/{review.pledge.slug}/"


def test_from_a_draft_to_the_public_page_without_a_script(chromium: Browser, site: str, reviewer: Editor) -> None:
    pledge = make_rated_pledge(headline="A lemon without a script")
    writer = signed_in(chromium, site, make_editor(is_staff=True, is_superuser=True), script=False)
    writer.goto(f"{site}/admin/pledges/pledge/{pledge.pk}/change/")
    writer.get_by_role("link", name="Ask for review").click()
    writer.get_by_label("Change note").fill("First published.")
    writer.get_by_role("button", name="Ask for review").click()

    page = signed_in(chromium, site, reviewer, script=False)
    page.goto(f"{site}/admin/")
    page.get_by_role("link", name="A lemon without a script").first.click()
    page.get_by_role("link", name="Preview the page").click()
    preview = page.locator("article").inner_text()
    page.go_back()
    page.get_by_role("button", name="Approve and publish now").click()
    page.get_by_role("link", name="its public page").click()

    edition = Edition.objects.get()
    place = f"entry {edition.sequence}, hash {edition.short_hash}"
    public = page.locator("article").inner_text().replace(place, "entry and hash follow on publication")
    assert public.split() == preview.split()
    assert edition.approver == reviewer
