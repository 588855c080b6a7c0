"""How many pledges each choice would find."""

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pledges.models import PublicPledge
from tests.factories import make_pledge, make_source, publish
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
