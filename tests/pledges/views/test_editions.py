"""What a pledge page said on a day, in an edition, and what each edition changed."""

import secrets

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from pledges import log
from pledges.actions import addresses, public_pledges
from pledges.actions.journal import public_change
from pledges.models import Edition, Pledge, Source
from pledges.verifier import entry_hash
from tests.factories import (
    make_evidence,
    make_pledge,
    make_published_pledge,
    make_rating,
    make_verdict,
    publish,
    publish_at,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pledge() -> Pledge:
    """Published on 3 March 2025, with another verdict on 5 March, and corrected on 9 March."""
    pledge = make_pledge(slug="lemon", headline="A lemon for all")
    make_evidence(pledge, title="A cart came")
    make_verdict(pledge, rating=make_rating(name="Squeezed"), effective_on="2025-03-01", summary="All is well.")
    publish_at("2025-03-03T12:00+00:00", pledge)
    wrong = make_verdict(pledge, rating=make_rating(name="Peeled"), effective_on="2025-03-04", summary="Only peel.")
    publish_at("2025-03-05T12:00+00:00", pledge, kind="verdict", change_note="The peel is off.")
    make_verdict(pledge, rating=make_rating(name="Pressed"), effective_on="2025-03-04", corrects=wrong)
    publish_at("2025-03-09T12:00+00:00", pledge, kind="correction", change_note="It was pressed since 4 March.")
    return pledge


def page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return " ".join(response.content.decode().split())


def redact(pledge: Pledge, *sequences: int) -> Edition:
    """Blank editions as a redaction does."""
    last, first = Edition.objects.order_by("sequence").last(), pledge.editions.first()
    assert last
    assert first
    newest = pledge.editions.order_by("number").last()
    assert newest
    edition = Edition(
        sequence=last.sequence + 1,
        pledge=pledge,
        number=newest.number + 1,
        kind="redaction",
        published_at=timezone.now(),
        actor=first.actor,
        approver=first.approver,
        change_note="A court forbade a name.",
        previous_hash=last.hash,
        content=newest.content,
        salt=secrets.token_bytes(32),
        content_digest=newest.content_digest,
    )
    edition.entry = log.write_entry(edition, slug=pledge.slug, redacts=list(sequences))
    edition.hash = entry_hash(edition.entry)
    with public_change() as tags:
        edition.save(force_insert=True)
        Edition.objects.filter(pk__in=sequences).update(content=None, salt=None, content_digest=None)
        tags.update(public_pledges.refresh(pledge))
    return edition


def test_a_day_shows_the_edition_that_stood_at_its_end(client: Client, pledge: Pledge) -> None:
    assert "All is well." in page(client, "/pledges/lemon/at/2025-03-03/")
    fourth = page(client, "/pledges/lemon/at/2025-03-04/")
    assert "All is well." in fourth
    assert "Only peel." not in fourth
    assert "Only peel." in page(client, "/pledges/lemon/at/2025-03-05/")


def test_an_edition_of_the_past_says_so_and_leads_to_todays_page(client: Client, pledge: Pledge) -> None:
    html = page(client, "/pledges/lemon/at/2025-03-04/")

    assert "This is the page as it stood at the end of 4 March 2025." in html
    assert "A later edition took its place on 5 March 2025." in html
    assert '<a href="/pledges/lemon/">Today’s page</a>' in html
    assert '<meta name="robots" content="noindex">' in html
    assert '<link rel="canonical" href="https://tracker.test/pledges/lemon/">' in html
    assert '"ClaimReview"' not in html
    assert "stands now" not in html
    assert "Last checked" not in html


def test_the_edition_that_still_stands_says_so(client: Client, pledge: Pledge) -> None:
    assert "No later edition exists" in page(client, "/pledges/lemon/at/2025-04-01/")
    assert "The day is not over." in page(client, f"/pledges/lemon/at/{timezone.localdate()}/")


def test_a_later_correction_is_told_beside_the_edition_that_was_wrong(client: Client, pledge: Pledge) -> None:
    html = page(client, "/pledges/lemon/editions/2/")

    assert "Corrected since, on 9 March 2025:</span>" not in html
    assert "Corrected since, on 9 March 2025: <span" in html
    assert "It was pressed since 4 March." in html
    assert "stood here since" not in html  # the page itself is as it read


def test_the_page_shows_its_corrections(client: Client, pledge: Pledge) -> None:
    html = page(client, "/pledges/lemon/")

    assert "Corrected on 9 March 2025:" in html
    assert "It puts right the verdict “Peeled”" in html
    assert "which stood here since 5 March 2025, edition 2." in html
    assert 'href="/pledges/lemon/editions/3/changes/"' in html


def test_a_citation_gives_an_address_that_stays(client: Client, pledge: Pledge) -> None:
    for path, cited in {
        "/pledges/lemon/": "/pledges/lemon/editions/3/",
        "/pledges/lemon/at/2025-03-07/": "/pledges/lemon/at/2025-03-07/",
        "/pledges/lemon/editions/1/": "/pledges/lemon/editions/1/",
    }.items():
        assert f'<a href="https://tracker.test{cited}">' in page(client, path)


def test_publishing_at_half_past_midnight_in_summer_is_on_the_new_day(client: Client) -> None:
    pledge = make_pledge(slug="lemon", background="The night before.")
    publish_at("2025-07-01T12:00+01:00", pledge)
    Pledge.objects.update(background="The morning after.")
    edition = publish_at("2025-07-03T00:30+01:00", pledge)

    assert b'"published_at":"2025-07-02T23:30' in bytes(edition.entry)  # in UTC it is the day before
    assert "The night before." in page(client, "/pledges/lemon/at/2025-07-02/")
    assert "The morning after." in page(client, "/pledges/lemon/at/2025-07-03/")


def test_the_day_ends_in_the_time_zone_of_the_site(client: Client, settings: Settings) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    pledge = make_pledge(slug="lemon", background="Early.")
    publish_at("2025-07-01T00:00+00:00", pledge)
    Pledge.objects.update(background="Late.")
    publish_at("2025-07-02T11:59+00:00", pledge)  # 23:59 in Auckland
    Pledge.objects.update(background="Later.")
    publish_at("2025-07-02T12:00+00:00", pledge)  # midnight there

    assert "Late." in page(client, "/pledges/lemon/at/2025-07-02/")
    assert "Later." in page(client, "/pledges/lemon/at/2025-07-03/")


def test_before_the_first_edition_it_says_since_when_and_what_the_ratings_were(client: Client, pledge: Pledge) -> None:
    html = page(client, "/pledges/lemon/at/2025-03-02/", 404)

    assert "We have published it since 3 March 2025." in html
    assert "Squeezed" in html
    assert '<time datetime="2025-03-01">1 March 2025</time>' in html
    assert "corrected since" in html


def test_of_a_day_ahead_nobody_knows(client: Client, pledge: Pledge) -> None:
    assert "Nobody knows yet" in page(client, "/pledges/lemon/at/9999-12-31/", 404)


@pytest.mark.parametrize(
    "rest",
    [
        *("at/2025-02-30/", "at/2025-3-3/", "at/0000-01-01/", "at/20250303/", "at/2025-03-03", "at/٢٠٢٥-٠٣-٠٣/"),
        *("editions/0/", "editions/01/", "editions/4/", "editions/999999999/", "editions/9999999999/", "editions/x/"),
        *("editions/4/changes/", "editions/00/changes/"),
    ],
)
def test_what_is_no_day_or_edition_is_not_there(client: Client, pledge: Pledge, rest: str) -> None:
    response = client.get(f"/pledges/lemon/{rest}", follow=rest == "at/2025-03-03")

    assert response.status_code == (200 if rest == "at/2025-03-03" else 404)


PAGES = ["at/2025-03-03/", "editions/", "editions/2/", "editions/2/changes/"]


@pytest.mark.parametrize("rest", PAGES)
def test_neither_a_draft_nor_an_unknown_pledge_has_a_history(client: Client, rest: str) -> None:
    for slug in (make_pledge().slug, "nothing"):
        assert client.get(f"/pledges/{slug}/{rest}").status_code == 404


@pytest.mark.parametrize("rest", [*PAGES, "at/2001-01-01/"])
def test_an_address_that_was_given_up_leads_to_the_same_page(client: Client, pledge: Pledge, rest: str) -> None:
    addresses.move(pledge, to="lime")

    response = client.get(f"/pledges/lemon/{rest}")

    assert (response.status_code, response.headers["Location"]) == (301, f"/pledges/lime/{rest}")


@pytest.mark.parametrize("editions", [1, 9])
@pytest.mark.parametrize(
    ("rest", "queries"),
    [("at/{day}/", 2), ("at/2001-01-01/", 2), ("editions/1/", 2), ("editions/2/changes/", 1), ("editions/", 3)],
)
def test_the_past_costs_the_same_whatever_the_history(
    client: Client, editions: int, rest: str, queries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    pledge = make_published_pledge()
    for number in range(editions):
        make_verdict(pledge, effective_on=f"2025-04-{number + 1:02}")
        publish(pledge, kind="verdict")

    with django_assert_num_queries(queries):
        client.get(f"/pledges/{pledge.slug}/{rest.format(day=timezone.localdate())}")


def test_the_list_has_every_edition_with_kind_note_hash_and_rating(client: Client, pledge: Pledge) -> None:
    html = page(client, "/pledges/lemon/editions/")

    for edition in pledge.editions.all():
        assert edition.hash in html
        assert f"entry {edition.sequence}" in html
    assert html.index("Edition 3") < html.index("Edition 2") < html.index("Edition 1")
    assert "The peel is off." in html
    assert html.count("The rating was:") == 2
    assert 'href="/pledges/lemon/editions/2/changes/"' in html
    assert 'href="/pledges/lemon/editions/1/changes/"' not in html


def test_a_minor_edition_is_in_the_list_though_nobody_announces_it(client: Client, pledge: Pledge) -> None:
    Pledge.objects.update(background="Lemons are *sour*!")
    publish(pledge, kind="minor", change_note="")

    assert "Minor change" in page(client, "/pledges/lemon/editions/")
    assert "Minor change" not in page(client, "/")


def test_a_long_list_has_pages(client: Client, pledge: Pledge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pledges.history.MOST_LINES", 2)

    first, second = (page(client, f"/pledges/lemon/editions/{query}") for query in ("", "?before=2"))
    assert "There is no edition before that." in page(client, "/pledges/lemon/editions/?before=1")

    assert "Edition 2" in first
    assert ">Edition 1<" not in first
    assert 'href="?before=2"' in first
    assert ">Edition 1<" in second
    assert "Earlier editions" not in second
    assert first.count("The rating was:") == 2  # against the edition on the next page too


@pytest.mark.parametrize("before", ["0", "-1", "x", "01", "1_0", "٢", " 2", "5%0A", "9" * 30])
def test_a_place_that_cannot_be_is_refused_in_words(client: Client, pledge: Pledge, before: str) -> None:
    assert "a place in this list that cannot be one" in page(client, f"/pledges/lemon/editions/?before={before}", 400)


@pytest.mark.parametrize("rest", ["at/2025-03-06/", "editions/1/"])
def test_what_an_edition_did_not_say_of_its_sources_is_marked_as_of_today(
    client: Client, pledge: Pledge, rest: str
) -> None:
    Source.objects.update(archived_url="https://archive.example/1", link_state="broken")

    past, today = (page(client, f"/pledges/lemon/{one}") for one in (rest, ""))

    assert past.count(">Archived copy as of today</a>") == past.count("As of today the original link") == 2
    assert today.count(">Archived copy</a>") == today.count("The original link no longer works.") == 2


def test_before_the_first_edition_there_is_none(client: Client, pledge: Pledge) -> None:
    assert "There is no edition before that." in page(client, "/pledges/lemon/editions/?before=1")


def test_changes_are_marked_word_by_word(client: Client, pledge: Pledge) -> None:
    Pledge.objects.update(background="Lemons are *sweet*.")
    publish(pledge)

    html = page(client, "/pledges/lemon/editions/4/changes/")

    assert "Background" in html
    assert '<del><span class="visually-hidden">[removed:] </span>sour</del>' in html
    assert '<ins><span class="visually-hidden">[inserted:] </span>sweet</ins>' in html


def test_changes_name_the_pledge_and_how_its_rating_moved(client: Client, pledge: Pledge) -> None:
    html = page(client, "/pledges/lemon/editions/2/changes/")

    assert '<a href="/pledges/lemon/" dir="auto">A lemon for all</a>' in html
    before, _, after = html.partition("It is now:")
    assert "Squeezed" in before.partition("The rating was:")[2]
    assert "Peeled" in after


def test_only_editions_that_both_have_their_text_are_compared(client: Client, pledge: Pledge) -> None:
    redact(pledge, pledge.editions.get(number=2).sequence)

    html = page(client, "/pledges/lemon/editions/")

    links = {number: f'href="/pledges/lemon/editions/{number}/changes/"' in html for number in (1, 2, 3, 4)}
    assert links == {1: False, 2: False, 3: False, 4: True}


def test_an_edition_without_a_note_has_no_dash_in_its_place(client: Client, pledge: Pledge) -> None:
    Pledge.objects.update(background="Lemons are *sour*!")
    publish(pledge, kind="minor", change_note="")

    html = page(client, "/pledges/lemon/editions/")

    assert '<p class="change-row__note" dir="auto">–' not in html
    assert html.count(pledge.editions.last().hash[:12]) == 1  # type: ignore[union-attr]


def test_the_first_edition_has_nothing_before_it(client: Client, pledge: Pledge) -> None:
    assert "This is the first edition" in page(client, "/pledges/lemon/editions/1/changes/")


def test_an_edition_that_says_the_same_says_so(client: Client, pledge: Pledge) -> None:
    publish(pledge)

    html = page(client, "/pledges/lemon/editions/4/changes/")
    assert "It says the same" in html
    assert "The rating was:" not in html


def test_a_withdrawn_pledge_keeps_its_history_without_its_text(client: Client, pledge: Pledge) -> None:
    publish(pledge, kind="withdrawal", change_note="The quotation was a hoax.")

    for rest in (*PAGES[:1], *PAGES[2:], "at/2001-01-01/", f"at/{timezone.localdate()}/", "editions/4/"):
        html = page(client, f"/pledges/lemon/{rest}", 410)
        assert "The quotation was a hoax." in html
        assert "lemon for all" not in html
    html = page(client, "/pledges/lemon/editions/")
    assert "lemon for all" not in html
    assert "The peel is off." in html
    assert pledge.editions.get(number=1).hash in html


def test_a_pledge_that_was_withdrawn_then_says_so_for_those_days(client: Client) -> None:
    pledge = make_published_pledge(slug="lemon")
    publish(pledge, kind="withdrawal", change_note="We doubted the quotation.")
    publish(pledge, kind="update", change_note="It is back.")

    html = page(client, "/pledges/lemon/editions/2/", 410)

    assert "We doubted the quotation." in html
    assert "Since then it has been published again." in html
    assert page(client, "/pledges/lemon/editions/1/")
    assert page(client, "/pledges/lemon/editions/3/")


def test_a_redaction_does_not_bring_a_withdrawn_pledge_back(client: Client) -> None:
    pledge = make_published_pledge(slug="lemon")
    publish(pledge, kind="withdrawal", change_note="We doubted the quotation.")
    redact(pledge, pledge.editions.get(number=1).sequence)
    publish(pledge, kind="update", change_note="It is back.")

    assert "We doubted the quotation." in page(client, "/pledges/lemon/editions/3/", 410)


def test_a_withdrawn_page_says_that_something_was_removed_and_still_why_it_was_withdrawn(client: Client) -> None:
    pledge = make_published_pledge(slug="lemon")
    publish(pledge, kind="withdrawal", change_note="We doubted the quotation.")
    redact(pledge, pledge.editions.get(number=1).sequence)

    for path in ("/pledges/lemon/", "/pledges/lemon/editions/1/", "/pledges/lemon/at/2099-01-01/"):
        html = page(client, path, 410)
        assert "We doubted the quotation." in html
        assert "Removed for legal reasons on " in html
        assert "A court forbade a name." not in html


def test_an_edition_that_was_blanked_says_why(client: Client, pledge: Pledge) -> None:
    redact(pledge, pledge.editions.get(number=2).sequence)

    for rest in ("at/2025-03-06/", "editions/2/", "editions/2/changes/", "editions/3/changes/"):
        html = page(client, f"/pledges/lemon/{rest}", 451)
        assert "The text of edition 2 was removed for legal reasons on" in html
        assert "A court forbade a name." in html
    assert "was removed for legal reasons" in page(client, "/pledges/lemon/editions/")
    assert page(client, "/pledges/lemon/editions/1/")
