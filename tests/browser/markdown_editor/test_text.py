"""A text as it is written, shown and saved in a browser."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Locator, Page, expect

from pledges.models import Pledge
from tests.browser.markdown_editor.trial import ON_TRIAL, open_page
from tests.factories import make_evidence

pytestmark = ON_TRIAL
PREVIEW = "/admin/markdown/preview/"


def test_the_preview_shows_the_text_as_it_is_and_as_it_becomes(
    background: Locator, preview: Locator, complaints: list[str]
) -> None:
    expect(preview.locator("em")).to_have_text("sour")

    background.fill("# A heading\n\nLemons are **sweet**.")

    expect(preview.locator("strong")).to_have_text("sweet")
    expect(preview.locator("h3")).to_have_text("A heading")
    expect(preview.locator("em")).to_have_count(0)
    assert complaints == []


def test_the_watch_would_see_a_violation_of_the_policy(form: Page, complaints: list[str]) -> None:
    form.evaluate("document.body.setAttribute('style', 'color: red')")
    form.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))")

    assert len(complaints) == 2
    assert all("Content Security Policy" in complaint for complaint in complaints)


def test_tab_moves_on_and_back(form: Page, background: Locator, preview: Locator) -> None:
    background.focus()

    form.keyboard.press("Tab")

    expect(form.get_by_role("button", name="Add a picture").first).to_be_focused()
    form.keyboard.press("Tab")
    expect(preview).to_be_focused()
    form.keyboard.press("Tab")
    expect(form.get_by_role("textbox", name="Headline")).to_be_focused()
    for _round in range(3):
        form.keyboard.press("Shift+Tab")
    expect(background).to_be_focused()
    expect(background).to_have_value("Lemons are *sour*.")


def test_an_added_row_has_a_preview(form: Page, complaints: list[str]) -> None:
    form.get_by_text("Add another Evidence").click()
    row = form.locator("#evidence-1")
    expect(row.get_by_role("textbox", name="Account")).to_be_visible()

    row.get_by_role("textbox", name="Account").fill("A *cart* arrived.")

    expect(row.locator(".markdownx-preview em")).to_have_text("cart")
    expect(row.locator(".markdownx-preview")).to_have_count(1)
    expect(form.locator("#evidence-empty .markdownx-preview")).to_have_count(0)
    expect(form.locator("#evidence-0 .markdownx-preview em")).to_have_count(0)
    assert complaints == []


def test_a_row_added_twice_has_two_editors_that_know_nothing_of_each_other(form: Page) -> None:
    for number, word in ((1, "cart"), (2, "ship")):
        form.get_by_text("Add another Evidence").click()
        form.locator(f"#id_evidence-{number}-account").fill(f"A *{word}* arrived.")

    for number, word in ((1, "cart"), (2, "ship")):
        expect(form.locator(f"#evidence-{number} .markdownx-preview em")).to_have_text(word)


def test_only_texts_ask_for_a_preview_when_the_page_opens(form: Page, address: str, pledge: Pledge) -> None:
    make_evidence(pledge, account="A *cart* arrived.")
    asked: list[str] = []
    form.on("request", lambda request: asked.append(request.url) if request.url.endswith(PREVIEW) else None)

    form.goto(address)
    form.locator("#evidence-1 .markdownx-preview").scroll_into_view_if_needed()
    expect(form.locator("#evidence-0 .markdownx-preview em")).to_have_text("cart")
    expect(form.locator("#evidence-1 .markdownx-preview")).to_contain_text("as readers will see it")
    form.wait_for_load_state("networkidle")

    assert len(asked) == 2  # the background and the one account; none for the empty row and the pattern of rows


def test_a_text_that_could_not_be_saved_says_why_in_the_preview(background: Locator, preview: Locator) -> None:
    background.fill("[" * 501)

    expect(preview.locator(".errornote")).to_have_text("This text has 501 “[” signs; the most is 500.")


def test_who_was_logged_out_keeps_the_text_and_is_told(form: Page, background: Locator, preview: Locator) -> None:
    form.context.clear_cookies()

    background.fill("A long text.")

    expect(preview.locator(".errornote")).to_have_text("You may not do this, or you are no longer logged in.")
    expect(background).to_have_value("A long text.")


def test_a_site_that_is_gone_keeps_the_text_and_says_so(form: Page, background: Locator, preview: Locator) -> None:
    form.route(f"**{PREVIEW}", lambda route: route.abort())

    background.fill("A long text.")

    expect(preview.locator(".errornote")).to_contain_text("Copy your text, reload the page and try again.")
    expect(background).to_have_value("A long text.")


def test_a_link_in_the_preview_leaves_the_text_where_it_is(form: Page, background: Locator, preview: Locator) -> None:
    background.fill("See [home](/).")

    with form.context.expect_page() as opened:
        preview.get_by_role("link", name="home").click()

    expect(opened.value).to_have_title(re.compile("Pledge Tracker"))
    expect(background).to_have_value("See [home](/).")


def test_what_was_written_is_saved(form: Page, background: Locator, pledge: Pledge) -> None:
    background.fill("Lemons are **sweet**.")
    form.get_by_role("button", name="Save", exact=True).click()
    form.wait_for_url("**/admin/trial/pledges/pledge/")

    pledge.refresh_from_db()
    assert pledge.background == "Lemons are **sweet**."


def test_without_scripts_it_is_a_plain_text_box(chromium: Browser, address: str, pledge: Pledge) -> None:
    page, _complaints = open_page(chromium, address, java_script_enabled=False)
    expect(page.locator(".markdownx-preview")).to_have_count(0)
    expect(page.get_by_role("button", name="Add a picture")).to_have_count(0)

    page.get_by_role("textbox", name="Background").fill("Lemons are **sweet**.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/admin/trial/pledges/pledge/")

    pledge.refresh_from_db()
    assert pledge.background == "Lemons are **sweet**."


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1400])
def test_axe_finds_nothing_in_the_editor(scheme: str, width: int, chromium: Browser, address: str) -> None:
    viewport = {"width": width, "height": 900}
    page, complaints = open_page(chromium, address, color_scheme=scheme, viewport=viewport)
    page.locator("#id_background").fill(
        "# Heading\n\n> A *quotation* with `code` and a [link](/)\n\n"
        "| a | b |\n|--:|---|\n| 1 | 2 |\n\n1. x\n2. y[^1]\n\n[^1]: note"
    )
    expect(page.locator(".markdownx-preview table").first).to_be_visible()
    assert complaints == []  # axe itself will make some

    found = Axe().run(page, context=".markdownx")

    assert found.violations_count == 0, found.generate_report()
    assert len(found.response["passes"]) > 10
    text, shown = (page.locator(part).first.bounding_box() for part in (".markdownx-editor", ".markdownx-preview"))
    assert text
    assert shown
    is_beside = shown["x"] >= text["x"] + text["width"]
    is_below = shown["y"] >= text["y"] + text["height"]
    assert (is_beside, is_below) == (width == 1400, width == 360)
    assert shown["x"] + shown["width"] <= width
