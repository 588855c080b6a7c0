"""What axe finds on the pages where editors spend their day: nothing."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page
from pytest_django import Settings

from pledges.models import Pledge
from tests.both_databases import DATABASE
from tests.factories import make_editor, make_published_pledge, make_review, make_verdict
from tests.tracker.newsletter.outbox import make_draft, make_sent_issue
from tests.tracker.newsletter.people import make_subscription
from tracker.environment import MailServer
from tracker.newsletter.models import Delivery

pytestmark = [
    pytest.mark.skipif(DATABASE != "sqlite", reason="one browser is enough: no database takes part"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def pledge() -> Pledge:
    pledge = make_published_pledge()
    make_verdict(pledge)
    make_review(pledge)
    return pledge


@pytest.fixture
def page(chromium: Browser, site: str) -> Page:
    client = Client()
    client.force_login(make_editor(is_staff=True, is_superuser=True))
    context = chromium.new_context()
    name = django_settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
    return context.new_page()


def address_of(record: str, pledge: Pledge) -> str:
    if record == "start":
        return reverse("admin:index")
    if record == "subscribers":
        return reverse("admin:newsletter_subscription_changelist")
    if record == "request":
        pledge.reviews.filter(edition=None).delete()
        return reverse("admin:pledges_pledge_review", args=[pledge.pk])
    if record in {"issue", "issue-on-its-way"}:
        return address_of_issue(record)
    if record == "differences":
        return reverse("admin:pledges_pledge_differences", args=[pledge.pk])
    rows = {"pledge": pledge, "evidence": pledge.evidence.get(), "review": pledge.reviews.get(edition=None)}
    row = rows.get(record) or pledge.verdicts.get(first_edition=None)
    return reverse(f"admin:pledges_{record}_change", args=[row.pk])


@pytest.fixture(autouse=True)
def _mail_server(settings: Settings) -> None:
    settings.MAIL_SERVER = MailServer("file", folder=Path("/nowhere"))


def address_of_issue(record: str) -> str:
    """Give the form of a draft, or the page of an issue of which a message is uncertain."""
    make_subscription()
    if record == "issue":
        return reverse("admin:newsletter_issue_change", args=[make_draft().pk])
    issue = make_sent_issue()
    Delivery.objects.update(state="unknown", error="the sender died", settled_at=issue.started_at)
    return reverse("admin:newsletter_issue_send", args=[issue.pk])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "record",
    [
        *("start", "pledge", "verdict", "evidence", "review", "request", "differences"),
        *("subscribers", "issue", "issue-on-its-way"),
    ],
)
def test_axe_finds_nothing_wide_or_narrow(site: str, pledge: Pledge, page: Page, record: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{site}{address_of(record, pledge)}")

    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        found = Axe().run(page)

        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
