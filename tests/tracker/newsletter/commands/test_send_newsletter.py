import os
import signal
import threading
import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from tests.factories import make_published_pledge, make_rating, make_verdict, publish
from tests.servers import find_free_port
from tests.tracker.newsletter.outbox import mails, make_confirmation, make_follow, make_sent_issue, parts
from tests.tracker.newsletter.people import make_sign_up, make_subscription
from tracker.environment import MailServer
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


def test_it_works_sign_ups_off_and_tells_followers() -> None:
    make_sign_up("anna@reader.example")
    pledge = make_published_pledge()
    make_follow(pledge, since=timezone.now() - timedelta(days=1))
    make_verdict(pledge, rating=make_rating(), effective_on="2025-06")
    publish(pledge, kind="verdict")

    assert send_once() == "2 sent.\n"

    assert {mail["Subject"].partition(":")[0] for mail in mails()} == {"Please confirm", "New verdict"}


def test_it_stops_after_the_time_it_was_given() -> None:
    started = time.monotonic()

    call_command("send_newsletter", "--seconds", "0.1", stdout=StringIO())

    assert time.monotonic() - started < 5


def test_a_server_that_is_down_is_named_in_one_sentence_and_nothing_is_lost(settings: Settings) -> None:
    settings.MAIL_SERVER = MailServer("smtp", "127.0.0.1", find_free_port())
    make_subscription()
    make_sent_issue()

    with pytest.raises(CommandError, match=r"does not take messages \(ConnectionRefusedError\)\. They wait"):
        send_once()

    assert Delivery.objects.get().state == "queued"


def test_without_once_it_waits_for_a_server_that_is_down(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.MAIL_SERVER = MailServer("smtp", "127.0.0.1", find_free_port())
    make_subscription()
    make_sent_issue()

    call_command("send_newsletter", "--seconds", "0.5", stdout=StringIO())

    assert caplog.text.count("does not take messages") == 1
    assert "@" not in caplog.text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_its_handlers_are_put_back(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    threading.Timer(0.3, os.kill, [os.getpid(), number]).start()

    call_command("send_newsletter", stdout=StringIO())

    assert signal.getsignal(number) == before


def test_it_ends_with_the_process_that_started_it(monkeypatch: pytest.MonkeyPatch) -> None:
    parents = iter([7, 7])
    monkeypatch.setattr(os, "getppid", lambda: next(parents, 1))

    call_command("send_newsletter", "--with-parent", stdout=StringIO())

    assert os.getppid() == 1
