import pytest

from pledges.actions import drafts
from pledges.models import Pledge, Source
from tests.factories import (
    make_evidence,
    make_pledge,
    make_published_pledge,
    make_source,
    publish,
)

pytestmark = pytest.mark.django_db


def test_settle_counts_versions_and_follows_the_content() -> None:
    pledge = make_pledge()
    Pledge.objects.update(headline="Changed")

    settled = drafts.settle(pledge)

    assert settled.version == pledge.version + 1
    assert settled.draft_digest != pledge.draft_digest


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
