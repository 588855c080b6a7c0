import re
from io import BytesIO

import pytest
from django.test import Client
from PIL import Image

from pledges.actions import addresses
from tests.factories import make_pledge, make_published_pledge, make_rating, make_verdict, publish
from tests.pledges.views.past import redact

pytestmark = pytest.mark.django_db


def test_a_page_names_its_card_and_says_what_is_on_it(client: Client) -> None:
    pledge = make_published_pledge(slug="lemon", quotation="A “lemon” & more")
    make_verdict(pledge, rating=make_rating(name="Peeled"), effective_on="2025-06")
    publish(pledge, kind="verdict")

    html = client.get("/pledges/lemon/").content.decode()

    said = dict(re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)">', html))
    assert said["og:image"] == "https://tracker.test/pledges/lemon/card.png?v=2"
    assert said["og:image:alt"] == "Free Lemon Party: “A “lemon” &amp; more” Peeled."
    assert (said["og:image:width"], said["og:image:height"]) == ("1200", "630")
    assert said["twitter:card"] == "summary_large_image"


def test_a_page_without_a_card_asks_for_a_small_preview(client: Client) -> None:
    html = client.get("/").content.decode()

    assert '<meta name="twitter:card" content="summary">' in html
    assert "og:image" not in html


def test_the_named_card_is_a_picture_of_that_size(client: Client) -> None:
    pledge = make_published_pledge()

    response = client.get(f"/pledges/{pledge.slug}/card.png?v=1")

    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/png")
    with Image.open(BytesIO(response.content)) as card:
        assert card.size == (1200, 630)


def test_a_card_that_is_known_is_not_sent_again_until_an_edition_comes_out(client: Client) -> None:
    pledge = make_published_pledge()
    path = f"/pledges/{pledge.slug}/card.png"
    known = {"If-None-Match": client.get(path).headers["ETag"]}

    assert client.get(path, headers=known).status_code == 304
    publish(pledge)
    assert client.get(path, headers=known).status_code == 200


def test_the_page_of_an_older_edition_names_the_card_of_that(client: Client) -> None:
    pledge = make_published_pledge()
    then = client.get(f"/pledges/{pledge.slug}/card.png").content
    make_verdict(pledge, rating=make_rating(name="Peeled", family="broken"), effective_on="2025-06")
    publish(pledge, kind="verdict")

    html = client.get(f"/pledges/{pledge.slug}/editions/1/").content.decode()

    said = dict(re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)">', html))
    assert said["og:url"] == f"https://tracker.test/pledges/{pledge.slug}/editions/1/"
    assert " – edition 1, " in said["og:title"]
    assert "Peeled" not in said["og:description"]
    shown = client.get(said["og:image"].removeprefix("https://tracker.test"))
    assert shown.content == then
    assert shown.content != client.get(f"/pledges/{pledge.slug}/card.png").content
    assert shown.headers["ETag"] != client.get(f"/pledges/{pledge.slug}/card.png").headers["ETag"]


@pytest.mark.parametrize("asked", ["v=99", "v=", "v=0", "v=02", "v=x", "v=٢", "v=2&v=1", "v=" + "9" * 40])
def test_the_number_of_no_edition_is_not_found(asked: str, client: Client) -> None:
    pledge = make_published_pledge()
    publish(pledge)

    assert client.get(f"/pledges/{pledge.slug}/card.png?{asked}").status_code == 404


def test_an_edition_whose_page_is_gone_has_no_card(client: Client) -> None:
    pledge = make_published_pledge()
    publish(pledge, kind="withdrawal", change_note="It was a lime.")
    publish(pledge, kind="update", change_note="It was a lemon.")
    redact(pledge, 1)

    assert client.get(f"/pledges/{pledge.slug}/card.png?v=1").status_code == 451
    assert client.get(f"/pledges/{pledge.slug}/card.png?v=2").status_code == 410
    assert client.get(f"/pledges/{pledge.slug}/card.png?v=3").status_code == 200


def test_a_withdrawn_pledge_has_no_card(client: Client) -> None:
    pledge = make_published_pledge()
    publish(pledge, kind="withdrawal", change_note="It was a lime.")

    response = client.get(f"/pledges/{pledge.slug}/card.png?v=1")

    assert response.status_code == 410
    assert b"This pledge page was withdrawn" in response.content


def test_the_card_moves_with_the_pledge_and_a_draft_has_none(client: Client) -> None:
    addresses.move(make_published_pledge(slug="lemon"), to="lime")
    make_pledge(slug="draft")

    moved = client.get("/pledges/lemon/card.png?v=1")

    assert (moved.status_code, moved.headers["Location"]) == (301, "/pledges/lime/card.png?v=1")
    assert client.get("/pledges/draft/card.png").status_code == 404
