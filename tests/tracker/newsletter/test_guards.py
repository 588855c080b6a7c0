"""The database refuses to change who agreed to what: nothing here goes through an action."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from pledges.guards import missing_guards, remove_guards
from tests.tracker.newsletter.people import confirmed, make_asked_sign_up, make_subscription
from tracker.newsletter.actions import subscriptions
from tracker.newsletter.models import ConsentEvent, Wording

pytestmark = pytest.mark.django_db
EVENT, WORDING = "newsletter_consentevent", "newsletter_wording"


def refused(attempt: Callable[[], Any]) -> str:
    before = [list(model._default_manager.order_by("pk").values()) for model in (ConsentEvent, Wording)]
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        attempt()
    assert [list(model._default_manager.order_by("pk").values()) for model in (ConsentEvent, Wording)] == before
    return str(error.value)


def run(sql: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def make_event() -> ConsentEvent:
    sign_up = make_asked_sign_up()
    subscription = confirmed(sign_up)
    return subscription.events.get(kind="confirmed")


def test_every_field_of_an_event_stays() -> None:
    event = make_event()
    other = make_subscription()
    changed = {"subscription": other, "kind": "left", "how": "form", "gets": "x", "wording": None, "id": event.pk + 9}

    for name, value in {**changed, "happened_at": timezone.now()}.items():
        said = refused(lambda name=name, value=value: ConsentEvent.objects.filter(pk=event.pk).update(**{name: value}))  # type: ignore[misc]
        assert "consent events are append-only" in said


def test_no_event_of_somebody_who_agreed_can_be_deleted() -> None:
    subscription = make_event().subscription

    for event in subscription.events.all():
        assert "consent events are append-only" in refused(event.delete)


def test_the_note_that_somebody_asked_goes_with_who_never_confirmed() -> None:
    subscription = make_asked_sign_up().subscription
    assert subscription is not None

    subscription.events.all().delete()
    subscription.delete()

    assert not ConsentEvent.objects.exists()


def test_who_left_without_ever_confirming_keeps_the_notes() -> None:
    subscription = make_asked_sign_up().subscription
    assert subscription is not None
    subscriptions.leave(subscription, how=ConsentEvent.How.LINK, now=timezone.now())

    refused(lambda: subscription.events.filter(kind="asked").delete())


@pytest.mark.parametrize("fields", [{"text": "You agree to limes."}, {"version": 9}, {"since": "2001-01-01T00:00Z"}])
def test_a_wording_stays(fields: dict[str, Any]) -> None:
    assert "what people agreed to stays" in refused(lambda: Wording.objects.update(**fields))


def test_a_wording_can_neither_go_nor_be_replaced() -> None:
    assert "what people agreed to stays" in refused(lambda: Wording.objects.all().delete())
    if connection.vendor == "sqlite":
        again = "REPLACE INTO newsletter_wording ({}, text, since) VALUES (%s, 'limes', '2001-01-01')"
        assert "what people agreed to stays" in refused(lambda: run(again.format("version"), 1))
        assert "what people agreed to stays" in refused(
            lambda: run(again.format("version, rowid").replace("%s", "9, 1"))
        )


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own way of writing")
def test_an_event_cannot_be_replaced() -> None:
    event = make_event()
    columns = "id, subscription_id, kind, how, happened_at, gets"

    said = refused(
        lambda: run(
            f"REPLACE INTO newsletter_consentevent ({columns}) VALUES (%s, %s, 'left', 'form', '2001-01-01', '')",
            event.pk,
            event.subscription_id,
        )
    )

    assert "consent events are append-only" in said


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's own way of writing")
@pytest.mark.parametrize("table", [EVENT, WORDING])
def test_neither_table_can_be_truncated(table: str) -> None:
    refused(lambda: run(f"TRUNCATE {table} CASCADE"))


def test_these_guards_are_missed_like_all_others() -> None:
    remove_guards(connection)

    missing = missing_guards(connection)

    assert {f"{table}_guard_{event}" for table in (EVENT, WORDING) for event in ("insert", "update", "delete")} <= set(
        missing
    )
    assert "pledges_edition_guard_update" in missing
