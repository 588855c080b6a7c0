from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from pledges.actions import citations, drafts, public_pledges
from pledges.models import PublicCitation, Source
from tests.factories import make_published_pledge, make_rated_pledge, make_source, publish
from tests.pledges.actions.redactions.orders import redact

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


COPY = "https://archive.example/lemons"


def recorded_copy(source: Source, copy: str) -> None:
    source.archived_url = copy
    source.save()
    drafts.settle_citing(source)


def test_copies_that_an_editor_changes_before_and_after_publication_are_in_order() -> None:
    pledge = make_rated_pledge()
    recorded_copy(pledge.made_in, COPY)
    publish(pledge)
    assert not list(citations.altered_copies())

    recorded_copy(pledge.made_in, f"{COPY}/2")

    assert not list(citations.altered_copies())


def test_a_copy_changed_behind_the_historys_back_is_found() -> None:
    pledge = make_published_pledge()

    Source.objects.filter(pk=pledge.made_in_id).update(archived_url="https://limes.example/")

    assert list(citations.altered_copies()) == [
        f"The archived copy of the source {pledge.made_in_id} was changed in the database."
    ]


def test_a_copy_without_a_history_is_compared_with_what_was_approved() -> None:
    pledge = make_rated_pledge()
    Source.history.all().delete()  # as of a source that was loaded from a file
    publish(pledge)
    assert not list(citations.altered_copies())

    Source.objects.filter(pk=pledge.made_in_id).update(archived_url="https://limes.example/")

    assert list(citations.altered_copies()) == [
        f"The archived copies of {pledge.slug} are not those that were approved, nor changed since."
    ]


def test_a_copy_that_was_redacted_is_in_order_on_every_page_that_cites_it() -> None:
    source = make_source(kind="manifesto", archived_url=f"{COPY}/rudolf")
    pledge = make_published_pledge(made_in=source)
    make_published_pledge(made_in=source)

    redact(pledge, passages=[f"{COPY}/rudolf", "A cart of lemons"])

    assert not list(citations.altered_copies())


def test_verify_log_finds_an_altered_copy() -> None:
    make_published_pledge()
    Source.objects.update(archived_url="https://limes.example/")

    with pytest.raises(CommandError, match="archived copy of the source"):
        call_command("verify_log", stdout=StringIO(), stderr=StringIO())
