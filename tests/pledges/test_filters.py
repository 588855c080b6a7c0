"""What a list shows, and what no list shows."""

from urllib.parse import parse_qsl

import pytest
from django.test import Client

from pledges.models import Pledge, PublicSource, Rating, Tally
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
    assert 'href="/pledges/">See all pledges</a> (1)' in html


def test_a_word_that_no_pledge_has_is_left_out_and_named(client: Client) -> None:
    publish(make_pledge(slug="limes", headline="Limes for all"))
    publish(make_pledge(slug="pips", headline="Pips for all"))

    pledge_filter = narrowed(q="are limes, or “blue zebras”, -pips gigantic?")
    html = client.get("/pledges/?q=limes+zebras").content.decode()

    assert slugs(pledge_filter) == ["limes"]
    assert [one.said for one in pledge_filter.missing] == ["blue zebras", "gigantic"]
    assert pledge_filter.own_address == "/pledges/?q=are+limes%2C+or+%E2%80%9Cblue+zebras%E2%80%9D%2C+-pips+gigantic%3F"
    assert pledge_filter.shown_for is not None
    assert (pledge_filter.shown_for.name, pledge_filter.shown_for.address) == (
        "limes -pips",
        "/pledges/?q=limes+-pips",
    )
    assert "No pledge has <bdi>“zebras”</bdi>." in html
    assert '<a href="/pledges/?q=limes"><bdi>limes</bdi></a>' in html
    assert "1 pledge found" in html


def test_a_page_after_the_first_leaves_out_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pledges.filters.PAGE_SIZE", 1)
    for slug in ("old", "new"):
        publish(make_pledge(slug=slug, headline="Limes for all"))

    following = narrowed(q="zebra limes").page().pager.next
    asked = dict(parse_qsl(following.partition("?")[2]))

    assert asked["q"] == "zebra limes"
    assert slugs(narrowed(**asked)) == ["old"]


def test_where_no_word_is_found_anywhere_all_are_named(client: Client) -> None:
    publish(make_pledge())

    html = client.get("/pledges/?q=zebra+yak").content.decode()

    assert "No pledge has <bdi>“zebra”</bdi>, <bdi>“yak”</bdi>." in html
    assert "See all pledges</a> (1)" in html


@pytest.mark.parametrize("most", [1_000, 1])
def test_says_which_word_to_drop(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pledges.facets.MOST_COUNTED", most)
    for headline in ("Limes and pips", "Limes and pips and peel", "Zest"):
        publish(make_pledge(headline=headline))

    pledge_filter = narrowed(q="limes pips zest")

    assert slugs(pledge_filter) == []
    assert [(chip.name, chip.address, count) for chip, count in pledge_filter.to_drop] == [
        ("“zest”", "/pledges/?q=limes+pips", 2 if most > 1 else None)
    ]


def test_of_a_search_that_leaves_something_out_only_that_is_dropped() -> None:
    for headline in ("Limes and pips", "Limes and pips and peel"):
        publish(make_pledge(headline=headline))

    pledge_filter = narrowed(q="limes pips -limes -zest")

    assert slugs(pledge_filter) == []
    assert [(chip.name, chip.address, count) for chip, count in pledge_filter.to_drop] == [
        ("“-limes -zest”", "/pledges/?q=limes+pips", 2)
    ]


def test_where_no_single_part_is_in_the_way_each_is_offered_alone() -> None:
    one, other = make_topic(slug="pips"), make_topic(slug="peel", name="Peel")
    publish(make_pledge(topic=one, headline="Limes"))
    publish(make_pledge(topic=other, headline="Zest", due_on="2020"))

    pledge_filter = narrowed(q="limes", topic="peel", due_by="2019")

    assert slugs(pledge_filter) == []
    assert pledge_filter.to_drop == []
    assert [(chip.name, chip.address, count) for chip, count in pledge_filter.to_keep] == [
        ("Search for: “limes”", "/pledges/?q=limes", 1),
        ("Topic: Peel", "/pledges/?topic=peel", 1),
    ]


def test_words_that_never_stand_together_are_each_offered_alone() -> None:
    for headline in ("Limes", "Pips", "Zest"):
        publish(make_pledge(headline=headline))

    found = {chip.address: count for chip, count in narrowed(q="limes pips zest", changed_since="9999-01-01").to_keep}

    assert found == {f"/pledges/?q={word}": 1 for word in ("limes", "pips", "zest")}


def test_a_rating_that_came_to_amount_to_something_else_is_searched_as_it_is_listed(client: Client) -> None:
    rating = make_rating(slug="juiced", family="kept")
    pledge = make_pledge(headline="Limes")
    make_evidence(pledge)
    make_verdict(pledge, rating=rating)
    publish(pledge)
    Rating.objects.update(family="broken")

    assert slugs(narrowed(family="broken", q="limes")) == slugs(narrowed(family="broken")) == [pledge.slug]
    assert slugs(narrowed(family="kept", q="limes")) == slugs(narrowed(family="kept")) == []
    assert client.get("/pledges/?family=kept&q=limes").status_code == 200


def test_a_list_whose_count_is_wrong_does_not_lead_to_itself(client: Client) -> None:
    pledge = make_pledge()
    publish(pledge)
    Tally.objects.create(
        rating=make_rating(slug="dry"),
        topic=pledge.topic,
        department=pledge.department,
        promisor=pledge.promisor,
        pledges=1,
    )

    assert client.get("/pledges/?rating=dry").status_code == 200


def test_what_was_promised_for_no_sooner_than_a_day_is_not_over_once_it_is_there() -> None:
    publish(make_pledge(slug="bound", due_on="not before 2025"))
    publish(make_pledge(slug="dated", due_on="between 2024 and 2025"))

    assert slugs(narrowed(due="passed")) == slugs(narrowed(due_by="2026")) == ["dated"]
    assert [(heading, len(rows)) for heading, rows in narrowed(sort="due").page().groups] == [
        ("Promised by the end of 2025", 1),
        ("Promised for no fixed date", 1),
    ]


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
