import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import make_evidence, make_pledge, make_rating, make_topic, make_verdict, publish, publish_at
from tests.pledges.views.past import page, redact

pytestmark = pytest.mark.django_db


def test_counts_and_lists_what_stood_at_the_end_of_the_day(client: Client) -> None:
    topic, squeezed = make_topic(), make_rating(name="Squeezed")
    first = make_pledge(topic=topic, headline="A lemon for Ann")
    publish_at("2025-03-03T12:00+00:00", first)
    second = make_pledge(topic=topic, headline="A lemon for Ben")
    for pledge in (first, second):
        make_evidence(pledge)
    make_verdict(second, rating=squeezed)
    publish_at("2025-03-04T12:00+00:00", second)
    make_verdict(first, rating=squeezed)
    publish_at("2025-03-05T12:00+00:00", first, kind="verdict")

    third = page(client, "/at/2025-03-03/")
    assert "A lemon for Ann" in third
    assert "A lemon for Ben" not in third
    fourth = page(client, "/at/2025-03-04/")
    assert fourth.index("A lemon for Ben") < fourth.index("A lemon for Ann")  # not yet rated comes last
    assert f'href="/pledges/{first.slug}/at/2025-03-04/"' in fourth
    fifth = page(client, "/at/2025-03-06/")
    assert "<td>2</td> <td>100%</td>" in fifth


def test_who_was_withdrawn_then_does_not_count_and_who_was_since_is_not_named(client: Client) -> None:
    pledges = [make_pledge(headline=f"A lemon for {name}") for name in ("Ann", "Ben", "Cem")]
    for pledge in pledges:
        publish_at("2025-03-03T12:00+00:00", pledge)
    publish_at("2025-03-04T12:00+00:00", pledges[0], kind="withdrawal")
    redact(pledges[0], pledges[0].editions.get(number=1).sequence)
    publish(pledges[1], kind="withdrawal")

    html = page(client, "/at/2025-03-04/")

    assert "<td>2</td> <td>100%</td>" in html
    assert "A lemon for Cem" in html
    assert "1 of them was withdrawn since" in html
    assert "Ann" not in html
    assert "Ben" not in html
    assert "<td>1</td> <td>100%</td>" in page(client, f"/at/{timezone.localdate()}/")


def test_a_long_list_says_that_it_is_not_all(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pledges.history.MOST_LISTED", 1)
    for name in ("Ann", "Ben"):
        publish(make_pledge(headline=f"A lemon for {name}"))

    html = page(client, f"/at/{timezone.localdate()}/")

    assert "Only the one that had changed last is listed." in html
    assert "A lemon for Ann" not in html


def test_days_without_a_scoreboard_are_explained(client: Client) -> None:
    assert "no pledge was public here" in page(client, "/at/2025-03-03/", 404)
    publish_at("2025-03-04T12:00+00:00", make_pledge())

    assert "since 4 March 2025" in page(client, "/at/2025-03-03/", 404)
    assert "Nobody knows yet" in page(client, "/at/9999-12-31/", 404)
    assert page(client, "/at/0001-01-01/", 404)
    assert client.get("/at/2025-02-30/").status_code == 404
