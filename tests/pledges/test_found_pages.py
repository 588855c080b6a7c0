"""The pages of a list, and the orders it comes in."""

from datetime import timedelta
from urllib.parse import parse_qsl

import pytest

from pledges.models import PublicPledge, SearchText
from tests.pledges.asking import FIRST, by_hand, move, narrowed, slugs

pytestmark = pytest.mark.django_db


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
@pytest.mark.parametrize("sort", ["changed", "relevance"])
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


@pytest.mark.parametrize("sort", ["changed", "relevance"])
def test_what_changed_last_is_found_first_among_the_last(
    sort: str, mixed: list[PublicPledge], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pledges.search_index._NEAR_END", 8)
    for number, pledge in enumerate(mixed):
        move(pledge.pk, FIRST + timedelta(seconds=7 * number % 18))
    in_order = list(PublicPledge.objects.order_by("-changed_at").values_list("slug", flat=True))
    monkeypatch.setattr("pledges.filters.PAGE_SIZE", 2)

    assert walk(q="lime", sort=sort) == in_order


def place_in(address: str) -> str:
    return parse_qsl(address.partition("?")[2])[-1][1]


def test_sorts_by_the_day_it_was_promised_for_with_no_day_last(mixed: list[PublicPledge]) -> None:
    days = [row.due_on for row in narrowed(sort="due").page().rows]

    assert days == ["2025"] * 3 + ["2026-03"] * 3 + ["2026-12-01"] * 4 + ["2027"] * 4 + [""] * 4


def test_the_order_of_promised_dates_has_a_heading_a_year(mixed: list[PublicPledge]) -> None:
    groups = narrowed(sort="due").page().groups

    assert [(heading, len(rows)) for heading, rows in groups] == [
        ("Promised by the end of 2025", 3),
        ("Promised by the end of 2026", 7),
        ("Promised by the end of 2027", 4),
        ("Promised for no fixed date", 4),
    ]
