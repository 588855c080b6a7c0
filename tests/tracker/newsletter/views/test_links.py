from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.factories import make_editor, make_published_pledge
from tests.tracker.newsletter.outbox import make_sent_issue
from tests.tracker.newsletter.people import confirmed, make_asked_sign_up, make_sign_up, make_subscription
from tracker.newsletter import tokens, wording
from tracker.newsletter.actions import sign_ups, subscriptions
from tracker.newsletter.models import ConsentEvent, Delivery, Follow, SignUp, Subscription

pytestmark = pytest.mark.django_db
READER = "reader@lemons.example"
PAGES = ["confirm", "choices", "leave", "erase"]


def path_of(page: str, row: Any) -> str:
    return f"/newsletter/{page}/{row.token if page == 'confirm' else row.leave_token}/"


def state_of_everything() -> list[Any]:
    models = (Subscription, SignUp, Follow, ConsentEvent, Delivery)
    return [list(model._default_manager.values()) for model in models]


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


class TestConfirm:
    def test_pressing_subscribes_once(self, client: Client) -> None:
        path = path_of("confirm", make_asked_sign_up(READER))

        answers = [client.post(path) for _round in range(3)]

        assert [answer.status_code for answer in answers] == [200] * 3
        assert all(b"You are subscribed" in answer.content for answer in answers)
        assert ConsentEvent.objects.filter(kind="confirmed").count() == 1
        assert b"You are subscribed" in client.get(path).content

    def test_a_link_that_goes_as_it_is_pressed_subscribes_nobody(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        confirm, editor = sign_ups.confirm, make_editor()

        def suppressed_first(sign_up: SignUp, **options: Any) -> Subscription | None:
            subscriptions.suppress(READER, by=editor, now=timezone.now())
            return confirm(sign_up, **options)

        monkeypatch.setattr(sign_ups, "confirm", suppressed_first)

        response = client.post(path_of("confirm", make_asked_sign_up(READER)))

        assert response.status_code == 410
        assert b"You are not subscribed" in response.content

    def test_the_page_lists_what_it_confirms(self, client: Client) -> None:
        pledge = make_published_pledge(headline="A lemon for everyone")
        sign_up = make_asked_sign_up(READER)
        later = make_sign_up(READER, pledge=pledge)
        sign_ups.work_off(10)

        html = client.get(path_of("confirm", sign_up)).content.decode()
        client.post(path_of("confirm", sign_up), {"until": str(later.pk)})

        assert "every week what moved" in html
        assert "A lemon for everyone" in html
        assert f'name="until" value="{later.pk}"' in html
        assert Follow.objects.get().pledge == pledge

    def test_what_was_asked_for_twice_is_listed_once(self, client: Client) -> None:
        pledge = make_published_pledge()
        sign_up = make_asked_sign_up(READER, pledge=pledge, digest=True)
        make_sign_up(READER, pledge=pledge, digest=True)
        sign_ups.work_off(10)

        html = client.get(path_of("confirm", sign_up)).content.decode()

        assert html.count("every week what moved") == html.count(pledge.headline) == 1

    @pytest.mark.parametrize("until", ["", "x", "-1", "9" * 400, "٣"])
    def test_pressing_with_nonsense_confirms_the_link_alone(self, client: Client, until: str) -> None:
        assert client.post(path_of("confirm", make_asked_sign_up(READER)), {"until": until}).status_code == 200
        assert Subscription.objects.get().state == "confirmed"

    @pytest.mark.parametrize("method", ["get", "post"])
    @pytest.mark.parametrize("is_deleted", [False, True])
    def test_after_72_hours_it_has_expired(self, client: Client, method: str, *, is_deleted: bool) -> None:
        sign_up = make_asked_sign_up(READER, now=timezone.now() - timedelta(hours=71, minutes=59))
        assert client.get(path_of("confirm", sign_up)).status_code == 200
        Subscription.objects.update(state="pending")
        old = tokens.new_token_until(timezone.now() - timedelta(seconds=1))
        moment = timezone.now() - timedelta(seconds=1)
        SignUp.objects.update(token=old, token_hash=tokens.token_hash(old), expires_at=moment)
        if is_deleted:
            SignUp.objects.all().delete()

        response = getattr(client, method)(f"/newsletter/confirm/{old}/")

        assert response.status_code == 410
        assert b"This link has expired. Sign up again." in response.content
        assert Subscription.objects.get().state == "pending"

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_who_has_left_since_is_told_so(self, client: Client, method: str) -> None:
        sign_up = make_asked_sign_up(READER)
        client.post(path_of("confirm", sign_up))
        subscriptions.leave(Subscription.objects.get(), how=ConsentEvent.How.LINK, now=timezone.now())

        response = getattr(client, method)(path_of("confirm", sign_up))

        assert response.status_code == 410
        assert b"You are not subscribed" in response.content


class TestLeave:
    def test_the_button_leaves_before_the_answer_and_again_does_no_harm(self, client: Client) -> None:
        subscription = make_subscription(follows=make_published_pledge())

        for _round in range(2):
            response = client.post(path_of("leave", subscription))
            assert response.status_code == 200
            assert b"You have left" in response.content

        subscription.refresh_from_db()
        assert (subscription.state, subscription.wants_digest, subscription.follows.count()) == (
            "unsubscribed",
            False,
            0,
        )
        event = ConsentEvent.objects.get()
        assert (event.kind, event.how, event.gets) == ("left", "link", "")

    @pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
    def test_one_click_of_a_mail_program_gets_plain_text(self, client: Client, kind: str) -> None:
        subscription = make_subscription()
        parts = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
        body = parts if "multipart" in kind else "List-Unsubscribe=One-Click"

        for _round in range(2):
            response = client.post(path_of("leave", subscription), body, content_type=kind)
            assert (response.status_code, response.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
            assert response.content == b"You have left. Nothing more will be sent.\n"

        assert ConsentEvent.objects.get().how == "one-click"

    def test_it_works_for_ever_whatever_becomes_of_the_key(self, client: Client, settings: Settings) -> None:
        subscription = make_subscription()
        Subscription.objects.update(changed_at=timezone.now() - timedelta(days=800))
        settings.SECRET_KEY = "another key, after a restore of the database" * 2

        assert client.post(path_of("leave", subscription)).status_code == 200

        assert Subscription.objects.get().state == "unsubscribed"

    def test_the_erased_get_the_same_answer(self, client: Client) -> None:
        subscription = make_subscription()
        expected = client.post(path_of("leave", make_subscription())).content
        subscriptions.erase(subscription, how=ConsentEvent.How.LINK, now=timezone.now())

        assert client.post(path_of("leave", subscription)).content == expected
        assert client.get(path_of("leave", subscription)).status_code == 200

    def test_the_link_stands_in_the_database_as_a_hash_to_be_found_by(self) -> None:
        subscription = make_subscription()

        assert subscription.leave_hash == tokens.token_hash(subscription.leave_token)
        assert subscriptions.find_by_leave_token(subscription.leave_hash) is None


class TestChoices:
    def test_shows_what_somebody_gets_and_agreed_to_but_not_the_address(self, client: Client) -> None:
        pledge = make_published_pledge(headline="A lemon for everyone")
        sign_up = make_asked_sign_up(READER, pledge=pledge, digest=True)
        subscription = confirmed(sign_up)

        html = client.get(path_of("choices", subscription)).content.decode()

        assert "A lemon for everyone" in html
        assert READER not in html
        assert "r…@l….example" in html
        assert html.count("checked") == 2
        assert "Confirmed (Link in a message)" in html

    def test_shows_all_that_is_kept(self, client: Client) -> None:
        pledge, other = make_published_pledge(), make_published_pledge(headline="A lime for everyone")
        sign_up = make_asked_sign_up(READER, pledge=pledge, digest=True)
        subscription = confirmed(sign_up)
        make_sign_up(READER, pledge=other)
        make_sent_issue(subject="Lemons moved")

        html = client.get(path_of("choices", subscription)).content.decode()

        assert "This page shows all that we keep about you" in html
        for kept in ("Subscribed", wording.TEXT, "not confirmed", other.headline, "Lemons moved", "Waiting"):
            assert kept in html
        assert html.count("Confirmation of a sign-up") == 1

    def test_who_begins_the_digest_agrees_to_words_that_the_page_shows(self, client: Client) -> None:
        pledge = make_published_pledge()
        subscription = make_subscription(follows=pledge, wants_digest=False)
        assert wording.TEXT in client.get(path_of("choices", subscription)).content.decode()

        for wishes in ({"pledge": pledge.slug, "digest": "on"}, {"pledge": pledge.slug}):
            client.post(path_of("choices", subscription), wishes)

        events = ConsentEvent.objects.values_list("kind", "gets", "wording")
        assert list(events) == [
            ("changed", f"digest {pledge.slug}", wording.VERSION),
            ("changed", pledge.slug, None),
        ]

    def test_saving_keeps_what_is_ticked(self, client: Client) -> None:
        kept, dropped = make_published_pledge(), make_published_pledge()
        subscription = make_subscription(follows=kept)
        subscription.follows.create(pledge=dropped, since=timezone.now())

        for _round in range(2):
            response = client.post(path_of("choices", subscription), {"pledge": [kept.slug, "<b>", "9" * 500]})

        assert b"Saved." in response.content
        subscription.refresh_from_db()
        assert not subscription.wants_digest
        assert subscription.follows.get().pledge == kept
        event = ConsentEvent.objects.get()
        assert (event.kind, event.how, event.gets) == ("changed", "link", kept.slug)

    def test_nobody_can_follow_more_by_it(self, client: Client) -> None:
        subscription, other = make_subscription(), make_published_pledge()

        client.post(path_of("choices", subscription), {"digest": "on", "pledge": other.slug})

        assert not Follow.objects.exists()
        assert not ConsentEvent.objects.exists()

    def test_who_keeps_nothing_leaves(self, client: Client) -> None:
        subscription = make_subscription(follows=make_published_pledge())

        response = client.post(path_of("choices", subscription))

        assert b"You get nothing from us." in response.content
        assert ConsentEvent.objects.get().kind == "left"

    @pytest.mark.parametrize("state", ["pending", "unsubscribed", "bounced", "suppressed"])
    def test_nobody_subscribes_by_it(self, client: Client, state: str) -> None:
        subscription = make_subscription(state=state)

        assert client.post(path_of("choices", subscription), {"digest": "on"}).status_code == 200

        subscription.refresh_from_db()
        assert (subscription.state, subscription.wants_digest) == (state, False)


class TestErase:
    def test_nothing_is_left_but_the_note_that_somebody_agreed_and_left(self, client: Client) -> None:
        sign_up = make_asked_sign_up(READER, pledge=make_published_pledge())
        subscription = confirmed(sign_up)
        make_sign_up(READER)

        for _round in range(2):
            response = client.post(path_of("erase", subscription))
            assert b"It is erased." in response.content

        subscription.refresh_from_db()
        assert (subscription.address, subscription.state) == (None, "unsubscribed")
        assert not SignUp.objects.exists()
        assert not Follow.objects.exists()
        assert list(ConsentEvent.objects.values_list("kind", flat=True)) == ["asked", "confirmed", "erased"]
        assert READER not in str(state_of_everything())

    def test_two_can_be_erased(self, client: Client) -> None:
        for _round in range(2):
            assert client.post(path_of("erase", make_subscription())).status_code == 200

        assert Subscription.objects.filter(address=None).count() == 2
