"""The same search gives the same pledges on both databases: the expected ones are written down here."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pledges.actions import public_pledges
from pledges.conditions import Conditions
from pledges.filters import PledgeFilter
from pledges.labels import Labels
from pledges.models import Department, Pledge, Promisor, PublicPledge, SearchText
from pledges.passages import read_passages
from pledges.search import Query
from pledges.search_index import Asked, found_keys, place_of
from pledges.words import tokens
from tests.factories import make_evidence, make_pledge, make_rating, make_source, make_verdict, publish

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)

# One pledge a line: where what is said. What is not given is said in words that no question below has.
CORPUS: dict[str, dict[str, str]] = {
    "cafe": {"headline": "Open a café in every village", "quotation": "a café for all, and a crêpe on Sundays"},
    "homes": {"headline": "Build 1,500 homes", "quotation": "We’ll build fifteen hundred homes by 2031"},
    "home-rule": {"headline": "Home rule for the islands", "background": "The islanders’ home is theirs to govern."},
    "cost": {"quotation": "We will cut the cost of living", "background": "Cutting costs is hard."},
    "living": {"quotation": "living costs will fall", "explanation": "What a cut it was: none."},
    "hotels": {"headline": "Close the asylum hotels", "background": "Asylum seekers are housed in hotels."},
    "asylum": {"headline": "Faster asylum decisions", "account": "The last **hotel** was closed by Zoë O’Hara."},
    "growth": {"quotation": "the highest growth in the Union", "missing": "Nobody has counted the G.D.P. yet."},
    "tax": {
        "headline": "No tax rise",
        "quotation": "we won’t raise taxes on anti-social drinks",
        "asked": "The exchequer",
    },
    "rail": {"headline": "Railways in public hands", "evidence_quotation": "the railways are ours: 2.5% of them"},
    "school": {"headline": "Free schools", "source": "Gazette of the naïve schoolmaster, vol. 7"},
    "lodz": {"headline": "A tram to Łódź", "explanation": "| Tram | Stops |\n| --- | --- |\n| Łódź | twelve |"},
    "moscow": {"headline": "Привет, Ruritania", "quotation": "東京 and Straße are twinned"},
    "union": {"headline": "Cooperative organizations", "quotation": "A U.S. trade deal worth £10 bn"},
    "named": {"quotation": "a third of it"},
    "withdrawn": {"headline": "Asylum hotels withdrawn café homes"},
}

QUESTIONS: dict[str, set[str]] = {
    "café": {"cafe"},
    "cafe": {"cafe"},
    "CAFÉS": {"cafe"},
    "cafe\u0301": {"cafe"},
    "crepe": {"cafe"},
    "home": {"homes", "home-rule"},
    "homes": {"homes", "home-rule"},
    "1,500": {"homes"},
    "1500 homes": {"homes"},
    "“1500 homes”": {"homes"},
    "build building builds": {"homes"},
    "we’ll build": {"homes"},
    "cost of living": {"cost", "living"},
    '"cost of living"': {"cost"},
    '"living costs"': {"living"},
    "costs -cut": set(),
    "cost -cutting": set(),
    "living -hard": {"living"},
    'living -"living cost"': {"cost"},
    "what about asylum hotels": {"hotels", "asylum"},
    "asylum hotels?": {"hotels", "asylum"},
    "what did they say about asylum hotels, and did it happen?": {"hotels", "asylum"},
    '"asylum hotels"': {"hotels"},
    "asylum -hotels": set(),
    'asylum -"asylum hotels"': {"asylum"},
    "zoe": {"asylum"},
    "O'Hara": {"asylum"},
    "o’hara’s": {"asylum"},
    "ohara": {"asylum"},
    "GDP": {"growth"},
    "G.D.P.": {"growth"},
    "co-operate organisations": {"union"},
    "–union growth": set(),
    "what about US trade": {"union"},
    "us trade": {"union"},
    "us": {"union"},
    "10 bn": {"union"},
    "£10bn": {"union"},
    "Minister Reed": {"named"},
    "reed ministry": {"named"},
    '"reed defence"': set(),
    "promisor -reed plain": set(),
    "京": {"moscow"},
    "東京都": set(),
    "wont raise": {"tax"},
    "won't": {"tax"},
    "anti-social": {"tax"},
    "anti social": {"tax"},
    '"social anti"': set(),
    "exchequer": {"tax"},
    "2.5%": {"rail"},
    "5.2": set(),
    "railway ours": {"rail"},
    "naive schoolmasters": {"school"},
    '"schools gazette"': set(),  # no phrase reaches from one text into the next
    "lodz twelve": {"lodz"},
    "ŁÓDŹ": {"lodz"},
    "ПРИВЕТ": {"moscow"},
    "東京 strasse": {"moscow"},
    "withdrawn": set(),
    "lemon -lemon": set(),
}

HOSTILE = [
    '"', '""', '" "', '"' * 200, "*", "a*", "lem*", "NEAR(", "NEAR(a b, 2)", "tokens:lemon", "col:", "^lemon", "{a b}:c",
    "a AND", "OR", "NOT", "a NOT NOT b", "(", ")", "((((", "&", "|", "!", "!a & b", "a <-> b", "'", "''", "\\", "\\'", "%",
    "_", "--", "-", "- -", "-x", "-the", "the", "what about the", ";", "'; DROP TABLE pledges_edition; --", "$1", "%s",
    "%(x)s", "\x00", "\ud800", "\u202e", "🍋", "a:b:c", "a\\b", "a" * 200, "a " * 100, '"a ' * 66, "-a " * 66,
]  # fmt: skip


@pytest.fixture
def corpus() -> None:
    rating = make_rating()
    of_reed: dict[str, Any] = {
        "promisor": Promisor.objects.create(slug="reed", name="Lemon Minister Reed", kind="office-holder"),
        "department": Department.objects.create(slug="defence", name="Ministry of Lemon Defence"),
    }
    for slug, said in CORPUS.items():
        plain = {"headline": "Plain", "quotation": "Plain", "background": "Plain."}
        of_pledge = {name: said.get(name, unsaid) for name, unsaid in plain.items()}
        labels = of_reed if slug == "named" else {}
        pledge = make_pledge(slug=slug, made_in=make_source(title="Plain", kind="manifesto"), **of_pledge, **labels)
        account, quotation = said.get("account", "Plain."), said.get("evidence_quotation", "")
        source = make_source(title=said.get("source", "Plain"))
        make_evidence(pledge, title="Plain", account=account, quotation=quotation, sources=[source])
        make_verdict(
            pledge,
            rating=rating,
            summary="Plain.",
            explanation=said.get("explanation", "Plain."),
            missing=said.get("missing", ""),
            asked=said.get("asked", ""),
        )
        publish(pledge)
    publish(Pledge.objects.get(slug="withdrawn"), kind="withdrawal")


def found(question: str) -> set[str]:
    names = Conditions(Labels(), today=TODAY).names
    public = PublicPledge.objects.filter(pk__in=looked_up(Query.parse(question).within(Asked(()), names)))
    return set(public.values_list("slug", flat=True))


def looked_up(asked: Asked) -> RawSQL | list[int]:
    return found_keys(connection.vendor, asked) if asked.wanted else []


@pytest.mark.usefixtures("corpus")
def test_finds_the_same_pledges_on_both_databases() -> None:
    assert {question: found(question) for question in QUESTIONS} == QUESTIONS
    assert len(QUESTIONS) >= 40


@pytest.mark.parametrize("question", [*QUESTIONS, "in May", "homes by May’s end", '-"Theresa May" lemons', "WHO’S IT"])
def test_a_search_is_written_as_what_asks_for_the_same(question: str) -> None:
    read = Query.parse(question)
    again = Query.parse(str(read))

    assert again.wanted == read.wanted
    assert [one.phrases for one in again.unwanted] == [one.phrases for one in read.unwanted] or not read.terms


@pytest.mark.usefixtures("corpus")
def test_nothing_that_can_be_typed_raises() -> None:
    for hostile in HOSTILE:
        pledge_filter = PledgeFilter({"q": hostile}, today=TODAY)

        assert not pledge_filter.is_valid or pledge_filter.page(), hostile


LONG = [
    "home asylum cafe hotel tax living cost growth rail school plain build " * 3,
    " ".join("0123456789bcdefghjklmnopqrstuvwxyz") + " home",
    '"cost of living" "living costs" "asylum hotels" "free schools" "home rule" "plain plain" home',
    "plain " + " ".join(f"-{word}" for word in ("home", "cost", "hotel", '"plain plain"')),
    '"plain ' * 30, "nowhere plain hotels tax growth home", "plain -" + " -".join("bcdefghjklmnop"),
]  # fmt: skip


MOST_STEPS = 500  # thousands, of these few pledges: some 50 milliseconds


def cost_of(asked: dict[str, str]) -> tuple[int, int]:
    """How often a list asks the database, and, in SQLite, for how many thousands of steps."""
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    is_sqlite = connection.vendor == "sqlite"
    with CaptureQueriesContext(connection) as asking:
        if is_sqlite:
            connection.connection.set_progress_handler(step, 1_000)
        try:
            pledge_filter = PledgeFilter(asked, today=TODAY)
            if pledge_filter.is_valid and pledge_filter.page().count == 0:
                assert pledge_filter.to_drop or pledge_filter.to_keep or pledge_filter.count_of_all
        finally:
            if is_sqlite:
                connection.connection.set_progress_handler(None, 1_000)
    return len(asking), steps


@pytest.mark.usefixtures("corpus")
def test_no_search_takes_much_more_than_any_other() -> None:
    usual_queries, _steps = cost_of({"q": "plain"})
    assert usual_queries == 5

    for q in [*HOSTILE, *LONG]:
        for beside in ({}, {"due": "passed", "overdue": "1", "family": "kept", "due_by": "2030", "sort": "due"}):
            queries, steps = cost_of({"q": q[:200], **beside})
            assert queries <= usual_queries + 10, q
            assert steps <= MOST_STEPS, q


WORDS = [
    "home",
    "homes",
    "cost",
    "living",
    "cut",
    "asylum",
    "hotel",
    "the",
    "plain",
    "café",
    "anti-social",
    "withdrawn",
]
TERMS = st.tuples(st.sampled_from(["", "-"]), st.lists(st.sampled_from(WORDS), min_size=1, max_size=3), st.booleans())


@st.composite
def questions(draw: st.DrawFn) -> str:
    terms = draw(st.lists(TERMS, min_size=1, max_size=4))
    return " ".join(f'{minus}"{" ".join(said)}"' if is_quoted else minus + said[0] for minus, said, is_quoted in terms)


def fits(query: Query, pledge: PublicPledge) -> bool:
    """What a search means, said without a database."""
    labels = [pledge.topic, pledge.department, pledge.promisor, pledge.rating]
    said = [text for _place, text in read_passages(pledge.search_text.passages)]
    texts = [tokens(text) for text in [*said, *(label.name for label in labels if label)]]

    def has(phrase: tuple[str, ...]) -> bool:
        return any(phrase == part for text in texts for part in _runs(text, len(phrase)))

    has_unwanted = any(all(map(has, one.phrases)) for one in query.unwanted)
    return bool(query.wanted) and all(map(has, query.wanted)) and not has_unwanted


def _runs(text: list[str], length: int) -> Iterator[tuple[str, ...]]:
    return (tuple(text[start : start + length]) for start in range(len(text) - length + 1))


@pytest.mark.usefixtures("corpus")
def test_finds_what_a_plain_reading_of_the_texts_finds() -> None:
    public = list(PublicPledge.objects.in_public().select_related("search_text"))

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(questions())
    def check(question: str) -> None:
        assert found(question) == {pledge.slug for pledge in public if fits(Query.parse(question), pledge)}

    check()


@pytest.mark.usefixtures("corpus")
def test_the_pledge_itself_is_nearer_than_what_is_said_about_it() -> None:
    tiers = Query.parse("asylum hotel").by_nearness(Asked(()), {})
    found = {
        nearness: list(
            PublicPledge.objects.filter(pk__in=found_keys(connection.vendor, asked)).values_list("slug", flat=True)
        )
        for nearness, asked in tiers.items()
    }

    assert found == {2: ["hotels"], 1: [], 0: ["asylum"]}


def test_what_a_new_edition_no_longer_says_is_no_longer_found() -> None:
    pledge = make_pledge(background="Limes.")
    publish(pledge)
    pledge.background = "Grapefruit."
    pledge.save()
    publish(pledge, kind="update")

    assert found("limes") == set()
    assert found("grapefruit") == {pledge.slug}


def test_a_long_phrase_is_its_pairs() -> None:
    said = {
        "whole": "Sour lemons for all towns.",
        "apart": "Sour lemons, lemons for towns.",
        "other": "Lemons sour towns.",
    }
    for slug, background in said.items():
        publish(make_pledge(slug=slug, headline="Fruit", quotation="Fruit", background=background))

    assert found('"sour lemon town"') == {"whole", "apart"}
    assert found('lemon -"sour lemon town"') == {"other"}


@pytest.mark.parametrize("year", [1, 1900, 2026, 2138, 9999])
def test_every_moment_has_a_place_that_the_databases_can_hold(year: int) -> None:
    moment = datetime(year, 6, 1, tzinfo=UTC)

    assert -(2**63) <= place_of(moment, 2**63 - 1) < 2**63


def test_places_are_in_the_order_of_changes() -> None:
    moment = datetime(2026, 11, 24, tzinfo=UTC)
    later = moment + timedelta(milliseconds=1)

    assert place_of(moment, 7) < place_of(moment, 8) < place_of(later, 1) < place_of(later, 2**21 - 1)


def test_a_renamed_label_is_found_by_its_new_name() -> None:
    pledge = make_pledge(department=Department.objects.create(slug="press", name="Ministry of Juice"))
    publish(pledge)
    assert found("ministry of juice") == {pledge.slug}

    Department.objects.filter(pk=pledge.department_id).update(name="Office for Squeezing")

    assert found("squeezing office") == {pledge.slug}
    assert found("juice") == set()


def test_a_draft_is_not_found() -> None:
    make_pledge(headline="A secret lime")

    assert found("lime") == set()


def test_a_withdrawn_pledge_has_no_search_text() -> None:
    pledge = make_pledge()
    publish(pledge)
    publish(pledge, kind="withdrawal")

    assert not SearchText.objects.exists()


def test_a_falsified_search_text_is_found_and_made_again() -> None:
    publish(make_pledge())
    whole = SearchText.objects.values().get()
    SearchText.objects.update(terms=" lime ")
    assert found("limes")

    assert any("Search knows something else" in sentence for sentence in public_pledges.differences())
    list(public_pledges.rebuild())

    assert SearchText.objects.values().get() == whole
    assert not found("limes")
    assert list(public_pledges.differences()) == []


def test_texts_of_any_length_can_be_indexed() -> None:
    pledge = make_pledge(background=" ".join(f"w{number}x" for number in range(8_000)))
    for letter in "abcdefghijklmnopqrstuvwxyz":
        make_evidence(pledge, account=" ".join(f"{letter * 50}{number}" for number in range(1_000)))

    publish(pledge)

    assert found("w7999x")
    assert found("a" * 50 + "999")
