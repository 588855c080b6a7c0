"""The buttons of a review's page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from pledges.actions import reviews
from pledges.models import Edition, Editor, PublicPledge, Review
from tests.factories import (
    make_approved_review,
    make_evidence,
    make_pledge,
    make_published_pledge,
    make_rated_pledge,
    make_rating,
    make_review,
    make_verdict,
    publish,
)
from tests.pledges.admin.conftest import member, signed_in
from tests.pledges.admin.forms import address_of, press, send

pytestmark = pytest.mark.django_db


def test_publishing_before_the_time_asked_for_approves_nothing_either(reviewers_desk: Client) -> None:
    review = make_review(make_rated_pledge())
    Review.objects.filter(pk=review.pk).update(publish_at=timezone.now() + timedelta(days=1))

    response = send(reviewers_desk, address_of(review), {"publish": "1"})

    review.refresh_from_db()
    assert response.status_code == 409
    assert review.decision == ""
    assert not Edition.objects.exists()


def test_an_approval_is_published_by_hand_or_at_its_time(reviewers_desk: Client) -> None:
    review, scheduled = make_review(), make_review()
    Review.objects.filter(pk=scheduled.pk).update(publish_at=timezone.now() + timedelta(days=1))

    press(reviewers_desk, address_of(review), "Approve only")
    press(reviewers_desk, address_of(scheduled), "Approve for the time asked for")
    assert not Edition.objects.exists()
    press(reviewers_desk, address_of(review), "Publish now")
    press(reviewers_desk, address_of(scheduled), "Take the time away")
    press(reviewers_desk, address_of(scheduled), "Publish now")

    assert Edition.objects.count() == 2


@pytest.mark.parametrize("kind", ["update", "correction"])
def test_the_review_of_what_brings_a_pledge_back_says_so(reviewers_desk: Client, kind: str) -> None:
    pledge = make_published_pledge()
    assert "brings its page back" not in reviewers_desk.get(address_of(make_review(pledge))).content.decode()
    pledge.reviews.filter(edition=None).delete()
    publish(pledge, kind="withdrawal")

    html = reviewers_desk.get(address_of(make_review(pledge, kind=kind))).content.decode()

    assert "This pledge is withdrawn: publishing this brings its page back" in html


def test_the_review_of_a_withdrawal_says_what_it_does_and_why(reviewers_desk: Client) -> None:
    review = make_review(make_published_pledge(), kind="withdrawal", change_note="A court of lemons ordered it.")

    html = reviewers_desk.get(address_of(review)).content.decode()

    said = html.partition("It takes the page away")[2]
    assert "A court of lemons ordered it." in said
    assert "Nothing differs" not in html


@pytest.mark.parametrize(
    ("cache", "said"), [("", "were not told: see below"), ("http://127.0.0.1:9/", "PURGE_URL could not be told")]
)
def test_once_a_withdrawal_is_out_its_review_lists_what_caches_may_hold(
    cache: str, said: str, reviewers_desk: Client, settings: Settings
) -> None:
    settings.PURGE_URL = cache
    review = make_review(make_published_pledge(), kind="withdrawal")

    press(reviewers_desk, address_of(review), "Approve and publish now")

    html = reviewers_desk.get(address_of(review)).content.decode()
    assert said in html
    assert f"<li>https://tracker.test/pledges/{review.pledge.slug}/card.png</li>" in html
    assert PublicPledge.objects.get().withdrawn_at


def test_whoever_renames_a_topic_may_approve_what_others_wrote_in_it() -> None:
    pledge, publisher = make_published_pledge(), member("publisher")
    browser = signed_in(publisher)
    press(browser, address_of(pledge.topic), "Save", name="All about lemons")
    review = make_review(pledge)

    response = press(browser, address_of(review), "Approve and publish now")

    assert response.status_code == 302
    assert Edition.objects.latest("sequence").approver == publisher


def test_no_button_stands_where_something_stands_in_the_way(reviewers_desk: Client) -> None:
    review = make_review(make_rated_pledge(), change_note="")

    html = reviewers_desk.get(address_of(review)).content.decode()

    assert "What stands in the way" in html
    assert 'name="publish"' not in html
    assert 'name="approve"' not in html
    assert 'name="send_back"' in html


def test_a_refused_comment_comes_back(reviewers_desk: Client) -> None:
    review = make_review(make_rated_pledge())

    response = send(reviewers_desk, address_of(review), {"send_back": "1", "comment": "Look \u202e again"})

    review.refresh_from_db()
    assert response.status_code == 409
    assert "again</textarea>" in response.content.decode()
    assert review.decision == ""


def test_a_review_is_sent_back_once(reviewers_desk: Client) -> None:
    review = make_review(make_rated_pledge())
    press(reviewers_desk, address_of(review), "Send back", comment="Name the carts.")

    response = send(reviewers_desk, address_of(review), {"send_back": "1", "comment": "Never mind."}, opened="/admin/")

    review.refresh_from_db()
    assert response.status_code == 409
    assert review.comment == "Name the carts."


def test_the_start_page_says_that_a_review_is_void_or_late(reviewers_desk: Client) -> None:
    overtaken, scheduled = make_review(), make_approved_review()
    make_evidence(overtaken.pledge)
    Review.objects.filter(pk=scheduled.pk).update(publish_at=timezone.now() - timedelta(minutes=5))

    html = reviewers_desk.get("/admin/").content.decode()

    assert html.count("Void: the pledge was changed") == 1
    assert html.count("that time has passed") == 1


def test_asking_shows_beforehand_what_will_stand_in_the_way(desk: Client) -> None:
    pledge = make_pledge()
    make_verdict(pledge, rating=make_rating(family="undecided"))

    html = desk.get(f"/admin/pledges/pledge/{pledge.pk}/review/").content.decode()

    assert "must say what is missing and who was asked" in html
    assert "A review of this pledge is open already" not in html


def test_asking_again_leads_to_the_review_that_is_open(desk: Client) -> None:
    review = make_review()

    html = desk.get(f"/admin/pledges/pledge/{review.pledge_id}/review/").content.decode()

    assert f'<a href="{address_of(review)}">' in html


def test_what_is_taken_back_can_be_asked_again_without_typing(desk: Client, writer: Editor) -> None:
    review = reviews.request(make_rated_pledge(), kind="first", change_note="Lemons & limes.", by=writer)

    response = press(desk, address_of(review), "Take it back")

    assert "Lemons &amp; limes.</textarea>" in desk.get(response.headers["Location"]).content.decode()


def test_the_page_of_a_published_review_leads_to_the_public_page(desk: Client) -> None:
    pledge = make_published_pledge()

    html = desk.get(address_of(pledge.reviews.get())).content.decode()

    assert f'href="/pledges/{pledge.slug}/"' in html


def test_nothing_changed_is_refused_while_something_did(desk: Client) -> None:
    pledge = make_published_pledge()
    make_evidence(pledge)

    send(desk, f"/admin/pledges/pledge/{pledge.pk}/checked/", {}, opened=address_of(pledge))

    assert not pledge.checks.exists()


def test_only_published_verdicts_of_the_same_pledge_can_be_corrected(desk: Client) -> None:
    pledge, other = make_published_pledge(), make_published_pledge()
    make_verdict(pledge, summary="A draft.")

    html = desk.get(f"/admin/pledges/verdict/add/?pledge={pledge.pk}").content.decode()

    offered = html.partition('name="corrects"')[2].partition("</select>")[0]
    assert f'value="{pledge.verdicts.get(first_edition__isnull=False).pk}"' in offered
    assert offered.count("<option") == 2
    assert f'value="{other.verdicts.get().pk}"' not in offered
