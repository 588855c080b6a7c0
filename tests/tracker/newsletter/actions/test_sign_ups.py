import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.both_databases import DATABASE
from tests.factories import make_editor, make_published_pledge
from tests.tracker.newsletter.people import make_asked_sign_up, make_sign_up, make_subscription
from tests.tracker.newsletter.threads import at_once
from tracker.newsletter.actions import sign_ups, subscriptions
from tracker.newsletter.models import ConsentEvent, Delivery, Follow, SignUp, Subscription

pytestmark = pytest.mark.django_db
READER = "reader@lemons.example"
DAY = timedelta(days=1)


def kinds() -> list[str]:
    return list(ConsentEvent.objects.values_list("kind", flat=True))


def confirm(sign_up: SignUp, **options: Any) -> Subscription:
    subscription = sign_ups.confirm(sign_up, **{"until": sign_up.pk, "now": timezone.now(), **options})
    assert subscription is not None
    return subscription


def sign_up_on(moment: datetime, monkeypatch: pytest.MonkeyPatch) -> int:
    """Sign up and work it off at a moment; gives how many mails there are then."""
    make_sign_up(READER, now=moment)
    monkeypatch.setattr("tracker.newsletter.actions.sign_ups.timezone.now", lambda: moment)
    sign_ups.work_off(10)
    return Delivery.objects.count()


def test_a_new_address_becomes_a_pending_subscription_and_one_mail() -> None:
    sign_up = make_sign_up(READER)

    assert sign_ups.work_off(10) == 1

    sign_up.refresh_from_db()
    delivery = Delivery.objects.get()
    assert (delivery.kind, delivery.state, delivery.sign_up) == ("confirmation", "queued", sign_up)
    assert sign_up.expires_at == sign_up.asked_at + timedelta(hours=72)
    assert Subscription.objects.get(address=READER).state == "pending"
    event = ConsentEvent.objects.get()
    assert (event.kind, event.how, event.gets, event.wording_id) == ("asked", "form", "digest", 1)


def test_sign_ups_are_worked_off_once_and_in_order() -> None:
    for number in range(5):
        make_sign_up(f"reader{number}@lemons.example")

    assert [sign_ups.work_off(3), sign_ups.work_off(3), sign_ups.work_off(3)] == [3, 2, 0]
    assert list(Subscription.objects.values_list("address", flat=True)) == [
        f"reader{number}@lemons.example" for number in range(5)
    ]


@pytest.mark.parametrize(("state", "mails"), [("suppressed", 0), ("confirmed", 0), ("unsubscribed", 1), ("bounced", 1)])
def test_a_known_address_is_asked_if_something_is_missing(state: str, mails: int) -> None:
    subscription = make_subscription(address=READER, state=state)
    make_sign_up(READER)

    sign_ups.work_off(10)

    subscription.refresh_from_db()
    assert Delivery.objects.count() == mails
    assert subscription.state == state


def test_a_subscriber_who_asks_for_more_is_asked() -> None:
    pledge = make_published_pledge()
    make_subscription(address=READER)
    make_sign_up(READER, pledge=pledge)

    sign_ups.work_off(10)

    assert Delivery.objects.count() == 1
    assert ConsentEvent.objects.get().gets == pledge.slug


def test_a_subscriber_who_has_it_already_is_left_alone() -> None:
    pledge = make_published_pledge()
    make_subscription(address=READER, follows=pledge)
    make_sign_up(READER, pledge=pledge, digest=True)

    sign_ups.work_off(10)

    assert not Delivery.objects.exists()
    assert not ConsentEvent.objects.exists()


def test_a_hundred_sign_ups_of_one_address_are_one_mail_a_day() -> None:
    for _round in range(100):
        make_sign_up(READER)

    assert sign_ups.work_off(1000) == 100

    assert Delivery.objects.count() == 1
    assert kinds() == ["asked"]


def test_three_mails_that_nobody_answers_and_then_silence_for_ninety_days(monkeypatch: pytest.MonkeyPatch) -> None:
    start = timezone.now()
    days = [0, 0.9, 1.1, 2.2, 3.3, 30, 92, 93.1]

    counts = [sign_up_on(start + day * DAY, monkeypatch) for day in days]

    assert counts == [1, 1, 2, 3, 3, 3, 3, 4]


def test_silence_outlives_the_deletion_of_what_was_not_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    start = timezone.now()
    for day in (0, 2, 4):
        sign_up_on(start + day * DAY, monkeypatch)
        SignUp.objects.all().delete()

    assert sign_up_on(start + 30 * DAY, monkeypatch) == 0


def test_an_answer_ends_the_silence() -> None:
    confirm(make_asked_sign_up(READER))
    pledge = make_published_pledge()

    make_asked_sign_up(READER, pledge=pledge)

    assert Delivery.objects.count() == 2


def test_a_sign_up_that_waited_too_long_is_not_asked() -> None:
    make_sign_up(READER, now=timezone.now() - timedelta(hours=73))

    sign_ups.work_off(10)

    assert not Delivery.objects.exists()


def test_confirming_subscribes_once() -> None:
    pledge = make_published_pledge()
    sign_up = make_asked_sign_up(READER, pledge=pledge, digest=True)

    subscriptions = [confirm(sign_up) for _round in range(3)]

    assert subscriptions[2].state == "confirmed"
    assert subscriptions[2].wants_digest
    assert Follow.objects.get().pledge == pledge
    assert kinds() == ["asked", "confirmed"]
    event = ConsentEvent.objects.get(kind="confirmed")
    assert (event.how, event.gets, event.wording_id, event.by) == ("link", f"digest {pledge.slug}", 1, None)


def test_one_link_confirms_what_its_page_listed_and_nothing_later() -> None:
    first, second, third = (make_published_pledge() for _round in range(3))
    linked = make_asked_sign_up(READER, pledge=first)
    listed = make_sign_up(READER, pledge=second)
    sign_ups.work_off(10)
    make_sign_up(READER, pledge=third)
    sign_ups.work_off(10)

    confirm(linked, until=listed.pk)

    assert set(Follow.objects.values_list("pledge", flat=True)) == {first.pk, second.pk}


def test_a_suppressed_address_cannot_be_confirmed() -> None:
    sign_up = make_asked_sign_up(READER)
    Subscription.objects.update(state="suppressed")

    assert confirm(sign_up).state == "suppressed"

    assert kinds() == ["asked"]


def test_who_has_left_comes_back_with_what_was_asked_only() -> None:
    pledge = make_published_pledge()
    make_subscription(address=READER, state="unsubscribed")

    subscription = confirm(make_asked_sign_up(READER, pledge=pledge))

    assert subscription.state == "confirmed"
    assert not subscription.wants_digest


def test_who_bounced_comes_back_with_what_was_asked_only() -> None:
    pledge = make_published_pledge()
    bounced = make_subscription(address=READER, follows=make_published_pledge())
    subscriptions.mark_bounced(bounced, how=ConsentEvent.How.MAIL_SERVER, now=timezone.now())

    subscription = confirm(make_asked_sign_up(READER, pledge=pledge))

    assert subscription.state == "confirmed"
    assert not subscription.wants_digest
    assert Follow.objects.get().pledge == pledge


def test_a_link_that_an_editor_took_away_at_that_moment_confirms_nothing() -> None:
    sign_up = make_asked_sign_up(READER)
    subscriptions.suppress(READER, by=make_editor(), now=timezone.now())

    assert sign_ups.confirm(sign_up, until=sign_up.pk, now=timezone.now()) is None

    assert Subscription.objects.get().state == "suppressed"


def test_a_subscription_that_goes_at_that_moment_is_made_again() -> None:
    old = sign_ups.find_or_make(READER, now=timezone.now())

    def erase_before_it_is_locked(execute: Any, sql: str, *arguments: Any) -> Any:
        if sql.startswith("SELECT") and Subscription.objects.filter(pk=old.pk, address=READER).update(address=None):
            pass
        return execute(sql, *arguments)

    Subscription.objects.update(state="unsubscribed")
    with connection.execute_wrapper(erase_before_it_is_locked):
        found = sign_ups.find_or_make(READER, now=timezone.now())

    assert (found.address, found.pk != old.pk) == (READER, True)


@pytest.mark.skipif(DATABASE != "postgresql", reason="Every thread would have an SQLite in memory of its own.")
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("guarded_transactions")
class TestAtOnce:
    def test_confirming_ten_times_is_one_event(self) -> None:
        sign_up = make_asked_sign_up(READER)

        at_once(lambda: confirm(sign_up), times=10)

        assert kinds() == ["asked", "confirmed"]

    def test_several_senders_work_off_each_sign_up_once(self) -> None:
        for number in range(40):
            make_sign_up(f"reader{number % 4}@lemons.example")

        at_once(lambda: sign_ups.work_off(100), times=4)

        assert Subscription.objects.count() == Delivery.objects.count() == 4
        assert not SignUp.objects.waiting().exists()

    def test_erasing_beside_confirming_waits_its_turn(self) -> None:
        sign_up = make_asked_sign_up(READER)
        subscription = Subscription.objects.get()
        erasing = threading.Thread(
            target=at_once,
            args=[lambda: subscriptions.erase(subscription, how=ConsentEvent.How.LINK, now=timezone.now())],
        )
        with transaction.atomic():
            Subscription.objects.select_for_update().get(pk=subscription.pk)
            erasing.start()
            erasing.join(0.3)
            confirm(sign_up)
        erasing.join()

        assert kinds() == ["asked", "confirmed", "erased"]

    def test_forty_that_confirm_and_are_erased_or_leave_at_once_hold_nobody_up(self) -> None:
        for number in range(40):
            sign_up = make_asked_sign_up(f"reader{number}@lemons.example")
            make_sign_up(sign_up.address)
            subscription = Subscription.objects.get(address=sign_up.address)
            end = subscriptions.erase if number % 2 else subscriptions.leave
            deeds = iter(
                [
                    lambda sign_up=sign_up: sign_ups.confirm(sign_up, until=sign_up.pk, now=timezone.now()),
                    lambda end=end, gone=subscription: end(gone, how=ConsentEvent.How.LINK, now=timezone.now()),
                    lambda: sign_ups.work_off(5),
                ]
            )

            at_once(lambda deeds=deeds: next(deeds)(), times=3)
