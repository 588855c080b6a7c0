import threading
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.both_databases import DATABASE
from tests.factories import make_published_pledge
from tests.tracker.newsletter.outbox import make_confirmation, make_follow, make_sent_issue
from tests.tracker.newsletter.people import make_subscription
from tests.tracker.newsletter.threads import at_once
from tracker.newsletter import breaker
from tracker.newsletter.actions import deliveries, issues
from tracker.newsletter.actions.deliveries import Parcel
from tracker.newsletter.models import Delivery, Issue, SignUp, Subscription

pytestmark = pytest.mark.django_db

ME, OTHER = "here:1:me", "here:2:other"


@pytest.fixture
def issue() -> Issue:
    for _ in range(3):
        make_subscription()
    return make_sent_issue()


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def begun(by: str = ME) -> Parcel:
    parcel = deliveries.claim(by=by)[0]
    assert deliveries.begin(parcel, by=by)
    return parcel


def make_notice() -> Delivery:
    follow = make_follow(make_published_pledge())
    return Delivery.objects.create(
        kind="notice", subscription=follow.subscription, notice_on=timezone.localdate(), due_at=timezone.now()
    )


def test_a_claim_takes_what_is_due_and_brings_what_is_needed(issue: Issue) -> None:
    parcels = deliveries.claim(by=ME, most=2)

    assert states() == ["claimed", "claimed", "queued"]
    reader = Subscription.objects.get(pk=parcels[0].subscription)
    assert (parcels[0].address, parcels[0].leave_token) == (reader.address, reader.leave_token)
    assert [parcel.subscription for parcel in deliveries.claim(by=OTHER)] == [Subscription.objects.latest("pk").pk]
    assert deliveries.claim(by=OTHER) == []


def test_a_claim_leaves_what_is_not_due_yet(issue: Issue) -> None:
    Delivery.objects.update(due_at=timezone.now() + timedelta(minutes=1))

    assert deliveries.claim(by=ME) == []


def test_confirmations_come_first_then_notices_then_issues(issue: Issue) -> None:
    make_notice()
    make_confirmation()

    assert [[parcel.kind for parcel in deliveries.claim(by=ME)] for _ in range(4)] == [
        ["confirmation"],
        ["notice"],
        ["issue"] * 3,
        [],
    ]


@pytest.mark.parametrize("fields", [{"state": "unsubscribed"}, {"state": "bounced"}, {"wants_digest": False}])
def test_whoever_left_before_the_claim_gets_no_issue(fields: dict[str, object], issue: Issue) -> None:
    Subscription.objects.filter(pk=Subscription.objects.earliest("pk").pk).update(**fields)

    assert len(deliveries.claim(by=ME)) == 2
    assert states() == ["dropped", "claimed", "claimed"]
    assert Delivery.objects.earliest("pk").settled_at


def test_when_all_have_left_the_claim_goes_on_to_what_else_is_due(issue: Issue) -> None:
    Subscription.objects.update(state="unsubscribed")

    assert deliveries.claim(by=ME, most=1) == []
    assert states() == ["dropped"] * 3


def test_whoever_left_after_the_claim_gets_nothing_either(issue: Issue) -> None:
    parcel = deliveries.claim(by=ME)[0]
    Subscription.objects.filter(pk=parcel.subscription).update(state="unsubscribed")

    assert not deliveries.begin(parcel, by=ME)
    assert states() == ["dropped", "claimed", "claimed"]


def test_who_follows_nothing_any_more_gets_no_notice() -> None:
    make_notice().subscription.follows.all().delete()

    assert deliveries.claim(by=ME) == []
    assert states() == ["dropped"]


@pytest.mark.parametrize(
    "fields", [{"confirmed_at": timezone.now()}, {"expires_at": timezone.now()}, {"token": None, "token_hash": None}]
)
def test_a_confirmation_that_is_of_no_use_is_not_sent(fields: dict[str, object]) -> None:
    make_confirmation()
    SignUp.objects.update(**fields, **({"expires_at": None} if "token" in fields else {}))

    assert deliveries.claim(by=ME) == []
    assert states() == ["dropped"]


def test_nobody_who_must_not_be_written_to_gets_a_confirmation() -> None:
    make_confirmation(subscription=make_subscription(state="suppressed"))

    assert deliveries.claim(by=ME) == []


def test_a_paused_issue_is_neither_claimed_nor_begun(issue: Issue) -> None:
    parcel = deliveries.claim(by=ME, most=1)[0]
    issues.pause(issue)

    assert not deliveries.begin(parcel, by=ME)
    assert deliveries.claim(by=ME) == []
    assert states() == ["queued"] * 3

    issues.resume(issue)
    assert len(deliveries.claim(by=ME)) == 3


def test_what_another_sender_holds_cannot_be_begun_or_settled(issue: Issue) -> None:
    parcel = deliveries.claim(by=ME)[0]

    assert not deliveries.begin(parcel, by=OTHER)
    assert deliveries.begin(parcel, by=ME)
    deliveries.record_sent(parcel, by=OTHER)
    deliveries.settle(parcel, Delivery.State.FAILED, by=OTHER, error="no")

    assert states()[0] == "sending"


def test_a_message_is_begun_once(issue: Issue) -> None:
    parcel = begun()

    assert not deliveries.begin(parcel, by=ME)


def test_a_deferred_message_waits_longer_each_time_and_then_failed(issue: Issue) -> None:
    waits = []
    Delivery.objects.exclude(pk=Delivery.objects.earliest("pk").pk).delete()
    for _ in range(7):
        Delivery.objects.update(due_at=timezone.now())
        deliveries.defer(begun(), by=ME, error="450 at RCPT")
        waits.append(round((Delivery.objects.get().due_at - timezone.now()).total_seconds() / 60))

    assert waits[:6] == [1, 5, 30, 120, 480, 1440]
    assert (Delivery.objects.get().state, Delivery.objects.get().error) == ("failed", "450 at RCPT")


def test_the_dead_leave_one_uncertain_message_and_the_rest_is_sent_by_others(issue: Issue) -> None:
    parcel = begun()

    assert deliveries.recover(dead=[ME]) == 1
    assert states() == ["unknown", "queued", "queued"]

    deliveries.record_sent(parcel, by=ME)  # it was only slow
    assert states() == ["sent", "queued", "queued"]


def test_release_puts_back_what_was_not_begun(issue: Issue) -> None:
    begun()

    deliveries.release(by=ME)

    assert states() == ["sending", "queued", "queued"]


def test_an_uncertain_message_is_never_claimed_until_a_person_says_so(issue: Issue) -> None:
    Delivery.objects.update(state="unknown")
    issues.finish()
    first, second, _third = Delivery.objects.order_by("pk")

    assert deliveries.claim(by=ME) == []
    assert deliveries.record_arrived(first)
    assert deliveries.send_again(second)

    assert Issue.objects.get().state == "sending"
    assert [parcel.key for parcel in deliveries.claim(by=ME)] == [second.pk]
    assert states() == ["sent", "claimed", "unknown"]
    assert not deliveries.record_arrived(first)
    assert not deliveries.send_again(second)
    assert not deliveries.send_again(first)


def test_a_person_can_have_a_failed_message_sent_again(issue: Issue) -> None:
    Delivery.objects.update(state="failed", attempts=6)
    delivery = Delivery.objects.earliest("pk")

    assert not deliveries.record_arrived(delivery)
    assert deliveries.send_again(delivery)
    assert Delivery.objects.get(pk=delivery.pk).attempts == 0


def test_no_more_than_so_many_confirmations_go_out_in_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, "MOST", 3)
    for _ in range(5):
        make_confirmation()
    for parcel in deliveries.claim(by=ME, most=2):
        deliveries.begin(parcel, by=ME)
        deliveries.record_sent(parcel, by=ME)

    assert len(deliveries.claim(by=ME)) == 1
    assert deliveries.claim(by=ME) == []
    assert states().count("queued") == 2

    Delivery.objects.filter(state="sent").update(claimed_at=timezone.now() - timedelta(minutes=61))
    assert len(deliveries.claim(by=ME)) == 2


def test_queueing_an_issue_again_adds_only_who_is_new(issue: Issue) -> None:
    make_subscription()

    assert deliveries.queue_issue(issue) == 1
    assert deliveries.queue_issue(issue) == 0


def test_what_is_dropped_as_it_begins_is_settled_in_the_same_statement(
    issue: Issue, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    parcel = deliveries.claim(by=ME)[0]
    Subscription.objects.update(state="unsubscribed")

    with django_assert_num_queries(1):
        assert not deliveries.begin(parcel, by=ME)

    row = Delivery.objects.get(pk=parcel.key)
    assert (row.state, row.settled_at is not None) == ("dropped", True)


@pytest.mark.skipif(DATABASE != "postgresql", reason="Every thread would have an SQLite in memory of its own.")
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("guarded_transactions")
def test_an_issue_is_not_finished_while_a_person_has_a_message_sent_again() -> None:
    make_subscription()
    issue = make_sent_issue()
    Delivery.objects.update(state="unknown")
    finishing = threading.Thread(target=at_once, args=[issues.finish])

    with transaction.atomic():
        assert deliveries.send_again(Delivery.objects.get())
        finishing.start()
        finishing.join(0.3)
    finishing.join()

    assert Issue.objects.get(pk=issue.pk).state == "sending"
