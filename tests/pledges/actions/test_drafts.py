import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pledges.actions import drafts
from pledges.models import Pledge, Source, Topic
from tests.factories import (
    make_evidence,
    make_pledge,
    make_published_pledge,
    make_source,
    make_topic,
    make_verdict,
    publish,
)

pytestmark = pytest.mark.django_db


def test_settle_follows_the_content_and_is_nobodys_work() -> None:
    pledge = make_pledge()
    Pledge.objects.update(headline="Changed")
    saved = pledge.history.count()

    settled = drafts.settle(pledge)

    assert settled.draft_digest != pledge.draft_digest
    assert pledge.history.count() == saved


def test_many_are_settled_as_one_is_by_as_few_queries() -> None:
    counts = []
    for number in (2, 8):
        topic = make_topic()
        pledges = [make_published_pledge(topic=topic) for _ in range(number)]
        make_verdict(pledges[0])
        Topic.objects.filter(pk=topic.pk).update(name=f"Renamed {number}")
        with CaptureQueriesContext(connection) as queries:
            assert drafts.settle_all(Pledge.objects.filter(topic=topic)) == number
        counts.append(len(queries))
        together = {pledge.pk: pledge.draft_digest for pledge in Pledge.objects.filter(topic=topic)}
        assert together == {pledge.pk: drafts.settle(pledge).draft_digest for pledge in pledges}
        assert not set(together.values()) & {pledge.draft_digest for pledge in pledges}

    assert counts[0] == counts[1]


def test_more_than_a_batch_is_settled_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "_BATCH", 2)
    topic = make_topic()
    for _ in range(5):
        make_pledge(topic=topic)
    Pledge.objects.update(draft_digest="")

    assert drafts.settle_all(Pledge.objects.filter(topic=topic)) == 5
    assert not Pledge.objects.filter(draft_digest="").exists()


def test_a_changed_source_counts_as_a_change_of_every_pledge_that_cites_it() -> None:
    source = make_source()
    made_in, citing, neither = make_published_pledge(made_in=source), make_published_pledge(), make_published_pledge()
    make_evidence(citing, sources=[source])
    publish(citing)
    Source.objects.filter(pk=source.pk).update(title="The lemon act, as amended")

    assert drafts.settle_citing(source) == 2

    changed = [
        drafts.has_unpublished_changes(Pledge.objects.get(pk=pledge.pk)) for pledge in (made_in, citing, neither)
    ]
    assert changed == [True, True, False]


def test_a_pledge_that_was_never_published_has_unpublished_changes() -> None:
    assert drafts.has_unpublished_changes(make_pledge())
