import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from pledges.actions import addresses, checks
from pledges.models import Pledge, Source
from tests.factories import (
    make_editor,
    make_evidence,
    make_pledge,
    make_published_pledge,
    make_rating,
    make_source,
    make_verdict,
    publish,
)

pytestmark = pytest.mark.django_db


def page(client: Client, pledge: Pledge) -> str:
    response = client.get(f"/pledges/{pledge.slug}/")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_shows_the_verdict_that_stands(client: Client) -> None:
    pledge = make_pledge()
    make_evidence(pledge)
    make_verdict(pledge, rating=make_rating(name="Wait and see"), effective_on="2025-01", summary="Too early.")
    make_verdict(pledge, rating=make_rating(name="Squeezed"), effective_on="not before 2025-10", summary="All done.")
    publish(pledge)

    html = page(client, pledge)

    assert html.index("Squeezed") < html.index("Wait and see")
    assert "not before October 2025" in html
    assert '<time datetime="2025-01">January 2025</time>' in html


def test_marks_a_corrected_verdict_in_the_history(client: Client) -> None:
    pledge = make_published_pledge()
    make_verdict(pledge, corrects=pledge.verdicts.get(), rating=make_rating(name="Put right"))
    publish(pledge, kind="correction")

    html = page(client, pledge)

    assert "corrected since" in html
    assert "in edition 2" in html


def test_says_so_when_not_yet_rated(client: Client) -> None:
    pledge = make_pledge()
    publish(pledge)

    assert "Not yet rated" in page(client, pledge)


def test_shows_evidence_with_its_sources_and_their_archived_copies(client: Client) -> None:
    pledge = make_pledge()
    source = make_source(title="The lemon act")
    make_evidence(pledge, title="An act was passed", sources=[source])
    publish(pledge)
    Source.objects.filter(pk=source.pk).update(archived_url="https://archive.example/1", link_state="broken")

    html = page(client, pledge)

    assert "The lemon act" in html
    assert 'href="https://archive.example/1"' in html
    assert "original link no longer works" in html


def test_says_where_it_stands_in_the_log_and_how_to_cite(client: Client) -> None:
    pledge = make_published_pledge()
    edition = pledge.editions.get()

    html = page(client, pledge)

    assert f"entry {edition.sequence}" in html
    assert edition.hash[:12] in html
    assert f"https://tracker.test/pledges/{pledge.slug}/" in html


def test_says_when_a_check_is_overdue(client: Client) -> None:
    pledge = make_published_pledge()
    today = timezone.localdate()
    checks.record(
        pledge, checked_on=today - dt.timedelta(days=9), next_due_on=today - dt.timedelta(days=1), by=make_editor()
    )

    assert "(overdue)" in page(client, pledge)


@pytest.mark.parametrize("field", ["headline", "quotation", "background"])
def test_escapes_what_editors_type(client: Client, field: str) -> None:
    pledge = make_pledge(**{field: '</title><script>alert(1)</script> "&" 🍋'})
    publish(pledge)

    html = page(client, pledge)

    assert html.count("<script") == html.count('<script type="application/ld+json">')
    assert "alert(1)</script>" not in html
    assert "&lt;script&gt;" in html
    assert "🍋" in html


def test_a_retired_address_redirects_for_ever(client: Client) -> None:
    pledge = make_published_pledge(slug="old-lemon")
    addresses.move(pledge, to="new-lemon")

    response = client.get("/pledges/old-lemon/")

    assert (response.status_code, response.headers["Location"]) == (301, "/pledges/new-lemon/")


def test_an_edition_is_cited_by_an_address_that_another_one_of_the_same_day_does_not_take(client: Client) -> None:
    pledge = make_published_pledge()

    assert (
        f">https://tracker.test/pledges/{pledge.slug}/editions/1/</a>"
        in client.get(f"/pledges/{pledge.slug}/").content.decode()
    )


def test_a_withdrawn_pledge_says_why(client: Client) -> None:
    pledge = make_published_pledge()
    publish(pledge, kind="withdrawal", change_note="The quotation was a hoax.")

    response = client.get(f"/pledges/{pledge.slug}/")

    assert response.status_code == 410
    assert "The quotation was a hoax." in response.content.decode()
    assert pledge.headline not in client.get("/").content.decode()


def test_a_draft_is_not_there(client: Client) -> None:
    assert client.get(f"/pledges/{make_pledge().slug}/").status_code == 404


@pytest.mark.parametrize("editions", [1, 12])
def test_costs_two_queries_whatever_the_history(
    client: Client, editions: int, django_assert_num_queries: object
) -> None:
    pledge = make_published_pledge()
    for number in range(editions):
        make_verdict(pledge, effective_on=f"2025-04-{number + 1:02}")
        publish(pledge, kind="verdict")

    with django_assert_num_queries(2):  # type: ignore[operator]
        page(client, pledge)


@pytest.mark.parametrize(("evidence", "is_long"), [(2, False), (3, True)])
@pytest.mark.parametrize("background", ["", "Lemons are *sour*."])
def test_a_long_page_has_contents_with_or_without_background(
    client: Client,
    evidence: int,
    is_long: bool,  # noqa: FBT001
    background: str,
) -> None:
    pledge = make_pledge(background=background)
    for _ in range(evidence):
        make_evidence(pledge)
    publish(pledge)

    html = page(client, pledge)

    assert ("On this page" in html) is is_long
    assert ('href="#background"' in html) is bool(is_long and background)
