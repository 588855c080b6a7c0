import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from pledges import content, log
from pledges.actions import checks, drafts, editions, reviews
from pledges.actions.publishing_rule import NotPublishableError
from pledges.compose import compose
from pledges.models import Edition, Evidence, Generation, Journal, Pledge, PublicPledge
from tests.factories import (
    make_approved_review,
    make_editor,
    make_published_pledge,
    make_rating,
    make_review,
    make_verdict,
    publish,
)

pytestmark = pytest.mark.django_db


def test_publish_needs_an_approval() -> None:
    with pytest.raises(NotPublishableError, match="not approved"):
        editions.publish(make_review())


def test_publish_refuses_what_changed_after_the_approval() -> None:
    review = make_approved_review()
    Pledge.objects.update(headline="Changed behind the reviewer's back")

    with pytest.raises(NotPublishableError, match="changed since"):
        editions.publish(review)

    assert not Edition.objects.exists()
    assert not Journal.objects.exists()
    assert Generation.objects.get().number == 0


@pytest.mark.skipif(connection.vendor == "sqlite", reason="on SQLite nobody writes while somebody publishes")
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("guarded_transactions")
def test_what_another_session_changes_while_we_publish_stays_out(monkeypatch: pytest.MonkeyPatch) -> None:
    review = make_approved_review()
    append = editions.append

    def change_meanwhile(*arguments: Any) -> Edition:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_change_evidence).result()
        return append(*arguments)

    monkeypatch.setattr(editions, "append", change_meanwhile)

    edition = editions.publish(review)

    assert edition.content_digest == review.content_digest
    assert edition.content is not None
    assert b"Never reviewed" not in bytes(edition.content)


def _change_evidence() -> None:
    Evidence.objects.update(account="Never reviewed.")
    connection.close()


def test_publish_refuses_when_the_approver_lost_the_account() -> None:
    review = make_approved_review()
    assert review.decided_by
    type(review.decided_by).objects.filter(pk=review.decided_by.pk).update(is_active=False)

    with pytest.raises(NotPublishableError, match="switched off"):
        editions.publish(review)


def test_publishing_a_review_twice_gives_the_same_edition() -> None:
    review = make_approved_review()

    assert editions.publish(review) == editions.publish(review)
    assert Edition.objects.count() == 1
    assert Journal.objects.count() == 1


def test_an_edition_has_exactly_the_composed_bytes() -> None:
    pledge = make_published_pledge()
    edition = pledge.editions.get()

    assert edition.content is not None
    assert bytes(edition.content) == content.write(compose(pledge))
    assert edition.content_digest == pledge.draft_digest
    assert not drafts.has_unpublished_changes(pledge)


def test_the_entry_says_what_the_design_says() -> None:
    edition = make_published_pledge().editions.get()
    verdict = edition.verdicts_recorded.get()
    entry = json.loads(bytes(edition.entry))
    assert edition.content is not None
    assert edition.salt is not None

    assert entry == {
        "sequence": 1,
        "previous_hash": "0" * 64,
        "published_at": log.moment(edition.published_at),
        "pledge": edition.pledge.slug,
        "number": 1,
        "kind": "first",
        "rating": verdict.rating.slug,
        "effective_on": "2025-03-03",
        "actor": edition.actor.handle,
        "approver": edition.approver.handle,
        "change_note": "Something changed.",
        "commitment": log.commitment(bytes(edition.salt), bytes(edition.content)),
    }
    assert len(bytes(edition.salt)) == 32


def test_the_digest_is_not_in_the_public_entry() -> None:
    edition = make_published_pledge().editions.get()

    assert edition.content_digest is not None
    assert edition.content_digest.encode() not in bytes(edition.entry)


def test_editions_continue_the_chain_across_pledges() -> None:
    first, second = make_published_pledge().editions.get(), make_published_pledge().editions.get()

    assert (first.sequence, second.sequence) == (1, 2)
    assert second.previous_hash == first.hash
    assert second.number == 1


def test_publish_freezes_the_verdicts_it_contains() -> None:
    pledge = make_published_pledge()
    later = make_verdict(pledge)
    assert later.first_edition is None

    edition = publish(pledge, kind="verdict")

    later.refresh_from_db()
    assert later.first_edition == edition
    assert pledge.verdicts.exclude(pk=later.pk).get().first_edition == pledge.editions.get(number=1)


def test_the_moment_is_never_earlier_than_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    last = make_published_pledge().editions.get()
    monkeypatch.setattr(timezone, "now", lambda: last.published_at - dt.timedelta(hours=1))

    assert make_published_pledge().editions.get().published_at == last.published_at


def test_publish_writes_the_journal_with_what_it_touched() -> None:
    pledge = make_published_pledge()

    assert Journal.objects.get().tags.splitlines() == [
        f"department:{pledge.department.slug}",
        "lists",
        f"pledge:{pledge.slug}",
        f"promisor:{pledge.promisor.slug}",
        f"topic:{pledge.topic.slug}",
    ]


def test_the_lists_say_what_the_edition_says() -> None:
    pledge = make_published_pledge()
    rating = make_rating(name="Squeezed dry")
    make_verdict(pledge, rating=rating, effective_on="not before 2025-10")

    edition = publish(pledge, kind="verdict")

    public = PublicPledge.objects.get()
    assert (public.edition, public.rating) == (edition, rating)
    assert public.recorded_moments == {
        1: pledge.editions.get(number=1).published_at,
        2: edition.published_at,
    }


def test_a_minor_edition_does_not_count_as_a_change() -> None:
    pledge = make_published_pledge()
    Pledge.objects.update(background="Lemons are *very* sour.")

    publish(pledge, kind="minor")

    public = PublicPledge.objects.get()
    assert public.edition.number == 2
    assert public.changed_at == pledge.editions.get(number=1).published_at


def test_a_corrected_verdict_no_longer_stands() -> None:
    pledge = make_published_pledge()
    wrong = pledge.verdicts.get()
    right = make_verdict(pledge, corrects=wrong, effective_on="2025-01")

    publish(pledge, kind="correction")

    assert PublicPledge.objects.get().rating == right.rating


def test_a_withdrawn_pledge_leaves_the_lists_and_can_come_back() -> None:
    pledge = make_published_pledge()

    publish(pledge, kind="withdrawal", change_note="The quotation was a hoax.")
    assert not PublicPledge.objects.in_public().exists()

    publish(pledge, kind="update", change_note="It was no hoax.")
    assert PublicPledge.objects.in_public().exists()


def test_a_minor_or_later_edition_does_not_hide_a_withdrawal() -> None:
    pledge = make_published_pledge()
    publish(pledge, kind="withdrawal")
    withdrawn_at = pledge.editions.get(number=2).published_at
    checks.record(pledge, checked_on=dt.date(2026, 1, 1), next_due_on=dt.date(2026, 2, 1), by=make_editor())

    assert PublicPledge.objects.get().withdrawn_at == withdrawn_at


def test_publishing_takes_in_rows_that_nobody_settled() -> None:
    pledge = make_published_pledge()
    Pledge.objects.update(background="Changed without being settled.")

    publish(pledge)

    assert not drafts.has_unpublished_changes(Pledge.objects.get())


def test_a_review_sent_back_after_its_approval_cannot_be_published() -> None:
    review = make_approved_review()
    reviews.send_back(review, by=review.requested_by, comment="Wait.")

    with pytest.raises(NotPublishableError, match="not approved"):
        editions.publish(review)
