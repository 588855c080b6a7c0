"""What holds of every link that mails have."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import make_editor, make_published_pledge
from tests.tracker.newsletter.people import make_asked_sign_up, make_sign_up, make_subscription
from tests.tracker.newsletter.views.links import PAGES, READER, path_of, state_of_everything
from tracker.newsletter import tokens
from tracker.newsletter.actions import sign_ups, subscriptions
from tracker.newsletter.models import Delivery, Subscription

pytestmark = pytest.mark.django_db


def make_row(page: str) -> Any:
    return make_asked_sign_up(READER) if page == "confirm" else make_subscription(follows=make_published_pledge())


@pytest.mark.parametrize("page", PAGES)
def test_reading_changes_nothing_however_often(client: Client, page: str) -> None:
    path = path_of(page, make_row(page))
    before = state_of_everything()

    for _round in range(20):
        got, head = client.get(path), client.head(path)
        assert got.status_code == head.status_code == 200
        assert b"<button" in got.content

    assert state_of_everything() == before


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("page", PAGES)
def test_no_answer_is_stored_or_found_or_gives_its_address_away(client: Client, page: str, method: str) -> None:
    response = getattr(client, method)(path_of(page, make_row(page)))

    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert b'<meta name="robots" content="noindex">' in response.content
    assert not response.cookies
    assert b"csrfmiddlewaretoken" not in response.content


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("token", ["x", tokens.new_token(), "x" * 300])
def test_an_unknown_link_is_not_found(client: Client, page: str, method: str, token: str) -> None:
    response = getattr(client, method)(f"/newsletter/{page}/{token}/")

    assert response.status_code == 404
    assert b"We do not know this link." in response.content
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("page", ["leave", "choices", "erase"])
def test_no_link_undoes_that_an_address_must_not_be_written_to(client: Client, page: str) -> None:
    subscription = make_subscription(address=READER)
    subscriptions.suppress(READER, by=make_editor(), now=timezone.now())
    path = path_of(page, subscription)

    assert client.post(path).status_code == 200
    html = client.get(path).content.decode()
    make_sign_up(READER)
    sign_ups.work_off(10)

    assert Subscription.objects.get().state == "suppressed"
    assert not Delivery.objects.exists()
    if page != "leave":
        assert "never to write to your address" in html
        assert 'method="post"' not in html


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("rest", ["{}", "{}/?a=1", "{}.", "{}/more", "{}%00/", "é{}/", ""])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_no_refusal_and_no_redirect_at_such_an_address_gives_it_away(
    client: Client, page: str, rest: str, method: str
) -> None:
    response = client.generic(method, f"/newsletter/{page}/{rest.format(tokens.new_token())}")

    assert response.status_code in {301, 400, 404, 405}
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex"


def test_a_link_of_somebody_who_is_deleted_at_that_moment_is_not_found(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = path_of("leave", make_subscription(state="pending"))
    find = subscriptions.find_by_leave_token

    def find_and_delete(token: str) -> Subscription | None:
        found = find(token)
        Subscription.objects.all().delete()
        return found

    monkeypatch.setattr(subscriptions, "find_by_leave_token", find_and_delete)

    assert client.post(path).status_code == 404


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "OPTIONS"])
def test_a_link_takes_no_other_method(client: Client, page: str, method: str) -> None:
    response = client.generic(method, path_of(page, make_row(page)))

    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, POST"
