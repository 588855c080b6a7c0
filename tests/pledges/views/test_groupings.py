from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils.timezone import localdate

from pledges.labels import Labels
from pledges.models import PublicPledge
from pledges.views.groupings import MOST_MOVES, _month
from tests.factories import make_pledge, make_published_pledge, make_topic, publish

pytestmark = pytest.mark.django_db


def test_a_topic_tells_what_moved_this_month(client: Client) -> None:
    pledge = make_published_pledge()

    html = client.get(f"/topics/{pledge.topic.slug}/").content.decode()

    moved = html.partition("What moved this month")[2].partition("</section>")[0]
    assert pledge.headline in moved
    assert "Nothing has moved" not in html


def test_a_topic_in_which_nothing_moved_says_so_and_when_it_last_did(client: Client) -> None:
    pledge = make_published_pledge()
    PublicPledge.objects.update(changed_at=datetime(2025, 12, 31, 23, tzinfo=UTC))

    html = client.get(f"/topics/{pledge.topic.slug}/").content.decode()

    assert "The last change was on 31 December 2025." in html


def test_next_month_nothing_has_moved_yet() -> None:
    publish(make_pledge())
    pledges, today = list(PublicPledge.objects.all()), localdate()
    next_month = (today.replace(day=28) + timedelta(days=4)).replace(day=1)

    assert len(_month(pledges, Labels(), {}, today=today).changes) == 1
    assert _month(pledges, Labels(), {}, today=next_month).changes == []


def test_what_does_not_fit_is_one_link_away(client: Client) -> None:
    topic = make_topic()
    for _number in range(MOST_MOVES + 1):
        publish(make_pledge(topic=topic))

    html = client.get(f"/topics/{topic.slug}/").content.decode()

    assert "All that changed since 1 " in html
    address = (
        html.partition("All that changed since")[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    )
    assert f"{MOST_MOVES + 1} pledges found" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("path", "group", "others"),
    [
        ("/topics/", "topic", ["/departments/", "/promisors/"]),
        ("/departments/", "department", ["/topics/", "/promisors/"]),
        ("/promisors/", "promisor", ["/topics/", "/departments/"]),
    ],
)
def test_each_kind_of_group_has_a_list_that_leads_to_them_and_to_the_other_lists(
    client: Client, path: str, group: str, others: list[str]
) -> None:
    pledge = make_published_pledge()
    make_pledge(topic=make_topic(name="Limes", slug="limes"))
    grouping = getattr(pledge, group)

    html = client.get(path).content.decode()

    assert f'<h2><a href="{path}{grouping.slug}/">{grouping.name}</a></h2>' in html
    assert "Limes" not in html
    listed = html.partition('<p class="since__spans">')[2].partition("</p>")[0]
    assert [address for address in ("/topics/", "/departments/", "/promisors/") if address in listed] == others


def test_what_moved_is_not_listed_a_second_time_and_no_row_names_the_page_it_stands_on(client: Client) -> None:
    topic = make_topic()
    for number in range(MOST_MOVES + 1):
        publish(make_pledge(topic=topic, headline=f"Lemon {number}"))

    html = client.get(f"/topics/{topic.slug}/").content.decode()

    assert all(html.count(f">Lemon {number}</a>") == 1 for number in range(MOST_MOVES + 1))
    row = html.partition("The other pledges, last changed first")[2].partition("</ul>")[0]
    assert ">Lemon 0</a>" in row
    assert 'href="/promisors/lemon-party/"' in row
    assert f'href="/topics/{topic.slug}/"' not in row
