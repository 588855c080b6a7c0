"""What followers hear: each new verdict and correction once, and never more than one message a day."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from pledges.models import Pledge
from tests.factories import make_published_pledge, make_rating, make_verdict, publish
from tests.tracker.newsletter.outbox import FakeCourier, make_follow, parts
from tracker.newsletter import messages
from tracker.newsletter.actions import deliveries, notices
from tracker.newsletter.envelope import Letter
from tracker.newsletter.models import Delivery, Follow
from tracker.newsletter.sender import Sender

pytestmark = pytest.mark.django_db

LONG_AGO = timezone.now() - timedelta(days=20)


def new_verdict(pledge: Pledge, note: str = "A new verdict.") -> None:
    make_verdict(pledge, rating=make_rating(), effective_on=f"2025-{pledge.verdicts.count() + 3:02}")
    publish(pledge, kind="verdict", change_note=note)


def change(pledge: Pledge, kind: str, note: str) -> None:
    Pledge.objects.filter(pk=pledge.pk).update(background=f"Sour: {note}")
    publish(pledge, kind=kind, change_note=note)


def sent() -> list[str]:
    """Send what is due; gives the texts."""
    courier = FakeCourier()
    sender = Sender(courier)
    notices.queue_due()
    while sender.work_off_batch(lambda: False):
        pass
    return [parts(message)[0] for _address, message in courier.taken]


def on_the_next_day() -> None:
    """Make all notices those of yesterday."""
    day = timedelta(days=1)
    for notice in Delivery.objects.filter(kind="notice"):
        assert notice.notice_on is not None
        settled_at = notice.settled_at - day if notice.settled_at else None
        Delivery.objects.filter(pk=notice.pk).update(notice_on=notice.notice_on - day, settled_at=settled_at)


@pytest.fixture
def pledge() -> Pledge:
    return make_published_pledge()


def test_followers_hear_of_a_verdict_and_of_a_correction(pledge: Pledge) -> None:
    make_follow(pledge, since=LONG_AGO)
    change(pledge, "correction", "The first count was of limes.")
    new_verdict(pledge, "Peeled, at last.")

    (text,) = sent()

    assert "The first count was of limes." in text
    assert "Peeled, at last." in text


@pytest.mark.parametrize("kind", ["update", "minor"])
def test_followers_hear_of_nothing_else(kind: str, pledge: Pledge) -> None:
    make_follow(pledge, since=LONG_AGO)
    change(pledge, kind, "New context.")

    assert sent() == []
    assert not Delivery.objects.exists()


def test_nobody_hears_of_what_came_before_they_followed(pledge: Pledge) -> None:
    new_verdict(pledge)
    make_follow(pledge)

    assert sent() == []


@pytest.mark.parametrize("state", ["pending", "unsubscribed", "bounced", "suppressed"])
def test_only_who_confirmed_hears_of_it(state: str, pledge: Pledge) -> None:
    follow = make_follow(pledge, since=LONG_AGO)
    type(follow.subscription).objects.update(state=state)
    new_verdict(pledge)

    assert sent() == []


def test_nothing_is_told_twice(pledge: Pledge) -> None:
    make_follow(pledge, since=LONG_AGO)
    new_verdict(pledge)

    assert len(sent()) == 1
    assert sent() == []
    on_the_next_day()
    assert sent() == []


def test_a_second_change_of_the_day_is_told_the_next_day(pledge: Pledge) -> None:
    make_follow(pledge, since=LONG_AGO)
    new_verdict(pledge, "The first.")
    sent()
    new_verdict(pledge, "The second.")
    assert sent() == []

    on_the_next_day()

    (text,) = sent()
    assert "The second." in text
    assert "The first." not in text


def test_all_that_one_follows_comes_in_one_message(pledge: Pledge) -> None:
    other = make_published_pledge()
    follow = make_follow(pledge, since=LONG_AGO)
    make_follow(other, since=LONG_AGO, subscription=follow.subscription)
    new_verdict(pledge)
    new_verdict(other)

    (text,) = sent()

    assert pledge.headline in text
    assert other.headline in text


def test_a_pledge_followed_later_is_told_from_then_on(pledge: Pledge) -> None:
    other = make_published_pledge()
    follow = make_follow(pledge, since=LONG_AGO)
    new_verdict(pledge)
    new_verdict(other)
    make_follow(other, subscription=follow.subscription)

    (text,) = sent()

    assert other.headline not in text


@pytest.mark.parametrize("state", ["unknown", "failed"])
def test_what_was_uncertain_or_refused_counts_as_told_and_is_told_again_only_by_a_person(
    state: str, pledge: Pledge
) -> None:
    make_follow(pledge, since=LONG_AGO)
    new_verdict(pledge, "The one that ended so.")
    sent()
    Delivery.objects.update(state=state)
    on_the_next_day()
    assert sent() == []
    new_verdict(pledge, "The next one.")
    (text,) = sent()
    assert "The one that ended so." not in text

    assert deliveries.send_again(Delivery.objects.get(state=state))

    (again,) = sent()
    assert "The one that ended so." in again
    assert "The next one." not in again


def test_no_second_notice_waits_beside_one_that_could_not_be_sent_yet(pledge: Pledge) -> None:
    make_follow(pledge, since=LONG_AGO)
    new_verdict(pledge)
    notices.queue_due()
    on_the_next_day()

    assert notices.queue_due() == 0


def test_a_notice_that_has_nothing_left_to_tell_is_not_sent(pledge: Pledge) -> None:
    other = make_published_pledge()
    follow = make_follow(pledge, since=LONG_AGO)
    make_follow(other, since=LONG_AGO, subscription=follow.subscription)
    new_verdict(pledge)
    notices.queue_due()
    follow.delete()

    assert sent() == []
    assert Delivery.objects.get().state == "dropped"


def test_of_a_withdrawn_pledge_nothing_is_told(pledge: Pledge) -> None:
    make_follow(pledge, since=LONG_AGO)
    new_verdict(pledge)
    publish(pledge, kind="withdrawal")

    assert sent() == []


def test_what_is_older_than_the_window_is_told_no_more(pledge: Pledge, monkeypatch: pytest.MonkeyPatch) -> None:
    make_follow(pledge, since=LONG_AGO)
    new_verdict(pledge)
    monkeypatch.setattr(notices, "WINDOW", timedelta(0))

    assert notices.queue_due() == 0


def test_queueing_costs_the_same_for_many_followers(
    pledge: Pledge, django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        make_follow(pledge, since=LONG_AGO)
    new_verdict(pledge)

    with django_assert_num_queries(2):
        assert notices.queue_due() == 5

    Delivery.objects.all().delete()
    monkeypatch.setattr(notices, "MOST_AT_ONCE", 2)
    assert notices.queue_due() == 5
    assert {follow.subscription.deliveries.count() for follow in Follow.objects.all()} == {1}


def test_followers_of_the_same_share_one_text(pledge: Pledge, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Any] = []
    for _ in range(3):
        make_follow(pledge, since=LONG_AGO)
    new_verdict(pledge)
    write = messages.write_notice

    def counted(lines: Any) -> Letter:
        written.append(lines)
        return write(lines)

    monkeypatch.setattr(messages, "write_notice", counted)

    assert len(sent()) == 3
    assert len(written) == 1


def test_a_sender_looks_again_only_after_a_new_entry_or_on_a_new_day(
    pledge: Pledge, django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_follow(pledge, since=LONG_AGO)
    queue = notices.Queue()
    assert queue.queue_due() == 0
    with django_assert_num_queries(1):
        assert queue.queue_due() == 0

    new_verdict(pledge)
    assert queue.queue_due() == 1

    Delivery.objects.all().delete()
    assert queue.queue_due() == 0
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    assert queue.queue_due() == 1
