"""Leaving, and having everything erased."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.factories import make_published_pledge
from tests.tracker.newsletter.people import confirmed, make_asked_sign_up, make_sign_up, make_subscription
from tests.tracker.newsletter.views.links import READER, path_of, state_of_everything
from tracker.newsletter import tokens
from tracker.newsletter.actions import subscriptions
from tracker.newsletter.models import ConsentEvent, Follow, SignUp, Subscription

pytestmark = pytest.mark.django_db


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
