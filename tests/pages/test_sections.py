"""Every part of the pages of a full site is there, says what it is for, and stands in its place."""

from datetime import timedelta

import pytest
from django.test import Client, override_settings
from django.utils import timezone
from django.utils.formats import date_format

from pledges.models import Pledge
from tests.factories import make_evidence, make_pledge, make_source, make_verdict, publish
from tests.pages.full_site import make_full_site
from tests.pages.reading import assert_in_order, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def pledge(kept_rows: None, tmp_path_factory: pytest.TempPathFactory) -> Pledge:
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        return make_full_site()


def read(client: Client, path: str) -> str:
    return words_of(client.get(path).content.decode())


def day(ago: int = 0) -> str:
    return date_format(timezone.localdate() - timedelta(days=ago), "j F Y")


def test_the_top_of_a_pledge_page_has_quotation_verdict_and_facts(client: Client, pledge: Pledge) -> None:
    rating = pledge.verdicts.get(corrects__isnull=False).rating.name

    assert_in_order(
        read(client, f"/pledges/{pledge.slug}/"),
        "Pledge A lemon for everyone & their neighbour",
        "“We will give “everyone” a lemon, <whatever> it costs”",
        "Lemon Government, 1 June 2024",
        "Manifesto (primary source):",
        "30 May 2024",
        "Where: page 7",
        f"Our verdict {rating} Everyone has a lemon.",
        "Rating dated June 2025",
        "This verdict puts an earlier one right.",
        "We should have checked this page again by now.",
        "Responsible Ministry of Citrus",
        "Kind of pledge To keep something as it is",
        f"Deadline {timezone.localdate().year + 1}",
        "How we will tell Carts of lemons, as the ministry counts them.",
        "Wording As heard on the wireless.",
        "Hear when it changes Send me by e-mail",
        "On this page Background Why this rating Evidence Rating history Right of reply Corrections How to cite Dates",
    )


def test_the_parts_of_a_pledge_page_follow_each_other(client: Client, pledge: Pledge) -> None:
    right, wrong = (verdict.rating.name for verdict in pledge.verdicts.order_by("-pk"))

    assert_in_order(
        read(client, f"/pledges/{pledge.slug}/").partition("On this page")[2].partition("Dates of this page")[2],
        "Background A heading Lemons are sour",
        "Why this rating What is missing A count of the carts. Who was asked The ministry, twice. The carts arrived.",
        "Evidence not before January 2025 Lemons delivered",
        "Points neither way",
        "“A cart a day” Sources",
        "3 February 2025 Lemons delivered",
        "Points towards the pledge being kept",
        "News report: A “broken” link & more, Ministry of Lemons of Ruritania.",
        "The original link no longer works. Archived copy",
        "Points against the pledge being kept",
        f"Rating history {right} June 2025 stands now puts an earlier verdict right Everyone has a lemon.",
        f"Recorded here on {day()}, in edition 2.",
        f"{wrong} 3 March 2025 corrected since Everyone has a lemon.",
        f"Recorded here on {day()}, in edition 1.",
        "Right of reply The ministry was asked on 1 January 2025 for an answer by 1 February 2025. None is recorded",
        "The Lemon Party was asked on 1 January 2025 and answered on 9 January 2025: A heading",
        f"Corrections Corrected on {day()}: The first count was of limes.",
        f"It puts right the verdict “{wrong}” (3 March 2025), which stood here since {day()}, edition 1.",
        "How to cite Pledge Tracker, “A lemon for everyone & their neighbour”, edition 2",
        f"Dates of this page Last changed {day()} Last checked {day(99)} Next check due {day(9)} (overdue)",
        "In the public log entry",
        "What this edition changed: The first count was of limes.",
        "What changed: every edition of this page",
    )


def test_a_verdict_from_elsewhere_names_whose_it_is_wherever_it_stands(client: Client) -> None:
    pledge = make_pledge()
    make_evidence(pledge, sources=[make_source(kind="news")])
    whose = "Rating as reported by the Lemon Gazette, 3 May 2025"
    make_verdict(pledge, attribution=whose, no_primary_reason="The ministry burned down.")
    publish(pledge)

    text = read(client, f"/pledges/{pledge.slug}/")

    assert_in_order(
        text,
        "Verdict, reported from elsewhere",
        f"{whose} Everyone has a lemon.",
        "Why this rating The carts arrived. About the sources The ministry burned down.",
        f"Rating history {pledge.verdicts.get().rating.name} stands now Everyone has a lemon. {whose}. Recorded here",
    )
    assert "Our verdict" not in text
    assert "Rating dated" not in text


def test_home_tells_totals_what_is_due_changes_and_topics(client: Client, pledge: Pledge) -> None:
    right, wrong = (verdict.rating.name for verdict in pledge.verdicts.order_by("-pk"))

    assert_in_order(
        read(client, "/"),
        "We keep score of 8 pledges: word for word",
        "Where they stand Pledges by the rating that stands today Rating Pledges Per cent",
        f"{right} 1 12.5%",
        "Not yet rated 1 12.5%",
        "All pledges How we rate",
        f"Latest changes Correction {day()} A lemon for everyone & their neighbour",
        f"The rating was: {wrong} It is now: {right} The first count was of limes.",
        f"First publication {day()}",
        "Something changed.",
        f"Topics {pledge.topic.name} 8 pledges Departments Who promised",
        f"Due soon {right} A lemon for everyone & their neighbour Lemon Government, 1 June 2024",
        f"Deadline: {timezone.localdate().year + 1} our check is overdue",
        "All deadlines ahead",
    )


@pytest.mark.parametrize(
    ("dimension", "introduction", "count"),
    [
        ("topic", "All that is sour.", 8),
        ("department", "Department Ministry of Citrus", 1),
        ("promisor", "Government Lemon Government In office since July 2024.", 1),
    ],
)
def test_a_group_tells_totals_changes_and_its_pledges(
    client: Client, pledge: Pledge, dimension: str, introduction: str, count: int
) -> None:
    group = getattr(pledge, dimension)
    right, wrong = (verdict.rating.name for verdict in pledge.verdicts.order_by("-pk"))

    assert_in_order(
        read(client, f"/{dimension}s/{group.slug}/"),
        introduction,
        "Where they stand Pledges by the rating that stands today",
        f"{right} 1 {100 / count:g}%",
        f"What moved this month Correction {day()} A lemon for everyone & their neighbour",
        f"The rating was: {wrong} It is now: {right} The first count was of limes.",
        f"Browse all {count} pledges with filters" if count > 1 else "Browse this pledge with filters",
    )
