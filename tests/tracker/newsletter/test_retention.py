"""What `purge_newsletter` deletes, and what it leaves."""

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.factories import make_editor, make_published_pledge
from tests.tracker.newsletter.people import make_asked_sign_up, make_sign_up, make_subscription
from tracker.newsletter import totals
from tracker.newsletter.actions import retention, sign_ups
from tracker.newsletter.models import ConsentEvent, Delivery, Follow, Issue, SignUp, Subscription

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def purge() -> list[str]:
    output = StringIO()
    call_command("purge_newsletter", stdout=output)
    return output.getvalue().splitlines()


def make_issue(**fields: Any) -> Issue:
    started = {"number": 1, "state": "sent", "started_at": timezone.now(), "started_by": make_editor()}
    issue = {"subject": "Lemons", "after_sequence": 0, "until_sequence": 1, "written_by": make_editor()}
    return Issue.objects.create(**{**issue, **started, **fields})


def test_what_nobody_confirmed_is_gone_after_72_hours(now: datetime) -> None:
    for number in range(3):
        make_asked_sign_up(f"reader{number}@lemons.example", now=now - 71 * HOUR)
    make_sign_up("never-worked-off@lemons.example", now=now - 73 * HOUR)
    SignUp.objects.update(asked_at=now - 73 * HOUR)
    Subscription.objects.update(created_at=now - 73 * HOUR)

    purge()

    for model in (SignUp, Subscription, Delivery, ConsentEvent):
        assert not model._default_manager.exists()


def test_what_is_younger_stays(now: datetime) -> None:
    make_asked_sign_up(now=now - 71 * HOUR)

    purge()

    assert SignUp.objects.count() == Subscription.objects.count() == Delivery.objects.count() == 1


def test_who_signed_up_again_lately_stays(now: datetime) -> None:
    make_asked_sign_up(now=now - 71 * HOUR)
    SignUp.objects.update(asked_at=now - 73 * HOUR)
    Subscription.objects.update(created_at=now - 73 * HOUR)
    make_sign_up()
    sign_ups.work_off(10)

    purge()

    assert SignUp.objects.count() == Subscription.objects.count() == 1


def test_who_confirmed_stays_and_the_used_link_goes(now: datetime) -> None:
    sign_up = make_asked_sign_up(pledge=make_published_pledge())
    sign_ups.confirm(sign_up, until=sign_up.pk, now=now)
    SignUp.objects.update(asked_at=now - 73 * HOUR)
    Subscription.objects.update(created_at=now - 730 * DAY, changed_at=now - 730 * DAY)

    purge()

    assert not SignUp.objects.exists()
    assert Subscription.objects.get().address == "reader@lemons.example"
    assert Follow.objects.count() == 1


@pytest.mark.parametrize(
    ("state", "days", "is_erased"),
    [
        *[("unsubscribed", 29, False), ("unsubscribed", 31, True), ("bounced", 89, False), ("bounced", 91, True)],
        *[("confirmed", 9000, False), ("suppressed", 9000, False)],
    ],
)
def test_an_address_is_kept_as_long_as_it_is_needed(now: datetime, state: str, days: int, *, is_erased: bool) -> None:
    subscription = make_subscription(state=state, changed_at=now - days * DAY)

    purge()

    subscription.refresh_from_db()
    assert (subscription.address is None) is is_erased
    assert list(ConsentEvent.objects.values_list("kind", "how")) == [("erased", "retention")] * is_erased


def test_who_was_sent_what_is_forgotten_and_how_many_is_not(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_AT_ONCE", 4)
    issue = make_issue()
    for number in range(12):
        state = "sent" if number < 9 else "failed"
        old = now - (91 * DAY if number else DAY)
        make_subscription().deliveries.create(kind="issue", issue=issue, state=state, due_at=old, settled_at=old)
    make_subscription().deliveries.create(
        kind="notice", notice_on=now.date(), state="sent", due_at=now, settled_at=now - 91 * DAY
    )
    make_subscription().deliveries.create(kind="issue", issue=issue, due_at=now - 91 * DAY)
    expected = {"sent": 9, "failed": 3, "queued": 1}
    assert totals.deliveries_by_state(issue) == expected

    purge()

    assert totals.deliveries_by_state(issue) == expected
    assert sorted(Delivery.objects.values_list("kind", "state")) == [("issue", "queued"), ("issue", "sent")]
    assert Subscription.objects.filter(address=None).count() == 0


def test_who_comes_back_at_that_moment_stays(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    make_subscription(state="unsubscribed", changed_at=now - 31 * DAY)
    erase = retention._erase

    def come_back_first(*arguments: Any, **options: Any) -> bool:
        Subscription.objects.update(state="confirmed", changed_at=now)
        return erase(*arguments, **options)

    monkeypatch.setattr(retention, "_erase", come_back_first)

    assert purge() == ["Done: 0 rows deleted or emptied."]
    assert Subscription.objects.get().address


def test_a_sign_up_of_an_address_whose_time_is_over_is_not_lost() -> None:
    gone = make_subscription(state="unsubscribed", changed_at=timezone.now() - 31 * DAY)
    make_sign_up(str(gone.address))

    purge()
    sign_ups.work_off(10)

    assert Delivery.objects.get().subscription.address == gone.address


def test_says_what_it_did_and_again_does_nothing(now: datetime) -> None:
    make_sign_up(now=now - 73 * HOUR)
    make_subscription(state="unsubscribed", changed_at=now - 31 * DAY)

    assert purge() == [
        "1 deleted so far: sign-ups after 72 hours",
        "1 deleted so far: addresses of those who left 30 days ago",
        "Done: 2 rows deleted or emptied.",
    ]
    assert purge() == ["Done: 0 rows deleted or emptied."]
