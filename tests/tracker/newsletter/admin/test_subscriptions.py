"""What newsletter editors, and nobody else, can find out about a person."""

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from tests.factories import make_published_pledge
from tests.pledges.admin.conftest import member, signed_in
from tests.tracker.newsletter.people import make_subscription
from tracker.newsletter import breaker
from tracker.newsletter.models import ConsentEvent, Delivery, Subscription

pytestmark = pytest.mark.django_db
PAGE = "/admin/newsletter/subscription/"
READER = "reader@lemons.example"


def test_nobody_is_shown_before_the_whole_address_is_typed(desk: Client) -> None:
    make_subscription(address=READER)

    for typed in ({}, {"address": "reader"}, {"address": "@lemons.example"}, {"address": "reade@lemons.example"}):
        response = desk.post(PAGE, typed) if typed else desk.get(PAGE)
        assert READER.encode() not in response.content
    assert b"We know nobody by that address." in response.content


def test_the_exact_address_shows_what_somebody_gets(desk: Client) -> None:
    pledge = make_published_pledge()
    make_subscription(address=READER, follows=pledge)

    html = desk.post(PAGE, {"address": " Reader@lemons.example"}).content.decode()

    assert READER in html
    assert pledge.headline in html
    assert "Subscribed" in html


@pytest.mark.parametrize("query", ["?q=reader", "?address=reader@lemons.example", "?state=confirmed", "?o=1"])
def test_no_address_is_asked_for_in_an_address(desk: Client, query: str) -> None:
    make_subscription(address=READER)

    assert READER.encode() not in desk.get(PAGE + query).content


@pytest.mark.parametrize("path", ["1/change/", "add/", "1/delete/", "1/history/", "export/", "1/"])
def test_there_is_no_other_page(desk: Client, path: str) -> None:
    make_subscription(pk=1)

    response = desk.get(PAGE + path)

    assert response.status_code in {302, 404}
    assert b"@lemons" not in response.content


def test_nothing_else_of_a_person_is_registered() -> None:
    names = {model.__name__ for model in admin.site._registry if model._meta.app_label == "newsletter"}

    assert not names & {"SignUp", "Follow", "ConsentEvent", "Wording"}


@pytest.mark.parametrize("role", ["writer", "reviewer", "publisher", "administrator"])
def test_other_roles_see_nothing(role: str) -> None:
    make_subscription(address=READER)
    other = signed_in(member(role))

    assert other.get(PAGE).status_code == 403
    assert other.post(PAGE, {"address": READER}).status_code == 403
    assert b"newsletter/subscription" not in other.get("/admin/").content


def test_who_may_only_look_changes_nothing(desk: Client) -> None:
    make_subscription(address=READER)
    editor = member("newsletter")
    for group in editor.groups.all():
        group.permissions.remove(*group.permissions.filter(codename="change_subscription"))

    response = signed_in(editor).post(PAGE, {"address": READER, "do": "suppress"})

    assert response.status_code == 403
    assert Subscription.objects.get().state == "confirmed"


@pytest.mark.parametrize(
    ("do", "state", "kind"),
    [("suppress", "suppressed", "suppressed"), ("bounced", "bounced", "bounced"), ("erase", "unsubscribed", "erased")],
)
def test_a_change_is_noted_with_who_made_it(do: str, state: str, kind: str) -> None:
    subscription = make_subscription(address=READER, follows=make_published_pledge())
    subscription.deliveries.create(kind="notice", notice_on=timezone.localdate(), due_at=timezone.now())
    editor = member("newsletter")

    for _round in range(2):
        assert signed_in(editor).post(PAGE, {"address": READER, "do": do, "sure": "on"}).status_code == 200

    subscription.refresh_from_db()
    assert subscription.state == state
    assert (subscription.address is None) == (do == "erase")
    assert Delivery.objects.get().state == "dropped"
    event = ConsentEvent.objects.get()
    assert (event.kind, event.how, event.by, event.gets) == (kind, "editor", editor, "")


def test_an_address_that_must_not_be_written_to_is_not_erased(desk: Client) -> None:
    desk.post(PAGE, {"address": READER, "do": "suppress"})

    response = desk.post(PAGE, {"address": READER, "do": "erase", "sure": "on"})

    assert b"Nothing was erased" in response.content
    assert b'value="erase"' not in response.content
    assert Subscription.objects.get(address=READER).state == "suppressed"


def test_erasing_needs_a_tick(desk: Client) -> None:
    make_subscription(address=READER)

    response = desk.post(PAGE, {"address": READER, "do": "erase"})

    assert response.status_code == 400
    assert b"Tick the box first" in response.content
    assert Subscription.objects.get().address == READER


def test_an_address_that_we_do_not_know_can_be_suppressed(desk: Client) -> None:
    desk.post(PAGE, {"address": READER, "do": "suppress"})

    assert Subscription.objects.get(address=READER).state == "suppressed"


@pytest.mark.parametrize("do", ["bounced", "erase", "nonsense"])
def test_nothing_else_happens_to_an_address_that_we_do_not_know(desk: Client, do: str) -> None:
    response = desk.post(PAGE, {"address": READER, "do": do, "sure": "on"})

    assert response.status_code == (400 if do == "nonsense" else 200)
    assert not Subscription.objects.exists()


def test_says_that_confirmations_pause(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert b"Confirmations pause" not in desk.get(PAGE).content
    monkeypatch.setattr(breaker, "MOST", 0)

    assert b"Confirmations pause" in desk.get(PAGE).content


def test_needs_a_token_against_forged_forms() -> None:
    editor = Client(enforce_csrf_checks=True)
    editor.force_login(member("newsletter"))

    response = editor.post(PAGE, {"address": READER, "do": "suppress"}, secure=True, SERVER_NAME="tracker.test")

    assert response.status_code == 403
    assert not Subscription.objects.exists()
