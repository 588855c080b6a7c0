import pytest
from django.test import Client

from pledges.models import Pledge
from tests.factories import make_published_pledge, make_rating, make_verdict, publish
from tests.tracker.newsletter.outbox import make_draft, make_sent_issue
from tests.tracker.newsletter.people import make_subscription

pytestmark = pytest.mark.django_db


def page(client: Client, path: str = "/newsletter/issues/1/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_an_issue_says_on_the_site_what_its_message_says(client: Client) -> None:
    pledge = make_published_pledge(headline="A lemon for everyone")
    make_verdict(pledge, rating=make_rating(name="Peeled"), effective_on="2025-06")
    publish(pledge, kind="verdict", change_note="Peeled, at last.")
    make_sent_issue(subject="Lemons moved", introduction="Dear *lemons*.")

    html = page(client)

    for said in ("Lemons moved", "<em>lemons</em>", "A lemon for everyone", "Peeled, at last.", "Something changed."):
        assert said in html


def test_it_holds_nothing_of_anybody(client: Client) -> None:
    reader = make_subscription()
    issue = make_sent_issue()

    html = page(client)

    assert reader.leave_token not in html
    assert "/newsletter/leave/" not in html
    assert "TOKEN" not in html
    assert issue.sent_html


def test_the_list_names_what_was_sent_the_last_first(client: Client) -> None:
    make_sent_issue(subject="The first")
    make_sent_issue(subject="The second")
    make_draft(subject="The next")

    html = page(client, "/newsletter/issues/")

    assert html.index("The second") < html.index("The first")
    assert "The next" not in html


def test_a_draft_is_no_page(client: Client) -> None:
    issue = make_draft()

    assert client.get(f"/newsletter/issues/{issue.pk}/").status_code == 404


@pytest.mark.parametrize("path", ["0", "01", "2", "-1", "999999999", "9999999999", "x"])
def test_other_addresses_are_not_there(path: str, client: Client) -> None:
    make_sent_issue()

    assert client.get(f"/newsletter/issues/{path}/").status_code == 404


def test_a_pledge_withdrawn_later_is_named_no_more(client: Client) -> None:
    make_sent_issue()
    pledge = Pledge.objects.get()
    headline = pledge.headline
    assert headline in page(client)

    publish(pledge, kind="withdrawal")

    html = page(client)
    assert headline not in html
    assert "A pledge that was here has been withdrawn since." in html


def test_a_pledge_corrected_later_says_so(client: Client) -> None:
    make_sent_issue()
    assert "Corrected since" not in page(client)

    pledge = Pledge.objects.get()
    Pledge.objects.update(background="Sour.")
    publish(pledge, kind="correction", change_note="It was a lime.")

    html = page(client)
    assert "Corrected since this issue" in html
    assert "It was a lime." not in html
