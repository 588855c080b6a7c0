import pytest

from pledges.actions import citations, public_pledges
from pledges.models import PublicCitation
from tests.factories import make_published_pledge, make_source, publish

pytestmark = pytest.mark.django_db


def cited() -> set[tuple[int, int]]:
    return set(PublicCitation.objects.values_list("pledge_id", "source_id"))


def test_a_source_counts_as_cited_while_an_edition_with_it_can_be_read() -> None:
    pledge = make_published_pledge()
    first, second = pledge.evidence.get().sources.get(), make_source()
    assert cited() == {(pledge.pk, pledge.made_in_id), (pledge.pk, first.pk)}

    pledge.evidence.get().sources.set([second])
    publish(pledge)

    assert cited() == {(pledge.pk, pledge.made_in_id), (pledge.pk, first.pk), (pledge.pk, second.pk)}


def test_rebuild_makes_the_same_citations_again() -> None:
    make_published_pledge()
    before = cited()
    PublicCitation.objects.all().delete()
    assert list(citations.differences())

    list(public_pledges.rebuild())

    assert cited() == before
    assert not list(citations.differences())
