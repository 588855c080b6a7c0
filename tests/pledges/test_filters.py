"""What a list shows, and what no list shows."""

import pytest
from django.test import Client

from pledges.models import Pledge, PublicPledge, PublicSource
from tests.factories import make_evidence, make_pledge, make_rating, make_source, make_topic, make_verdict, publish
from tests.pledges.asking import narrowed, slugs

pytestmark = pytest.mark.django_db


def test_nothing_has_changed_since_a_day_to_come(mixed: list[PublicPledge]) -> None:
    pledge_filter = narrowed(changed_since="9999-12-31")

    assert pledge_filter.page().count == 0
    assert [(chip.address, count) for chip, count in pledge_filter.to_drop] == [("/pledges/", len(mixed))]


@pytest.mark.parametrize("source", ["1", "x", "-1", "07001", "9" * 18, "9" * 4_000, "७००१"])
def test_an_unknown_source_is_refused(source: str) -> None:
    assert not narrowed(source=source).is_valid


def test_a_source_that_only_drafts_have_is_unknown() -> None:
    pledge = make_pledge()

    assert not narrowed(source=str(pledge.made_in_id)).is_valid

    publish(pledge)
    assert narrowed(source=str(pledge.made_in_id)).is_valid

    publish(pledge, kind="withdrawal")
    assert not narrowed(source=str(pledge.made_in_id)).is_valid


def test_a_source_is_called_what_the_last_edition_calls_it() -> None:
    source = make_source(title="The lemon manifesto")
    publish(make_pledge(made_in=source))
    source.title = "The lime manifesto"
    source.save()

    assert PublicSource.objects.get().title == "The lemon manifesto"

    publish(make_pledge(made_in=source))
    assert PublicSource.objects.values_list("title", "pledges").get() == ("The lime manifesto", 2)


@pytest.mark.parametrize("q", ['"', "the", "-lemon", "*", "🍋"])
def test_a_search_without_a_word_says_so_and_finds_nothing(q: str, client: Client) -> None:
    publish(make_pledge())

    response = client.get("/pledges/", {"q": q})

    html = response.content.decode()
    assert response.status_code == 200
    assert "Search for at least one word" in html
    assert 'href="/pledges/">See all pledges' in html


def test_what_was_found_is_marked_and_nothing_in_it_is_markup(client: Client) -> None:
    publish(make_pledge(headline="Limes & <b>pips</b>", background="Sour <i>limes</i> & *pips*, all of them."))

    html = client.get("/pledges/?q=pip+lime").content.decode()

    assert "<mark>Limes</mark> &amp; &lt;b&gt;<mark>pips</mark>&lt;/b&gt;" in html
    assert "From the background:" in html
    assert "Sour &lt;i&gt;<mark>limes</mark>&lt;/i&gt; &amp; <mark>pips</mark>, all of them." in html


def test_says_which_filter_to_drop(mixed: list[PublicPledge]) -> None:
    pledge_filter = narrowed(topic="pips", family="stalled")

    assert pledge_filter.page().rows == []
    assert [(chip.name, chip.address, count) for chip, count in pledge_filter.to_drop] == [
        ("Outcome: Stalled", "/pledges/?topic=pips", 9)
    ]


def test_a_withdrawn_pledge_is_in_no_list_and_no_count(mixed: list[PublicPledge]) -> None:
    pledge = Pledge.objects.get(pk=mixed[0].pk)
    publish(pledge, kind="withdrawal")

    pledge_filter = narrowed()

    assert mixed[0].slug not in slugs(pledge_filter)
    assert pledge_filter.page().count == len(mixed) - 1


def test_a_corrected_verdict_counts_nowhere() -> None:
    wrong, right = make_rating(slug="wrong", family="kept"), make_rating(slug="right", family="broken")
    pledge = make_pledge()
    make_evidence(pledge)
    verdict = make_verdict(pledge, rating=wrong)
    publish(pledge)
    make_verdict(pledge, rating=right, corrects=verdict)
    publish(pledge, kind="correction")

    assert narrowed(rating="wrong").page().count == 0
    assert slugs(narrowed(rating="right")) == [pledge.slug]


@pytest.mark.parametrize("path", ["/topics/{}/", "/pledges/?topic={}"])
def test_a_label_that_only_drafts_have_is_found_nowhere(path: str, client: Client) -> None:
    topic = make_topic(slug="secret-lemons")
    make_pledge(topic=topic)

    asked = client.get(path.format("secret-lemons"))

    assert asked.status_code == client.get(path.format("no-lemons")).status_code
    assert topic.name not in asked.content.decode()
