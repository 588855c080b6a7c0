"""How many pledges each choice would find."""

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pledges.models import Pledge, PublicPledge
from tests.factories import publish
from tests.pledges.asking import by_hand, narrowed, slugs

pytestmark = pytest.mark.django_db

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
    "due_by": ["", "2024", "2025", "2026", "2999"],
    "changed_since": ["", "2026-11-10", "2026-11-16", "2030-01-01"],
}


@pytest.mark.parametrize(("most", "near_end"), [(1_000, 200), (4, 8)])
def test_every_combination_equals_a_direct_question_and_its_counts(
    most: int, near_end: int, mixed: list[PublicPledge], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pledges.facets.MOST_COUNTED", most)
    monkeypatch.setattr("pledges.search_index._LEAST_NEAR_END", near_end)
    monkeypatch.setattr("pledges.search_index._NEAR_END_TO_COUNT", 1)

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


@pytest.mark.parametrize(("sort", "column"), [("made", "made_day"), ("due", "due_day")])
def test_of_more_than_are_counted_the_last_changed_are_put_in_order(
    sort: str, column: str, mixed: list[PublicPledge], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pledges.facets.MOST_COUNTED", 6)
    last = sorted(mixed, key=lambda pledge: pledge.changed_at)[-6:]

    found = slugs(narrowed(q="lime", sort=sort))
    html = client.get(f"/pledges/?q=lime&sort={sort}").content.decode()

    in_order = sorted(last, key=lambda pledge: (getattr(pledge, column), pledge.pk), reverse=sort == "made")
    assert found == [pledge.slug for pledge in in_order]
    assert "of them that changed last" in html
    assert "of them that changed last" not in client.get(f"/pledges/?q=grapefruit&sort={sort}").content.decode()


def test_what_to_drop_has_no_number_where_there_are_more_than_are_counted(
    mixed: list[PublicPledge], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pledges.facets.MOST_COUNTED", 4)
    pledge_filter = narrowed(q="lime", topic="pips", family="stalled")

    assert pledge_filter.page().rows == []
    assert [(chip.filter_name, count) for chip, count in pledge_filter.to_drop] == [("family", None)]


def test_nothing_has_changed_since_a_day_to_come(mixed: list[PublicPledge]) -> None:
    pledge_filter = narrowed(changed_since="9999-12-31")

    assert pledge_filter.page().count == 0
    assert [(chip.address, count) for chip, count in pledge_filter.to_drop] == [("/pledges/", len(mixed))]


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
