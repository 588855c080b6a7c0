import itertools
import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pledges.actions import checks
from pledges.filter_form import ORDERS
from pledges.filters import PledgeFilter
from pledges.keyset import Cursor
from pledges.labels import Labels
from pledges.models import Department, Pledge, Promisor, PublicPledge, PublicSource, SearchText
from pledges.search_index import place_of
from tests.factories import (
    make_editor,
    make_evidence,
    make_pledge,
    make_rating,
    make_source,
    make_topic,
    make_verdict,
    publish,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
LONDON = ZoneInfo("Europe/London")
FIRST = datetime(2026, 11, 5, 22, 30, tzinfo=UTC)


@pytest.fixture
def mixed() -> list[PublicPledge]:
    """Eighteen public pledges that differ in everything a filter asks for."""
    topics = [make_topic(slug=slug, name=slug.title()) for slug in ("pips", "peel")]
    ratings = [make_rating(slug="juiced", family="kept"), make_rating(slug="dry", family="broken"), None]
    departments = [Department.objects.create(slug=slug, name=slug) for slug in ("groves", "presses")]
    promisors = [Promisor.objects.create(slug=slug, name=slug, kind="party") for slug in ("sour", "sweet")]
    sources = [make_source(pk=key, title=f"Lemon speech {key}", kind="speech") for key in (7001, 7002)]
    editor = make_editor()
    for number, (topic, rating) in enumerate(itertools.product(topics, ratings * 3)):
        pledge = make_pledge(
            topic=topic, department=departments[number % 2], promisor=promisors[number % 3 // 2],
            made_on=f"2024-{number % 6 + 1:02}", due_on=["", "2027", "2026-12-01", "2026-03", "2025"][number % 5],
            made_in=sources[number % 4 // 3], background="Limes." if number % 3 else "Grapefruit and limes.",
        )  # fmt: skip
        if rating:
            make_evidence(pledge)
            make_verdict(pledge, rating=rating)
        publish(pledge)
        if number % 4 == 0:
            day = TODAY - timedelta(days=30)
            checks.record(pledge, checked_on=day, next_due_on=TODAY + timedelta(days=number - 8), by=editor)
        move(pledge.pk, FIRST + timedelta(hours=15 * number))
    return list(PublicPledge.objects.all())


def move(key: int, changed_at: datetime) -> None:
    PublicPledge.objects.filter(pk=key).update(changed_at=changed_at)
    SearchText.objects.filter(pledge=key).update(place=place_of(changed_at, key))


def narrowed(**asked: str) -> PledgeFilter:
    return PledgeFilter(asked, today=TODAY)


def slugs(pledge_filter: PledgeFilter) -> list[str]:
    return [row.slug for row in pledge_filter.page().rows]


def walk(**asked: str) -> list[str]:
    """Read every page of a list, from the first by its links to the next."""
    found: list[str] = []
    pledge_filter = narrowed(**asked)
    while True:
        page = pledge_filter.page()
        found += [row.slug for row in page.rows]
        if not page.pager.next:
            return found
        query = dict(part.split("=") for part in page.pager.next.split("?")[1].replace("%3A", ":").split("&"))
        pledge_filter = narrowed(**{name: value.replace("%7E", "~") for name, value in query.items()})


CHOICES = {
    "rating": ["", "juiced", "dry"],
    "family": ["", "kept", "broken", "stalled", "unrated"],
    "topic": ["", "pips", "peel"],
    "department": ["", "groves", "presses"],
    "promisor": ["", "sour", "sweet"],
    "overdue": ["", "1"],
    "source": ["", "7001", "7002"],
    "due": ["", "passed", "ahead"],
}
BESIDE = {
    "q": ["", "lime", "grapefruits", "pear", "the"],
    "changed_since": ["", "2026-11-10", "2026-11-16", "2030-01-01"],
}


def by_hand(public: list[PublicPledge], asked: dict[str, str]) -> set[str]:
    """What a list must show, said without any query."""

    return {pledge.slug for pledge in public if all(fits(pledge, n, v) for n, v in asked.items() if v)}


def fits(pledge: PublicPledge, name: str, value: str) -> bool:
    is_open = pledge.rating is None or pledge.rating.slug not in {"juiced", "dry"}
    is_over = pledge.due_day < TODAY
    beside = {
        "overdue": lambda: pledge.next_check_on is not None and pledge.next_check_on < TODAY,
        "family": lambda: (pledge.rating.family if pledge.rating else "unrated") == value,
        "source": lambda: pledge.made_in_id == int(value),
        "due": lambda: is_open and bool(pledge.due_on) and is_over == (value == "passed"),
        "q": lambda: value == "lime" or (value == "grapefruits" and "Grapefruit" in pledge.search_text.passages),
        "changed_since": lambda: pledge.changed_at.astimezone(LONDON).date() >= date.fromisoformat(value),
    }
    if name in beside:
        return beside[name]()
    label = getattr(pledge, name)
    return label is not None and label.slug == value


@pytest.mark.parametrize("most", [1_000, 4])
def test_every_combination_equals_a_direct_question_and_its_counts(
    most: int, mixed: list[PublicPledge], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pledges.facets.MOST_COUNTED", most)

    def known(asked: dict[str, str]) -> int | None:
        """How many a search finds, if it is not too many to count."""
        number = len(by_hand(mixed, asked))
        return None if asked["q"] and number > most else number

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.fixed_dictionaries({name: st.sampled_from(values) for name, values in (CHOICES | BESIDE).items()}))
    def check(asked: dict[str, str]) -> None:
        pledge_filter = narrowed(**asked)
        assert set(slugs(pledge_filter)) == by_hand(mixed, asked)
        assert pledge_filter.page().count == known(asked)
        is_counted = known({name: asked[name] if name in BESIDE else "" for name in asked}) is not None
        for name, values in CHOICES.items():
            shown = dict(pledge_filter.form.fields[name].choices)  # type: ignore[attr-defined]
            for value in filter(None, values):
                count = f"({len(by_hand(mixed, asked | {name: value}))})" if is_counted else ""
                assert shown.get(value, "(0)" if is_counted else "").endswith(count), (name, value)
        for name in pledge_filter.chosen:
            assert pledge_filter.count_without(name) == known(asked | {name: ""})

    check()


@pytest.mark.parametrize("near_end", [2, 2_000])
@pytest.mark.parametrize("asked", [{}, {"q": "lime"}, {"q": "lime", "due": "ahead"}])
@pytest.mark.parametrize("sort", ["relevance", "changed", "made", "due"])
def test_pages_follow_each_other_without_a_gap(
    sort: str, asked: dict[str, str], near_end: int, mixed: list[PublicPledge], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pledges.search_index._NEAR_END", near_end)
    for pledge in mixed:
        move(pledge.pk, FIRST)  # so that only the key tells one from another
    for places, term in ((slice(3, 8), " s_lime"), (slice(6, 9), " s_lime t_lime")):
        for near in SearchText.objects.order_by("pledge")[places]:
            near.terms = f"{term}{near.terms}"
            near.save()
    whole = slugs(narrowed(sort=sort, **asked))
    monkeypatch.setattr("pledges.filters.PAGE_SIZE", 4)

    assert walk(sort=sort, **asked) == whole
    assert len(whole) == len(by_hand(mixed, asked))


@pytest.mark.parametrize("near_end", [2, 2_000])
@pytest.mark.parametrize("sort", ["", "relevance"])
@pytest.mark.parametrize("q", ["", "lime"])
def test_the_page_before_is_the_page_that_was_before(
    q: str, sort: str, near_end: int, mixed: list[PublicPledge], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pledges.search_index._NEAR_END", near_end)
    monkeypatch.setattr("pledges.filters.PAGE_SIZE", 4)
    for near in SearchText.objects.order_by("pledge")[5:8]:
        near.terms = f" s_lime t_lime{near.terms}"
        near.save()
    first = narrowed(q=q, sort=sort)
    second = narrowed(q=q, sort=sort, after=place_in(first.page().pager.next))
    third = narrowed(q=q, sort=sort, after=place_in(second.page().pager.next))

    second_again = narrowed(q=q, sort=sort, before=place_in(third.page().pager.previous))
    first_again = narrowed(q=q, sort=sort, before=place_in(second_again.page().pager.previous))

    assert slugs(second_again) == slugs(second)
    assert slugs(first_again) == slugs(first)
    assert first_again.page().pager.previous == ""


def place_in(address: str) -> str:
    return parse_qsl(address.partition("?")[2])[-1][1]


def test_a_search_says_when_it_found_more_than_are_counted(
    mixed: list[PublicPledge], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pledges.facets.MOST_COUNTED", 6)

    html = client.get("/pledges/?q=lime").content.decode()

    assert "More than 1000 pledges found" in html
    assert '<option value="juiced">' in html
    assert "Lemon speech 7001</option>" in html
    assert "6 pledges found" in client.get("/pledges/?q=grapefruit").content.decode()
    past_the_end = client.get("/pledges/?q=lime&sort=changed&after=2000-01-01T00:00:00.000000Z~1")
    assert past_the_end.headers["Location"] == "/pledges/?q=lime&sort=changed"


def test_what_to_drop_has_no_number_where_there_are_more_than_are_counted(
    mixed: list[PublicPledge], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pledges.facets.MOST_COUNTED", 4)
    pledge_filter = narrowed(q="lime", topic="pips", family="stalled")

    assert pledge_filter.page().rows == []
    assert [(chip.filter_name, count) for chip, count in pledge_filter.to_drop] == [("family", None)]


def test_sorts_by_the_day_it_was_promised_for_with_no_day_last(mixed: list[PublicPledge]) -> None:
    days = [row.due_on for row in narrowed(sort="due").page().rows]

    assert days == ["2025"] * 3 + ["2026-03"] * 3 + ["2026-12-01"] * 4 + ["2027"] * 4 + [""] * 4


def test_the_order_of_promised_dates_has_a_heading_a_year(mixed: list[PublicPledge]) -> None:
    groups = narrowed(sort="due").page().groups

    assert [(heading, len(rows)) for heading, rows in groups] == [
        ("Promised by the end of 2025", 3),
        ("Promised by the end of 2026", 7),
        ("Promised by the end of 2027", 4),
        ("Promised for no date", 4),
    ]


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


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ({"q": "lime", "sort": "relevance"}, "/pledges/?q=lime"),
        ({"q": "lime", "sort": "changed"}, "/pledges/?q=lime&sort=changed"),
        ({"q": "  ", "sort": "relevance"}, "/pledges/"),
        ({"sort": "changed"}, "/pledges/"),
        ({"changed_since": "2026-3-1"}, "/pledges/?changed_since=2026-03-01"),
    ],
)
def test_a_list_has_one_address(asked: dict[str, str], address: str) -> None:
    pledge_filter = narrowed(**asked)

    assert pledge_filter.is_valid
    assert pledge_filter.own_address == address
    assert ("relevance" in dict(pledge_filter.form.fields["sort"].choices)) == ("q=" in address)  # type: ignore[attr-defined]


def test_a_search_that_is_too_long_keeps_its_beginning_in_the_box(client: Client) -> None:
    response = client.get("/pledges/", {"q": "a" * 150 + "b" * 3_000})

    html = response.content.decode()
    assert response.status_code == 400
    assert "Use 200 characters or fewer" in html
    assert f'value="{"a" * 150}{"b" * 50}"' in html
    assert "b" * 51 not in html


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "2026", "1899-12-31", "0001-01-01", "9" * 300])
def test_a_day_that_is_none_is_refused_in_words(day: str, client: Client) -> None:
    response = client.get("/pledges/", {"changed_since": day})

    assert response.status_code == 400
    assert re.search("Write the day like this|Choose a day since 1900", response.content.decode())


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


def test_an_unknown_value_is_named_and_shortened() -> None:
    pledge_filter = narrowed(topic="z" * 300, rating="nope")

    assert not pledge_filter.is_valid
    assert "“nope” is not one of the choices" in str(pledge_filter.form.errors["rating"])
    assert "z" * 201 not in str(pledge_filter.form.errors)


@pytest.mark.parametrize(
    "place",
    [
        "x",
        "2026-01-01",
        "2026-01-01~1",
        "2026-01-01T00:00:00~1",
        "2026-11-24T05:00:00.000000Z~01",
        "2026-11-24T05:00:00.000000Z~0",
        "2026-11-24T05:00:00.000000Z~-9223372036854775809",
        f"2026-11-24T05:00:00.000000Z~{2**63}",
        "~",
        "9" * 400,
    ],
)
def test_a_damaged_cursor_is_refused(place: str) -> None:
    assert not narrowed(after=place).is_valid


def test_an_unknown_name_is_ignored() -> None:
    assert narrowed(colour="yellow").own_address == "/pledges/"


def test_says_which_filter_to_drop(mixed: list[PublicPledge]) -> None:
    pledge_filter = narrowed(topic="pips", family="stalled")

    assert pledge_filter.page().rows == []
    assert [(chip.name, chip.address, count) for chip, count in pledge_filter.to_drop] == [
        ("Kind of rating: Stalled", "/pledges/?topic=pips", 9)
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


def test_moments_keep_their_microseconds() -> None:
    cursor = Cursor((datetime(2026, 11, 24, 5, 0, 0, 123456, tzinfo=UTC),), 7)

    assert Cursor.parse(str(cursor), ORDERS["changed"]) == cursor


def test_labels_come_in_the_order_of_the_scale() -> None:
    make_rating(name="Second", position=102)
    make_rating(name="First", position=101)

    assert [label.name for label in Labels().of("rating")] == ["First", "Second"]


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ("rating=&family=kept&topic=&sort=changed", "/pledges/?family=kept"),
        ("sort=due&overdue=&colour=yellow", "/pledges/?sort=due"),
        ("rating=", "/pledges/"),
        ("sort=made&sort=due", "/pledges/?sort=due"),
    ],
)
def test_what_the_form_leaves_empty_is_left_out_of_the_address(asked: str, address: str, client: Client) -> None:
    response = client.get(f"/pledges/?{asked}")

    assert response.headers["Location"] == address
    assert client.get(address).status_code == 200


def test_a_page_is_after_another_or_before_it() -> None:
    place = "2026-11-24T05:00:00.000000Z~1"

    assert not narrowed(after=place, before=place).is_valid


def test_past_the_end_of_a_list_leads_back_to_its_first_page(client: Client) -> None:
    publish(make_pledge())

    response = client.get("/pledges/?sort=made&after=0001-01-01~1")

    assert response.headers["Location"] == "/pledges/?sort=made"


@pytest.mark.parametrize("path", ["/topics/{}/", "/pledges/?topic={}"])
def test_a_label_that_only_drafts_have_is_found_nowhere(path: str, client: Client) -> None:
    topic = make_topic(slug="secret-lemons")
    make_pledge(topic=topic)

    asked = client.get(path.format("secret-lemons"))

    assert asked.status_code == client.get(path.format("no-lemons")).status_code
    assert topic.name not in asked.content.decode()
