"""What a sender that died had taken is put in order."""

import logging
import os
import socket
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.tracker.newsletter.outbox import FakeCourier, make_sent_issue, readers, states
from tracker.newsletter.models import Delivery
from tracker.newsletter.sender import Sender, machine

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("claimed_by", "age", "is_dead"),
    [
        ("{host}:{me}:another", 0, True),  # a container starts again with the same number
        ("{host}:999999999:another", 0, True),
        ("{host}:{parent}:another", 0, False),
        ("{host}:{parent}:another", 16, True),
        ("{like}:{me}:another", 14, False),  # of a name that differs at its end only
        ("elsewhere:1:another", 14, False),
        ("elsewhere:1:another", 16, True),
    ],
)
def test_what_the_dead_held_is_put_in_order(
    claimed_by: str,
    age: int,
    is_dead: bool,  # noqa: FBT001
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "pledge-tracker-newsletter-sender-7d9f-b")
    like = machine()
    monkeypatch.setattr(socket, "gethostname", lambda: "pledge-tracker-newsletter-sender-7d9f-a")
    readers("anna", "bert")
    make_sent_issue()
    name = claimed_by.format(host=machine(), like=like, me=os.getpid(), parent=os.getppid())
    Delivery.objects.update(state="claimed", claimed_by=name, claimed_at=timezone.now() - timedelta(minutes=age))
    Delivery.objects.filter(subscription__address__startswith="anna").update(state="sending")

    with caplog.at_level(logging.ERROR):
        Sender(FakeCourier()).recover()

    expected = {"anna": "unknown", "bert": "queued"} if is_dead else {"anna": "sending", "bert": "claimed"}
    assert states() == expected
    assert ("for a person to decide: 1" in caplog.text) is is_dead


def test_it_never_takes_itself_for_dead() -> None:
    readers("anna")
    make_sent_issue()
    sender = Sender(FakeCourier())
    Delivery.objects.update(state="sending", claimed_by=sender.name, claimed_at=timezone.now() - timedelta(days=1))

    sender.recover()

    assert states() == {"anna": "sending"}
