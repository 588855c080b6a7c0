import logging
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.tracker.newsletter.people import make_asked_sign_up
from tracker.newsletter import breaker
from tracker.newsletter.models import Delivery

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def make_claimed(count: int, *, ago: timedelta, now: datetime) -> None:
    for number in range(count):
        delivery = make_asked_sign_up(f"reader{Delivery.objects.count()}-{number}@lemons.example").confirmation
        Delivery.objects.filter(pk=delivery.pk).update(state="sent", claimed_at=now - ago)


@pytest.fixture(autouse=True)
def _of_five(monkeypatch: pytest.MonkeyPatch) -> None:
    assert breaker.MOST == 300
    monkeypatch.setattr(breaker, "MOST", 5)


def test_counts_the_confirmations_of_the_last_hour() -> None:
    now = timezone.now()
    make_claimed(3, ago=59 * MINUTE, now=now)
    make_claimed(9, ago=61 * MINUTE, now=now)

    assert breaker.confirmations_left(now=now) == 2
    assert not breaker.is_open(now=now)


def test_beyond_so_many_they_pause_and_the_operator_is_told_once_an_hour(caplog: pytest.LogCaptureFixture) -> None:
    now = timezone.now()
    make_claimed(6, ago=MINUTE, now=now)

    with caplog.at_level(logging.ERROR):
        assert [breaker.confirmations_left(now=now + minutes * MINUTE) for minutes in (0, 1, 50)] == [0, 0, 0]

    assert breaker.is_open(now=now)
    assert [record.getMessage() for record in caplog.records] == [
        "Confirmations of sign-ups pause: 6 within an hour. Somebody may be abusing the form."
    ]
    assert breaker.confirmations_left(now=now + 60 * MINUTE) == 5


def test_meanwhile_the_page_is_as_always_and_what_is_asked_for_is_kept(client: Client) -> None:
    now = timezone.now()
    expected = client.post("/newsletter/", {"address": "first@lemons.example"}).content
    make_claimed(6, ago=MINUTE, now=now)

    assert client.post("/newsletter/", {"address": "second@lemons.example"}).content == expected

    make_asked_sign_up("third@lemons.example")
    assert Delivery.objects.filter(state="queued").count() >= 2
