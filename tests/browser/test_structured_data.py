"""What search engines are told lies in a page that the content security policy has no complaint about."""

import json

import pytest
from playwright.sync_api import Browser

from tests.both_databases import DATABASE
from tests.factories import make_published_pledge

pytestmark = [
    pytest.mark.skipif(DATABASE != "sqlite", reason="one browser is enough: no database takes part"),
    pytest.mark.django_db(transaction=True),
]


def test_a_block_of_data_breaks_no_rule_of_the_page(chromium: Browser, site: str) -> None:
    pledge = make_published_pledge()
    page = chromium.new_context().new_page()
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', event => console.log(event.violatedDirective))"
    )

    page.goto(f"{site}/pledges/{pledge.slug}/")

    block = page.locator('script[type="application/ld+json"]').first.text_content()
    assert json.loads(block or "")["@type"] == "ClaimReview"
    assert messages == []
