"""The whole way of a verdict in a real browser: log in with a second factor, draft, preview, review, publish, read."""

import base64
import hashlib
import hmac
import time
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from playwright.sync_api import Browser, Page
from pytest_django import Settings

from pledges.models import Edition, Editor, Rating, Source
from tests.both_databases import DATABASE
from tests.factories import make_editor, make_published_pledge, make_rating, make_source
from tests.pledges.drawings import draw, encode

pytestmark = [
    pytest.mark.skipif(DATABASE != "sqlite", reason="a browser runs on one worker only"),
    pytest.mark.django_db(transaction=True),
]
PASSWORD = "a cart of sour lemons"  # noqa: S105 (of people who live for one test)


def make_member(role: str) -> Editor:
    call_command("setup_roles", stdout=StringIO())
    editor = make_editor(is_staff=True, password=PASSWORD)
    editor.groups.add(Group.objects.get(name=role))
    return editor


def code_for(secret: str) -> str:
    """Give the code that an app would show now (RFC 6238)."""
    moment = int(time.time() // 30).to_bytes(8, "big")
    hashed = hmac.digest(base64.b32decode(secret), moment, hashlib.sha1)
    start = hashed[-1] & 0xF
    return f"{(int.from_bytes(hashed[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def sign_in(browser: Browser, address: str, editor: Editor) -> Page:
    """Log in for the first time: the site leads to enrolling a second factor."""
    page = browser.new_context().new_page()
    page.on("console", lambda message: pytest.fail(message.text) if message.type == "error" else None)
    page.goto(f"{address}/admin/")
    page.fill("input[name=login]", editor.username)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/second-factor/totp/activate/**")
    secret = page.locator("main code").inner_text()
    page.fill("input[name=code]", code_for(secret))
    page.keyboard.press("Enter")
    page.wait_for_url("**/recovery-codes/**")
    page.goto(f"{address}/admin/")  # the code that set it up counts as its first use
    assert page.get_by_text("Reviews I asked for").count() == 1
    return page


def choose(page: Page, field: str, label: str) -> None:
    """Pick from a field that searches while one types."""
    page.click(f"#id_{field} + .select2")
    page.fill(".select2-search__field", label)
    page.locator(".select2-results__option", has_text=label).first.click()


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def add_evidence(page: Page, source: Source) -> None:
    page.get_by_role("link", name="Add evidence", exact=True).click()
    page.fill("#id_happened_on", "2026-01")
    page.fill("#id_title", "Every tree was counted")
    page.fill("#id_account", "The census counted *every* tree.")
    choose(page, "Evidence_sources-0-source", source.title)
    press(page, "Save")


def draft_verdict(page: Page, rating: Rating) -> None:
    page.get_by_role("link", name="Draft a verdict").click()
    choose(page, "rating", rating.name)
    page.fill("#id_effective_on", "2026-01")
    page.fill("#id_summary", "Not a drop is left.")
    page.fill("#id_explanation", "The census found **no** juice.")
    page.locator("strong", has_text="no").first.wait_for()  # the live preview
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Add a picture").first.press("Enter")
    picture = encode(draw(size=(40, 30)), "PNG")
    chooser.value.set_files({"name": "tree.png", "mimeType": "image/png", "buffer": picture})
    page.locator("img[src^='/admin/markdown/picture/']").first.wait_for()
    page.keyboard.type("An empty tree")  # in place of the words that ask for a description
    press(page, "Save")


def ask_for_review(page: Page) -> None:
    page.get_by_role("link", name="Ask for review").click()
    page.select_option("#id_kind", "verdict")
    page.fill("#id_change_note", "The census changed the rating.")
    press(page, "Ask for review")
    assert page.get_by_text("Someone who neither wrote nor requested this must approve it.").count() == 1


def test_a_verdict_goes_from_draft_to_the_public_page(site: str, chromium: Browser, settings: Settings) -> None:
    settings.IS_LOOPBACK = False  # so that the second factor is compulsory
    pledge, rating, source = (
        make_published_pledge(),
        make_rating(name="Squeezed dry"),
        make_source(title="Lemon census"),
    )
    form = f"{site}/admin/pledges/pledge/{pledge.pk}/change/"
    writer = sign_in(chromium, site, make_member("writer"))
    writer.goto(form)
    add_evidence(writer, source)
    draft_verdict(writer, rating)
    assert writer.url == form
    writer.get_by_role("link", name="Preview").click()
    preview = writer.locator("main").inner_text()
    writer.goto(form)
    ask_for_review(writer)

    reviewer = sign_in(chromium, site, make_member("reviewer"))
    reviewer.get_by_role("link", name=pledge.headline).first.click()
    assert reviewer.locator("ins", has_text="Not a drop is left.").count() == 1
    press(reviewer, "Approve and publish now")

    edition = Edition.objects.get(number=2)
    reader = chromium.new_context().new_page()
    reader.goto(f"{site}/pledges/{pledge.slug}/")
    place = f"entry {edition.sequence}, hash {edition.short_hash}"
    assert reader.get_by_alt_text("An empty tree").count() == 1
    public = reader.locator("main").inner_text().replace(place, "entry and hash follow on publication")
    assert public.replace(f"What this edition changed: {edition.change_note}", "").split() == preview.split()
