"""The Markdown editor in a browser, on a small admin of its own."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import path
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from pledges.admin.markdown_widget import MARKDOWN_OVERRIDES
from pledges.models import Evidence, Pledge
from tests.both_databases import DATABASE
from tests.factories import make_editor, make_evidence, make_pledge
from tests.pledges.test_pictures import draw, encode
from tracker import urls
from tracker.admin_site import TrackerAdminSite

pytestmark = [
    pytest.mark.skipif(DATABASE != "sqlite", reason="One browser is enough: no database takes part."),
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls(__name__),
]

PREVIEW = "/admin/markdown/preview/"


class EvidenceInline(admin.StackedInline):
    model = Evidence
    fields = ("title", "account")
    formfield_overrides = MARKDOWN_OVERRIDES
    extra = 1


class PledgeAdmin(admin.ModelAdmin):
    change_form_template = "admin/change_form.html"  # without what only the editors' own site has
    fields = ("background", "headline")
    formfield_overrides = MARKDOWN_OVERRIDES
    inlines = (EvidenceInline,)


trial = TrackerAdminSite(name="trial")
trial.register(Pledge, PledgeAdmin)
urlpatterns = [path("admin/trial/", trial.urls), *urls.urlpatterns]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


@pytest.fixture
def pledge() -> Pledge:
    return make_pledge(background="Lemons are *sour*.")


@pytest.fixture
def address(site: str, pledge: Pledge) -> str:
    return f"{site}/admin/trial/pledges/pledge/{pledge.pk}/change/"


def open_page(chromium: Browser, address: str, **options: Any) -> tuple[Page, list[str]]:
    """Open a page as an editor; give it with what the browser complains of: a violation of the policy is one."""
    client, complaints = Client(), list[str]()
    client.force_login(make_editor(is_staff=True, is_superuser=True))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context = chromium.new_context(**options)
    context.set_default_timeout(5_000)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "domain": "127.0.0.1", "path": "/"}])
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    return page, complaints


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


def picture(name: str = "lemons.png") -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": encode(draw(size=(40, 30)), "PNG")}


def choose(form: Page, file: FilePayload) -> None:
    """Choose a picture by the keyboard alone."""
    with form.expect_file_chooser() as chooser:
        form.get_by_role("button", name="Add a picture").first.press("Enter")
    chooser.value.set_files(file)


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


def test_a_picture_is_put_into_the_text_and_shown(
    form: Page, background: Locator, preview: Locator, complaints: list[str]
) -> None:
    background.evaluate("box => { box.focus(); box.setSelectionRange(6, 6); }")

    choose(form, picture())

    expect(background).to_have_value(
        re.compile(r"^Lemons!\[describe the picture\]\(/media/[0-9a-f]{32}\.png\) are \*sour\*\.$")
    )
    expect(form.get_by_role("status").first).to_contain_text("The picture is in the text.")
    shown = preview.get_by_role("img", name="describe the picture")
    expect(shown).to_have_js_property("naturalWidth", 40)
    assert complaints == []


def test_the_words_for_a_picture_are_ready_to_be_replaced(form: Page, background: Locator, preview: Locator) -> None:
    choose(form, picture())
    expect(background).to_be_focused()

    form.keyboard.type("A cart of lemons")

    expect(preview.get_by_role("img", name="A cart of lemons")).to_be_visible()
    expect(background).to_have_value(re.compile(r"!\[A cart of lemons\]\(/media/"))


@pytest.mark.parametrize("event", ["drop", "paste"])
def test_a_picture_may_be_dropped_or_pasted(event: str, background: Locator, preview: Locator) -> None:
    bring = """(box, [type, bytes]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], "x.png", {type: "image/png"}));
        const options = {bubbles: true, cancelable: true};
        box.dispatchEvent(type === "drop" ? new DragEvent(type, {...options, dataTransfer: data})
                                          : new ClipboardEvent(type, {...options, clipboardData: data}));
    }"""

    background.evaluate(bring, [event, list(picture()["buffer"])])

    expect(preview.get_by_role("img")).to_have_js_property("naturalWidth", 40)


def test_a_refused_picture_says_why_and_changes_nothing(form: Page, background: Locator) -> None:
    choose(form, {"name": "x.png", "mimeType": "image/png", "buffer": b"<script>alert(1)</script>"})

    expect(form.get_by_role("status").first).to_have_text("Use a JPEG, PNG, WebP or GIF picture.")
    expect(background).to_have_value("Lemons are *sour*.")


def test_a_picture_of_9_megabytes_is_refused_in_words(form: Page, background: Locator) -> None:
    choose(form, {"name": "x.png", "mimeType": "image/png", "buffer": b"\0" * 9_000_000})

    expect(form.get_by_role("status").first).to_have_text("This picture is larger than 8 MB.")
    expect(background).to_have_value("Lemons are *sour*.")


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
