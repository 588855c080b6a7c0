from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.tracker.newsletter.outbox import mails, make_confirmation, make_sent_issue, parts
from tests.tracker.newsletter.people import make_subscription
from tracker.newsletter.models import Delivery, Issue

pytestmark = pytest.mark.django_db


def send_once() -> str:
    output = StringIO()
    call_command("send_newsletter", "--once", stdout=output)
    return output.getvalue()


def test_it_leaves_every_message_as_a_file_and_says_how_many() -> None:
    make_subscription()
    make_subscription()
    issue = make_sent_issue(subject="Lemons moved")

    said = send_once()

    assert said == "2 sent.\n"
    assert [mail["Subject"] for mail in mails()] == ["Lemons moved"] * 2
    assert Issue.objects.get(pk=issue.pk).state == "sent"
    assert not Delivery.objects.exclude(state="sent").exists()


def test_it_sends_a_confirmation_with_its_link() -> None:
    delivery = make_confirmation()

    send_once()

    text, html = parts(mails()[0])
    assert delivery.sign_up is not None
    assert f"https://tracker.test/newsletter/confirm/{delivery.sign_up.token}/" in text
    assert f"https://tracker.test/newsletter/confirm/{delivery.sign_up.token}/" in html


def test_it_refuses_to_run_where_nothing_can_be_sent(settings: Settings) -> None:
    settings.MAIL_SERVER = None

    with pytest.raises(CommandError, match=r"EMAIL_URL is not set"):
        send_once()
