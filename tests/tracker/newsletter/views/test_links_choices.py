import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import make_published_pledge
from tests.tracker.newsletter.outbox import make_sent_issue
from tests.tracker.newsletter.people import confirmed, make_asked_sign_up, make_sign_up, make_subscription
from tests.tracker.newsletter.views.links import READER, path_of
from tracker.newsletter import wording
from tracker.newsletter.models import ConsentEvent, Follow

pytestmark = pytest.mark.django_db


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
