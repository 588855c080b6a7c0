"""Sources and labels, which many pledges share."""

import pytest
from django.test import Client

from pledges.models import Journal, Source, Topic
from tests.factories import (
    make_approved_review,
    make_editor,
    make_evidence,
    make_pledge,
    make_published_pledge,
    make_source,
    make_topic,
)
from tests.pledges.admin.conftest import member, signed_in
from tests.pledges.admin.forms import address_of, open_form, send

pytestmark = pytest.mark.django_db
COPY = "https://archive.example/copy"


def a_cited_source() -> Source:
    return make_published_pledge().evidence.get().sources.get()


def test_a_writer_alone_leads_no_reader_elsewhere() -> None:
    source = a_cited_source()
    browser = signed_in(member("writer"))

    send(browser, address_of(source), open_form(browser, source) | {"archived_url": COPY})

    source.refresh_from_db()
    assert source.archived_url == ""


def test_an_archived_copy_that_readers_see_is_in_the_journal(desk: Client) -> None:
    source = a_cited_source()
    before = Journal.objects.count()

    send(desk, address_of(source), open_form(desk, source) | {"archived_url": COPY})

    source.refresh_from_db()
    assert source.archived_url == COPY
    assert Journal.objects.count() == before + 1
    assert "pledge:" in Journal.objects.latest("number").tags


def test_a_new_source_takes_its_archived_copy_from_its_writer() -> None:
    source = make_source()
    browser = signed_in(member("writer"))

    send(browser, address_of(source), open_form(browser, source) | {"archived_url": COPY})

    source.refresh_from_db()
    assert source.archived_url == COPY


def test_a_cited_source_cannot_be_deleted(desk: Client) -> None:
    source = make_source()
    make_evidence(make_pledge(), sources=[source])

    response = send(desk, f"{address_of(source)}../delete/", {"post": "yes"}, opened="/admin/")

    assert response.status_code == 403
    assert Source.objects.filter(pk=source.pk).exists()


def test_two_savers_of_a_topic_are_told(desk: Client) -> None:
    topic = make_topic(name="Lemon trees")
    opened = open_form(desk, topic)
    Topic.objects.filter(pk=topic.pk).update(name="Lemon groves")

    response = send(desk, address_of(topic), opened | {"name": "Lemon orchards"})

    assert response.status_code == 409
    assert "Lemon orchards" in response.content.decode()


def test_the_history_of_evidence_has_its_sources(desk: Client) -> None:
    evidence = make_evidence(make_pledge(), written_by=make_editor())
    typed = open_form(desk, evidence)
    added = make_source()

    send(desk, address_of(evidence), typed | {"Evidence_sources-1-source": str(added.pk)})

    assert evidence.sources.count() == 2
    assert evidence.history.first().sources.count() == 2


def test_a_citation_left_out_of_a_draft_opens_no_copy_that_readers_see() -> None:
    source = a_cited_source()
    evidence = source.evidence.get()
    evidence.sources.set([make_source()])
    browser = signed_in(member("writer"))

    send(browser, address_of(source), open_form(browser, source) | {"archived_url": COPY})
    deleted = send(signed_in(member("administrator")), f"{address_of(source)}../delete/", {}, opened="/admin/")

    source.refresh_from_db()
    assert source.archived_url == ""
    assert deleted.status_code == 403


def test_the_journal_names_the_pages_that_cite_a_source_in_public_whatever_their_drafts_say(desk: Client) -> None:
    pledge = make_published_pledge()
    source = pledge.evidence.get().sources.get()
    pledge.evidence.get().sources.set([make_source()])

    send(desk, address_of(source), open_form(desk, source) | {"archived_url": COPY})

    assert Journal.objects.latest("number").tags == f"pledge:{pledge.slug}\n"


def test_readers_see_another_archived_copy_at_once(desk: Client, client: Client) -> None:
    pledge = make_published_pledge()
    source = pledge.evidence.get().sources.get()
    assert COPY not in client.get(f"/pledges/{pledge.slug}/").content.decode()

    send(desk, address_of(source), open_form(desk, source) | {"archived_url": COPY})

    assert COPY in client.get(f"/pledges/{pledge.slug}/").content.decode()


def test_an_archived_copy_changed_after_the_approval_is_not_published(reviewers_desk: Client) -> None:
    review = make_approved_review()
    evidence, source = review.pledge.evidence.get(), review.pledge.evidence.get().sources.get()
    browser = signed_in(member("writer"))
    cited = open_form(browser, evidence)

    send(browser, address_of(evidence), cited | {"Evidence_sources-0-source": str(make_source().pk)})
    send(browser, address_of(source), open_form(browser, source) | {"archived_url": COPY})
    send(browser, address_of(evidence), open_form(browser, evidence) | {"Evidence_sources-0-source": str(source.pk)})
    response = send(reviewers_desk, address_of(review), {"publish": "1"})

    source.refresh_from_db()
    assert source.archived_url == COPY
    assert response.status_code == 409
    assert "The archived copy of a source has changed" in response.content.decode()
