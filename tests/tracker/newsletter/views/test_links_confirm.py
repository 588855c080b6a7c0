from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import make_editor, make_published_pledge
from tests.tracker.newsletter.people import make_asked_sign_up, make_sign_up
from tests.tracker.newsletter.views.links import READER, path_of
from tracker.newsletter import tokens
from tracker.newsletter.actions import sign_ups, subscriptions
from tracker.newsletter.models import ConsentEvent, Follow, SignUp, Subscription

pytestmark = pytest.mark.django_db


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
