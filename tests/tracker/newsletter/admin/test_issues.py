"""From the next issue's draft to its last message, by the forms and buttons that newsletter editors use."""

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from pledges.models import Editor
from tests.factories import make_published_pledge
from tests.pledges.admin.conftest import member, signed_in
from tests.pledges.admin.forms import fields_of, send
from tests.tracker.newsletter.admin.issue_pages import form, page, press
from tests.tracker.newsletter.outbox import mails, make_draft, make_sent_issue, parts
from tests.tracker.newsletter.people import make_subscription
from tracker.newsletter.models import Delivery, Issue

pytestmark = pytest.mark.django_db


def test_from_the_draft_to_the_last_message(desk: Client, second_desk: Client, writer: Editor) -> None:
    make_subscription()
    make_published_pledge(headline="A lemon for everyone")
    issues = reverse("admin:newsletter_issue_changelist")
    drafted = send(desk, reverse("admin:newsletter_issue_draft"), {}, opened=issues)
    issue = Issue.objects.get()
    assert (drafted.status_code, drafted["Location"], issue.written_by) == (302, form(issue), writer)

    html = desk.get(form(issue)).content.decode()
    assert "New in the tracker" in html
    assert "A lemon for everyone" in html
    saved = send(desk, form(issue), fields_of(html) | {"subject": "Lemons moved", "introduction": "Dear *lemons*."})
    assert saved.status_code == 302

    assert press(desk, issue, "send")[0] == 403
    status, html = press(second_desk, issue, "ask")
    assert (status, "to 1 person?" in html, Delivery.objects.count()) == (200, True, 0)
    status, html = press(second_desk, issue, "send")
    assert status == 302
    assert "Issue 1 is on its way" in html
    assert "0 of 1" in html

    call_command("send_newsletter", "--once")
    html = desk.get(page(issue)).content.decode()
    assert "1 of 1" in html
    assert '<progress max="1" value="1"' in html
    assert mails()[0]["Subject"] == "Lemons moved"


def test_drafting_again_leads_to_the_same_draft(desk: Client) -> None:
    issue = make_draft()

    response = send(
        desk, reverse("admin:newsletter_issue_draft"), {}, opened=reverse("admin:newsletter_issue_changelist")
    )

    assert response["Location"] == form(issue)


def test_the_preview_is_the_message_under_a_policy_of_its_own(desk: Client) -> None:
    issue = make_draft(introduction="Dear *lemons*.")
    address = reverse("admin:newsletter_issue_preview", args=[issue.pk])

    response = desk.get(address)
    text = desk.get(f"{address}text/")

    assert "Dear <em>lemons</em>" in response.content.decode()
    assert "TOKEN" not in response.content.decode()
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert text.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "Dear *lemons*." in text.content.decode()


def test_a_test_goes_to_the_editor_alone_and_says_so(desk: Client, writer: Editor) -> None:
    make_subscription()
    issue = make_draft(subject="Lemons moved")
    assert "no e-mail address that can be used" in press(desk, issue, "test")[1]
    Editor.objects.filter(pk=writer.pk).update(email="writer@tracker.test")

    html = press(desk, issue, "test")[1]

    assert "on its way to the address of your account" in html
    (mail,) = mails()
    assert (mail["To"], mail["Subject"]) == ("writer@tracker.test", "[Test] Lemons moved")
    assert "/newsletter/leave/test/" in parts(mail)[0]
    assert all("This is a test: its links" in part for part in parts(mail))
    assert not Delivery.objects.exists()


def test_a_test_that_cannot_be_sent_says_why(desk: Client, writer: Editor, settings: Settings) -> None:
    Editor.objects.filter(pk=writer.pk).update(email="writer@tracker.test")
    issue = make_draft()
    settings.MAIL_SERVER = None

    assert "EMAIL_URL is not set" in press(desk, issue, "test")[1]


def test_who_presses_send_second_sees_its_progress(desk: Client, second_desk: Client) -> None:
    make_subscription()
    issue = make_draft()
    opened = fields_of(second_desk.get(page(issue)).content.decode())
    assert press(desk, issue, "send")[0] == 302

    response = send(second_desk, page(issue), {**opened, "send": ""})

    assert response.status_code == 409
    assert "already being sent" in response.content.decode()
    assert "0 of 1" in response.content.decode()
    assert Delivery.objects.count() == 1


def test_what_changed_since_it_was_read_is_not_sent(desk: Client) -> None:
    issue = make_draft()
    opened = fields_of(desk.get(page(issue)).content.decode())
    Issue.objects.update(introduction="Limes.")

    response = send(desk, page(issue), {**opened, "send": ""})

    assert response.status_code == 409
    assert "has changed since you read it" in response.content.decode()
    assert not Delivery.objects.exists()


def test_a_form_that_was_open_when_the_sending_began_gets_its_text_back(desk: Client) -> None:
    issue = make_sent_issue()
    Issue.objects.filter(pk=issue.pk).update(state="draft", number=None, started_at=None, started_by=None)
    opened = fields_of(desk.get(form(issue)).content.decode())
    Issue.objects.filter(pk=issue.pk).update(
        state="sending", number=1, started_at=issue.started_at, started_by=issue.started_by
    )

    response = send(desk, form(issue), opened | {"introduction": "Too late."}, opened=page(issue))

    assert response.status_code == 409
    assert "has begun to send this issue as it was" in response.content.decode()
    assert "Too late." in response.content.decode()
    assert Issue.objects.get().introduction != "Too late."


def test_the_editor_of_the_introduction_has_no_button_for_pictures(desk: Client) -> None:
    html = desk.get(form(make_draft())).content.decode()

    assert 'data-markdownx-urls-path="/admin/markdown/preview/"' in html
    assert 'data-markdownx-upload-urls-path=""' in html


def test_a_started_issue_is_shown_and_not_edited(desk: Client) -> None:
    html = desk.get(form(make_sent_issue())).content.decode()

    assert "<textarea" not in html
    assert 'name="_save"' not in html


def test_pause_and_go_on(desk: Client) -> None:
    issue = make_sent_issue()

    assert "Paused. Nothing more goes out." in press(desk, issue, "pause")[1]
    assert Issue.objects.get().state == "paused"
    assert "It goes on." in press(desk, issue, "resume")[1]
    assert Issue.objects.get().state == "sending"


def test_a_draft_takes_in_what_was_announced_since(desk: Client) -> None:
    issue = make_draft()
    make_published_pledge(headline="A late lemon")

    press(desk, issue, "take_in")

    assert "A late lemon" in desk.get(form(issue)).content.decode()


@pytest.mark.parametrize("role", ["writer", "reviewer", "publisher", "administrator"])
def test_the_other_roles_see_nothing_of_it(role: str) -> None:
    issue = make_draft()
    browser = signed_in(member(role))

    addresses = [
        reverse("admin:newsletter_issue_changelist"),
        form(issue),
        page(issue),
        reverse("admin:newsletter_issue_preview", args=[issue.pk]),
        reverse("admin:newsletter_delivery_changelist"),
    ]
    assert {browser.get(address).status_code for address in addresses} == {403}


@pytest.mark.parametrize("button", ["send", "pause", "resume", "take_in", "test", "nothing"])
def test_each_button_needs_its_permission(button: str) -> None:
    issue = make_draft()
    viewer = member("newsletter")
    group = viewer.groups.get()
    group.permissions.remove(*group.permissions.filter(codename__in=["send_issue", "change_issue"]))

    assert press(signed_in(viewer), issue, button)[0] == 403
    assert Issue.objects.get().state == "draft"


def test_a_history_opens(desk: Client) -> None:
    issue = make_draft()

    assert desk.get(reverse("admin:newsletter_issue_history", args=[issue.pk])).status_code == 200


def test_an_issue_without_readers_draws_no_bar(desk: Client) -> None:
    html = desk.get(page(make_sent_issue())).content.decode()

    assert "0 of 0" in html
    assert "<progress" not in html


def test_the_page_of_an_issue_has_no_button_that_sends_it_unasked(second_desk: Client) -> None:
    issue = make_draft()
    html = second_desk.get(page(issue)).content.decode()
    assert 'name="ask"' in html
    assert 'name="send"' not in html

    asked = send(second_desk, page(issue), {**fields_of(html), "ask": ""}).content.decode()
    Issue.objects.update(introduction="Limes.")
    response = send(second_desk, page(issue), {**fields_of(asked), "send": ""})

    assert response.status_code == 409
    assert Issue.objects.get().state == "draft"
