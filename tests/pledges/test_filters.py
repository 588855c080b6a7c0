"""What a list shows, and what no list shows."""

import pytest
from django.test import Client

from pledges.models import Pledge, PublicSource
from tests.factories import make_evidence, make_pledge, make_rating, make_source, make_topic, make_verdict, publish
from tests.pledges.asking import narrowed, slugs

pytestmark = pytest.mark.django_db


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
    assert 'href="/pledges/">Search for: “' in html


def test_what_was_found_is_marked_and_nothing_in_it_is_markup(client: Client) -> None:
    publish(make_pledge(headline="Limes & <b>pips</b>", background="Sour <i>limes</i> & *pips*, all of them."))

    html = client.get("/pledges/?q=pip+lime").content.decode()

    assert "<mark>Limes</mark> &amp; &lt;b&gt;<mark>pips</mark>&lt;/b&gt;" in html
    assert "From the background:" in html
    assert "Sour &lt;i&gt;<mark>limes</mark>&lt;/i&gt; &amp; <mark>pips</mark>, all of them." in html


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


def test_the_best_match_comes_first_then_what_changed_last() -> None:
    said = {"named": "Sour.", "old": "Limes.", "new": "Limes."}
    for slug, background in said.items():
        publish(make_pledge(slug=slug, background=background, headline="Limes" if slug == "named" else "Fruit"))
    pledge = Pledge.objects.get(slug="old")
    pledge.background = "Limes, mostly."
    pledge.save()
    publish(pledge, kind="minor")

    assert slugs(narrowed(q="lime")) == ["named", "new", "old"]
    assert slugs(narrowed(q="lime", sort="changed")) == ["new", "old", "named"]


def test_past_the_end_of_a_list_leads_back_to_its_first_page(client: Client) -> None:
    publish(make_pledge())

    response = client.get("/pledges/?sort=made&after=0001-01-01~1")

    assert response.headers["Location"] == "/pledges/?sort=made"


def test_only_the_sources_with_the_most_pledges_are_on_offer_and_the_chosen_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pledges.facets.MOST_SOURCES", 1)
    monkeypatch.setattr("pledges.filters.MOST_SOURCES", 1)
    much, little = make_source(title="Much"), make_source(title="Little")
    for source in (much, much, little):
        publish(make_pledge(made_in=source))

    def on_offer(**asked: str) -> list[str]:
        return [str(name) for _key, name in narrowed(**asked).form.fields["source"].choices]  # type: ignore[attr-defined]

    assert on_offer() == ["Any", "Much (2)"]
    assert on_offer(overdue="1") == ["Any"]
    assert on_offer(source=str(little.pk)) == ["Any", "Much (2)", "Little (1)"]
