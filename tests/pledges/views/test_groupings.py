from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import localdate

from pledges.actions import drafts
from pledges.labels import Labels
from pledges.models import Pledge, Topic
from pledges.views.groupings import MOST_MOVES, Month, _month
from tests.factories import (
    make_changed_labels,
    make_pledge,
    make_published_pledge,
    make_rating,
    make_topic,
    make_verdict,
    publish,
    publish_at,
)

pytestmark = pytest.mark.django_db


def month(topic: Topic) -> Month:
    return _month("topic", topic, Labels(), today=localdate())


def test_a_topic_tells_what_moved_this_month_and_apart_from_it_what_is_new(client: Client) -> None:
    pledge = make_published_pledge(headline="An old lemon")
    make_verdict(pledge, rating=make_rating(name="Peeled"), effective_on="2025-06")
    publish(pledge, kind="verdict")
    publish(make_pledge(headline="A new lemon", topic=pledge.topic))

    html = client.get(f"/topics/{pledge.topic.slug}/").content.decode()

    moved, _heading, new = (
        html.partition("What moved this month")[2].partition("</section>")[0].partition("New here this month")
    )
    assert "Peeled" in moved
    assert "A new lemon" not in moved
    assert "A new lemon" in new


def test_a_move_is_told_whatever_came_out_of_the_same_pledge_after_it() -> None:
    pledge = make_published_pledge()
    make_verdict(pledge, effective_on="2025-06")
    publish(pledge, kind="verdict")
    publish(pledge, kind="update")

    told = month(pledge.topic)

    assert [change.kind for change in told.moved] == ["verdict"]
    assert [change.kind for change in told.new] == ["first"]


def test_a_withdrawal_is_told() -> None:
    pledge = make_published_pledge()
    publish(pledge, kind="withdrawal", change_note="It was a lime.")

    told = month(pledge.topic)

    assert [change.change_note for change in told.moved] == ["It was a lime."]
    assert told.new == []


def test_a_pledge_that_went_elsewhere_is_told_in_both_topics() -> None:
    pledge = make_published_pledge()
    to = make_changed_labels()[1]
    Pledge.objects.filter(pk=pledge.pk).update(topic=to)
    publish(drafts.settle(Pledge.objects.get(pk=pledge.pk)))

    left, entered = month(pledge.topic), month(to)

    assert [(change.has_left, change.grouping) for change in left.moved] == [(True, "Changed topic")]
    assert [change.has_come for change in entered.new] == [True]


def test_many_new_pledges_hide_no_move() -> None:
    pledge = make_published_pledge()
    make_verdict(pledge, effective_on="2025-06")
    publish(pledge, kind="verdict")
    for _number in range(MOST_MOVES + 2):
        publish(make_pledge(topic=pledge.topic))

    told = month(pledge.topic)

    assert len(told.moved) == 1
    assert len(told.new) == MOST_MOVES


def test_a_topic_in_which_nothing_moved_says_so_and_when_it_last_did(client: Client) -> None:
    pledge = make_pledge()
    publish_at("2025-12-31T23:00+00:00", pledge)

    html = client.get(f"/topics/{pledge.topic.slug}/").content.decode()

    assert "The last change was on 31 December 2025." in html


def test_next_month_nothing_has_moved_yet() -> None:
    topic = make_published_pledge().topic
    next_month = (localdate().replace(day=28) + timedelta(days=4)).replace(day=1)

    told = _month("topic", topic, Labels(), today=next_month)

    assert (told.moved, told.new, told.rest_address) == ([], [], "")


def test_what_does_not_fit_is_one_link_away(client: Client) -> None:
    topic = make_topic()
    for _number in range(MOST_MOVES + 1):
        publish(make_pledge(topic=topic))
    make_published_pledge()

    html = client.get(f"/topics/{topic.slug}/").content.decode()

    linked = html.partition("All that changed since")[0].rpartition('href="')[2].partition('"')[0]
    rest = client.get(linked.replace("&amp;", "&"))
    assert rest.status_code == 200
    assert rest.content.decode().count("change-row__headline") == MOST_MOVES + 1


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


def test_a_topic_that_only_drafts_have_is_not_found(client: Client) -> None:
    assert client.get(f"/topics/{make_pledge().topic.slug}/").status_code == 404
