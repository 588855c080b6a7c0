"""The pages of an issue in the admin, and their buttons."""

from django.test import Client
from django.urls import reverse

from tests.pledges.admin.forms import fields_of, send
from tracker.newsletter.models import Issue


def form(issue: Issue) -> str:
    return reverse("admin:newsletter_issue_change", args=[issue.pk])


def page(issue: Issue) -> str:
    return reverse("admin:newsletter_issue_send", args=[issue.pk])


def press(browser: Client, issue: Issue, button: str) -> tuple[int, str]:
    """Press a button of an issue's page as it was opened; gives the status and the text of the page after it."""
    opened = fields_of(browser.get(page(issue)).content.decode())
    response = send(browser, page(issue), {**opened, button: ""})
    after = browser.get(page(issue)) if response.status_code == 302 else response
    return response.status_code, after.content.decode()
