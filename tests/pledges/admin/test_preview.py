"""The preview is the page that readers will get, whatever kind of edition is asked for."""

import pytest
from django.test import Client
from django.urls import reverse

from pledges.models import Pledge, PublicPledge
from tests.factories import make_published_pledge, make_rated_pledge, make_review, publish_at
from tests.pages.reading import words_of
from tests.pledges.admin.forms import address_of, press

pytestmark = pytest.mark.django_db


def preview_and_page(pledge: Pledge, desk: Client, reviewers_desk: Client, client: Client) -> list[tuple[int, str]]:
    """Give status and words of the preview, publish what is asked for, and give those of the public page."""
    preview = desk.get(reverse("admin:pledges_pledge_preview", args=[pledge.pk]))
    press(reviewers_desk, address_of(pledge.reviews.get(edition=None)), "Approve and publish now")
    page = client.get(f"/pledges/{pledge.slug}/")
    edition = PublicPledge.objects.get().edition
    place = f"entry {edition.sequence}, hash {edition.short_hash}"
    public = words_of(page.content.decode()).replace(place, "entry and hash follow on publication")
    return [(preview.status_code, words_of(preview.content.decode())), (page.status_code, public)]


def test_of_a_minor_edition_it_keeps_the_day_of_the_last_change(
    desk: Client, reviewers_desk: Client, client: Client
) -> None:
    pledge = make_rated_pledge()
    publish_at("2026-01-02T12:00:00+00:00", pledge)
    Pledge.objects.update(background="Lemons are *very* sour.")
    make_review(pledge, kind="minor", change_note="")

    preview, page = preview_and_page(pledge, desk, reviewers_desk, client)

    assert preview == page
    assert "Last changed 2 January 2026" in page[1]


def test_of_a_withdrawal_it_is_the_page_that_says_why(desk: Client, reviewers_desk: Client, client: Client) -> None:
    pledge = make_published_pledge()
    make_review(pledge, kind="withdrawal", change_note="A court may yet decide.")

    preview, page = preview_and_page(pledge, desk, reviewers_desk, client)

    assert preview == page
    assert page[0] == 410
    assert "A court may yet decide." in page[1]
