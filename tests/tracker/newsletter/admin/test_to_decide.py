"""Messages of which nobody knows whether they arrived are decided by a person."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from tests.pledges.admin.forms import send
from tests.tracker.newsletter.admin.issue_pages import page
from tests.tracker.newsletter.outbox import FakeCourier, make_confirmation, make_sent_issue
from tests.tracker.newsletter.people import make_subscription
from tracker.newsletter.models import Delivery
from tracker.newsletter.sender import Sender

pytestmark = pytest.mark.django_db


def test_uncertain_and_refused_messages_are_decided_by_number_and_name_nobody(desk: Client) -> None:
    readers = [make_subscription() for _ in range(3)]
    issue = make_sent_issue()
    first, second, third = Delivery.objects.order_by("pk")
    Delivery.objects.filter(pk__in=[first.pk, second.pk]).update(state="unknown", error="the sender died")
    Delivery.objects.filter(pk=third.pk).update(state="failed", error="550 5.7.1 at RCPT")
    undecided = reverse("admin:newsletter_delivery_changelist")
    html = desk.get(page(issue)).content.decode()
    assert "the sender died" in html
    assert not any(str(reader.address) in html for reader in readers)
    assert html.count('name="arrived"') == 2
    assert html.count('name="again"') == 3

    for button, delivery in (("arrived", first), ("again", second), ("again", third)):
        response = send(desk, undecided, {button: delivery.pk, "back": page(issue)}, opened=page(issue))
        assert response["Location"] == page(issue)

    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == ["sent", "queued", "queued"]
    assert (
        "was decided before"
        in send(desk, undecided, {"arrived": first.pk}, opened=undecided).client.get(undecided).content.decode()
    )


def test_an_undecided_message_is_named_as_the_log_of_the_mail_server_names_it(desk: Client) -> None:
    make_subscription()
    make_sent_issue()
    courier = FakeCourier()
    Sender(courier).work_off_batch(lambda: False)
    Delivery.objects.update(state="unknown")

    html = desk.get(reverse("admin:newsletter_delivery_changelist")).content.decode()

    ((_address, message),) = courier.taken
    assert escape(message["Message-ID"]) in html


def test_what_is_uncertain_of_confirmations_is_listed_too(desk: Client) -> None:
    make_confirmation()
    Delivery.objects.update(state="unknown")

    assert "Confirmation of a sign-up" in desk.get(reverse("admin:newsletter_delivery_changelist")).content.decode()


@pytest.mark.parametrize("typed", ["", "0", "x", "9" * 30, "-1"])
def test_a_message_that_is_not_there_is_not_found(typed: str, desk: Client) -> None:
    undecided = reverse("admin:newsletter_delivery_changelist")

    assert send(desk, undecided, {"again": typed}, opened=undecided).status_code == 404


def test_it_leads_to_no_other_site(desk: Client) -> None:
    make_confirmation()
    undecided = reverse("admin:newsletter_delivery_changelist")

    response = send(
        desk, undecided, {"again": Delivery.objects.get().pk, "back": "//elsewhere.example/"}, opened=undecided
    )

    assert response["Location"] == undecided
