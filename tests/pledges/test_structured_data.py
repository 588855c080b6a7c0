"""What search engines are told, whatever editors typed."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from pledges.models import Edition, Pledge, PublicPledge
from pledges.pledge_page import pledge_page
from pledges.structured_data import breadcrumbs, claim_review, organization, website
from pledges.templatetags import record
from tests.factories import (
    make_evidence,
    make_pledge,
    make_published_pledge,
    make_rating,
    make_source,
    make_verdict,
    publish,
)

pytestmark = pytest.mark.django_db
HOSTILE = '</script><script>alert(1)</script> <!-- \u2028 "&" \\ 🍋'


def make_rated(family: str = "kept", *, made_on: str = "2024-06-01", **verdict: str) -> Pledge:
    pledge = make_pledge(made_on=made_on)
    make_evidence(pledge)
    missing = {"missing": "A count.", "asked": "The ministry."} if family == "undecided" else {}
    make_verdict(pledge, rating=make_rating(name=family, family=family), **missing, **verdict)
    publish(pledge)
    return pledge


def review_of(pledge: Pledge) -> dict[str, Any] | None:
    return claim_review(pledge_page(PublicPledge.objects.select_related("edition").get(pledge=pledge)))


def blocks(html: str) -> list[dict[str, Any]]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return [json.loads(text) for text in found]


def test_a_settled_verdict_is_a_claim_review_with_all_that_is_asked_for(settings: Settings) -> None:
    settings.SITE_PUBLISHER = "The Lemon Times"
    source = make_source(title="Lemon manifesto", kind="manifesto", url="https://lemons.example/manifesto")
    pledge = make_published_pledge(slug="lemon", made_in=source)
    recorded = timezone.localdate(Edition.objects.get().published_at)

    assert review_of(pledge) == {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": "https://tracker.test/pledges/lemon/",
        "claimReviewed": "We will give everyone a lemon",
        "datePublished": recorded.isoformat(),
        "author": {"@type": "Organization", "name": "The Lemon Times", "url": "https://tracker.test/"},
        "itemReviewed": {
            "@type": "Claim",
            "author": {"@type": "Organization", "name": "Free Lemon Party"},
            "datePublished": "2024-06-01",
            "appearance": {
                "@type": "CreativeWork",
                "url": "https://lemons.example/manifesto",
                "name": "Lemon manifesto",
            },
        },
        "reviewRating": {
            "@type": "Rating",
            "alternateName": pledge.verdicts.get().rating.name,
            "ratingExplanation": "Everyone has a lemon.",
            "ratingValue": 3,
            "bestRating": 3,
            "worstRating": 1,
        },
    }


@pytest.mark.parametrize(("family", "value"), [("kept", 3), ("partly", 2), ("broken", 1)])
def test_a_family_that_settles_the_matter_has_a_number(family: str, value: int) -> None:
    review = review_of(make_rated(family))

    assert review is not None
    assert review["reviewRating"]["ratingValue"] == value


@pytest.mark.parametrize("family", ["moving", "stalled", "undecided"])
def test_an_open_verdict_is_no_claim_review(family: str) -> None:
    assert review_of(make_rated(family)) is None


def test_a_reported_rating_says_whose_it_is() -> None:
    review = review_of(make_rated(attribution="Rating as reported by Lemon Facts, May 2025", summary="All done."))

    assert review is not None
    assert review["reviewRating"]["alternateName"] == "kept (Rating as reported by Lemon Facts, May 2025)"
    assert review["reviewRating"]["ratingExplanation"] == "All done. (Rating as reported by Lemon Facts, May 2025.)"


@pytest.mark.parametrize("made_on", ["2024", "2024-06", "not before 2024-06-01"])
def test_a_partial_date_is_not_made_a_day(made_on: str) -> None:
    review = review_of(make_rated(made_on=made_on))

    assert review is not None
    assert "datePublished" not in review["itemReviewed"]


def test_a_later_edition_does_not_move_the_day_of_the_verdict() -> None:
    pledge = make_published_pledge()
    PublicPledge.objects.update(recorded='{"1": "2025-07-01T23:30:00+00:00"}')

    review = review_of(pledge)

    assert review is not None
    assert review["datePublished"] == "2025-07-02"  # in London


def test_a_page_without_a_verdict_has_none() -> None:
    pledge = make_pledge()
    publish(pledge)

    assert review_of(pledge) is None


def test_breadcrumbs_have_whole_addresses_but_for_the_page_itself() -> None:
    assert breadcrumbs([{"name": "Pledges", "address": "/pledges/"}, {"name": "Lemons"}])["itemListElement"] == [
        {"@type": "ListItem", "position": 1, "name": "Pledges", "item": "https://tracker.test/pledges/"},
        {"@type": "ListItem", "position": 2, "name": "Lemons"},
    ]


def test_hostile_texts_stay_in_the_block_and_come_back_whole(client: Client) -> None:
    pledge = make_pledge(quotation=HOSTILE.replace("\u2028", ""))
    make_evidence(pledge)
    make_verdict(pledge, summary=HOSTILE.replace("\u2028", ""))
    publish(pledge)

    html = client.get(f"/pledges/{pledge.slug}/").content.decode()

    review, _crumbs = blocks(html)
    assert html.count("<script") == html.count("</script") == 2
    assert review["claimReviewed"] == Edition.objects.get().pledge.quotation
    assert "<!--" in review["reviewRating"]["ratingExplanation"]


def test_a_pledge_says_where_it_lies(client: Client) -> None:
    pledge = make_pledge()
    publish(pledge)

    (crumbs,) = blocks(client.get(f"/pledges/{pledge.slug}/").content.decode())

    assert [crumb["name"] for crumb in crumbs["itemListElement"]] == ["Pledges", pledge.topic.name]
    assert crumbs["itemListElement"][1]["item"].endswith(f"/topics/{pledge.topic.slug}/")


def test_a_block_is_plain_ascii_without_a_sign_that_html_knows() -> None:
    written = record.breadcrumb_list([{"name": HOSTILE}])

    text = written.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert text.isascii()
    assert not set("<>&") & set(text)
    assert json.loads(text)["itemListElement"][0]["name"] == HOSTILE


def test_the_description_of_a_page_is_escaped_once_and_says_whose_the_rating_is(client: Client) -> None:
    pledge = make_rated(summary='"Sour" & <done>', attribution="As reported by Lemon Facts")

    html = client.get(f"/pledges/{pledge.slug}/").content.decode()

    said = "kept: &quot;Sour&quot; &amp; &lt;done&gt; As reported by Lemon Facts."
    assert f'<meta name="description" content="{said}">' in html
    assert f'<meta property="og:description" content="{said}">' in html


@pytest.mark.parametrize("address", ["/", "/about/"])
def test_home_and_about_say_who_publishes_the_site(address: str, client: Client, settings: Settings) -> None:
    settings.SITE_PUBLISHER = "The Lemon Times"

    said = blocks(client.get(address).content.decode())

    assert said[0] == organization()
    assert said[0] == {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": "The Lemon Times",
        "url": "https://tracker.test/",
        "email": "editors@tracker.test",
    }


def test_home_says_how_the_site_is_searched_and_other_texts_say_nothing(client: Client) -> None:
    assert blocks(client.get("/").content.decode())[1] == website()
    assert website()["potentialAction"]["target"]["urlTemplate"] == (
        "https://tracker.test/pledges/?q={search_term_string}"
    )
    assert blocks(client.get("/privacy/").content.decode()) == []


def test_a_page_names_its_versions_in_every_language_of_the_site(client: Client, settings: Settings) -> None:
    pattern = r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">'
    page = "https://tracker.test/topics/"
    assert re.findall(pattern, client.get("/topics/").content.decode()) == [("en-GB", page), ("x-default", page)]

    settings.LANGUAGES = [*settings.LANGUAGES, ("cy", "Cymraeg")]

    assert [code for code, _address in re.findall(pattern, client.get("/topics/").content.decode())] == [
        *("en-GB", "cy", "x-default")
    ]
