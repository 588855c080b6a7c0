import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pledges.actions import checks
from pledges.filters import ORDERS, PledgeFilter
from pledges.keyset import Cursor
from pledges.labels import Labels
from pledges.models import Department, Pledge, Promisor, PublicPledge
from tests.factories import make_editor, make_evidence, make_pledge, make_rating, make_topic, make_verdict, publish

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture
def mixed() -> list[PublicPledge]:
    """Eighteen public pledges that differ in everything a filter asks for."""
    topics = [make_topic(slug=slug, name=slug.title()) for slug in ("pips", "peel")]
    ratings = [make_rating(slug="juiced", family="kept"), make_rating(slug="dry", family="broken"), None]
    departments = [Department.objects.create(slug=slug, name=slug) for slug in ("groves", "presses")]
    promisors = [Promisor.objects.create(slug=slug, name=slug, kind="party") for slug in ("sour", "sweet")]
    editor = make_editor()
    for number, (topic, rating) in enumerate(itertools.product(topics, ratings * 3)):
        pledge = make_pledge(
            topic=topic, department=departments[number % 2], promisor=promisors[number % 3 // 2],
            made_on=f"2024-{number % 6 + 1:02}", due_on=["", "2027", "2026-12-01"][number % 3],
        )  # fmt: skip
        if rating:
            make_evidence(pledge)
            make_verdict(pledge, rating=rating)
        publish(pledge)
        if number % 4 == 0:
            day = TODAY - timedelta(days=30)
            checks.record(pledge, checked_on=day, next_due_on=TODAY + timedelta(days=number - 8), by=editor)
    return list(PublicPledge.objects.all())


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
}


def by_hand(public: list[PublicPledge], asked: dict[str, str]) -> set[str]:
    """What a list must show, said without any query."""

    def fits(pledge: PublicPledge, name: str, value: str) -> bool:
        if name == "overdue":
            return pledge.next_check_on is not None and pledge.next_check_on < TODAY
        if name == "family":
            return (pledge.rating.family if pledge.rating else "unrated") == value
        label = getattr(pledge, name)
        return label is not None and label.slug == value

    return {pledge.slug for pledge in public if all(fits(pledge, n, v) for n, v in asked.items() if v)}


def test_every_combination_equals_a_direct_question_and_its_counts(mixed: list[PublicPledge]) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.fixed_dictionaries({name: st.sampled_from(values) for name, values in CHOICES.items()}))
    def check(asked: dict[str, str]) -> None:
        pledge_filter = narrowed(**asked)
        assert set(slugs(pledge_filter)) == by_hand(mixed, asked)
        assert pledge_filter.page().count == len(by_hand(mixed, asked))
        for name, values in CHOICES.items():
            shown = dict(pledge_filter.form.fields[name].choices)  # type: ignore[attr-defined]
            for value in filter(None, values):
                assert shown[value].endswith(f"({len(by_hand(mixed, asked | {name: value}))})"), (name, value)
        for chip, name in zip(pledge_filter.chips, pledge_filter.chosen, strict=True):
            assert chip.count == len(by_hand(mixed, asked | {name: ""}))

    check()


@pytest.mark.parametrize("sort", ["changed", "made", "due"])
def test_pages_follow_each_other_without_a_gap(
    sort: str, mixed: list[PublicPledge], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = slugs(narrowed(sort=sort))
    monkeypatch.setattr("pledges.filters.PAGE_SIZE", 4)

    assert walk(sort=sort) == whole
    assert len(whole) == len(mixed)


def test_the_page_before_is_the_page_that_was_before(
    mixed: list[PublicPledge], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pledges.filters.PAGE_SIZE", 4)
    first = narrowed()
    second = narrowed(after=first.page().pager.next.partition("after=")[2].replace("%3A", ":").replace("%7E", "~"))
    back = second.page().pager.previous.partition("before=")[2].replace("%3A", ":").replace("%7E", "~")

    again = narrowed(before=back)

    assert slugs(again) == slugs(first)
    assert again.page().pager.previous == ""


def test_sorts_by_the_day_it_was_promised_for_with_no_day_last(mixed: list[PublicPledge]) -> None:
    days = [row.due_on for row in narrowed(sort="due").page().rows]

    assert days == ["2026-12-01"] * 6 + ["2027"] * 6 + [""] * 6


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
    assert [(chip.name, chip.address, chip.count) for chip in pledge_filter.to_drop] == [
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
    cursor = Cursor(datetime(2026, 11, 24, 5, 0, 0, 123456, tzinfo=UTC), 7)

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
