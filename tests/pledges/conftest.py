import itertools
from datetime import timedelta

import pytest

from pledges.actions import checks
from pledges.models import Department, Edition, Promisor, PublicPledge, Verdict
from tests.factories import (
    make_editor,
    make_evidence,
    make_pledge,
    make_published_pledge,
    make_rating,
    make_source,
    make_topic,
    make_verdict,
    publish,
)
from tests.pledges.asking import FIRST, TODAY, move


@pytest.fixture
def edition() -> Edition:
    return make_published_pledge().editions.get()


@pytest.fixture
def verdict(edition: Edition) -> Verdict:
    return edition.verdicts_recorded.get()


@pytest.fixture
def mixed(db: None, kept_mixed: None) -> list[PublicPledge]:
    """Eighteen public pledges that differ in everything a filter asks for: a module's tests see them all, or none does."""
    return list(PublicPledge.objects.all())


@pytest.fixture(scope="module")
def kept_mixed(kept_rows: None) -> None:
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
