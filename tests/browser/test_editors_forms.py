"""What editors typed stays theirs: leaving a form asks first, and a picture leaves the line before it as it was."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.both_databases import DATABASE
from tests.factories import make_editor, make_published_pledge
from tests.pledges.drawings import draw, encode

pytestmark = [
    pytest.mark.skipif(DATABASE != "sqlite", reason="one browser is enough: no database takes part"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def form(chromium: Browser, site: str) -> Page:
    pledge = make_published_pledge()
    client = Client()
    client.force_login(make_editor(is_staff=True, is_superuser=True))
    context = chromium.new_context()
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
    page = context.new_page()
    page.goto(f"{site}{reverse('admin:pledges_pledge_change', args=[pledge.pk])}")
    return page


@pytest.fixture
def asked(form: Page) -> list[str]:
    """What the browser asked; the answer is always yes."""
    questions: list[str] = []

    def agree(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.accept()

    form.on("dialog", agree)
    return questions


def test_leaving_with_unsaved_words_asks_first(form: Page, asked: list[str]) -> None:
    form.locator("#id_background").press_sequentially("Unsaved.")

    form.get_by_role("link", name="Draft a verdict").click()
    form.wait_for_url("**/verdict/add/**")

    assert asked == ["beforeunload"]


def test_saving_and_leaving_as_it_was_ask_nothing(form: Page, asked: list[str]) -> None:
    form.locator("#id_background").press_sequentially("Saved.")
    form.get_by_role("button", name="Save and continue editing").click()
    expect(form.locator(".messagelist")).to_contain_text("changed successfully")

    form.get_by_role("link", name="Draft a verdict").click()
    form.wait_for_url("**/verdict/add/**")

    assert asked == []


def test_a_picture_at_the_end_of_a_line_is_a_paragraph_of_its_own(form: Page) -> None:
    background = form.locator("#id_background")
    background.fill("# A heading")

    with form.expect_file_chooser() as chooser:
        form.get_by_role("button", name="Add a picture").first.click()
    chooser.value.set_files({"name": "tree.png", "mimeType": "image/png", "buffer": encode(draw(size=(40, 30)), "PNG")})

    expect(background).to_have_value(re.compile(r"^# A heading\n\n!\[describe the picture\]\(/media/"))
    form.keyboard.type("A tree")
    expect(background).to_have_value(re.compile(r"!\[A tree\]"))
