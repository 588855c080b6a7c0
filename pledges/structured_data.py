"""What search engines are told about a page, in the words of schema.org. Values only: a template tag writes them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from pledges.content import PledgeContent, VerdictContent
from pledges.models import Family
from pledges.pledge_page import PledgePage

_CONTEXT = {"@context": "https://schema.org"}
_VALUES = {Family.KEPT: 3, Family.PARTLY: 2, Family.BROKEN: 1}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def organization() -> dict[str, Any]:
    """Give who publishes the tracker."""
    return {**_CONTEXT, **_publisher(), "email": settings.SITE_CONTACT}


def website() -> dict[str, Any]:
    """Give the site, and how its pledges are searched."""
    search = f"{settings.SITE_URL}{reverse('pledge-list')}?q={{search_term_string}}"
    return {
        **_CONTEXT,
        "@type": "WebSite",
        "name": settings.SITE_NAME,
        "url": f"{settings.SITE_URL}/",
        "publisher": _publisher(),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": search},
            "query-input": "required name=search_term_string",
        },
    }


def claim_review(page: PledgePage) -> dict[str, Any] | None:
    """Give the verdict that stands as a ClaimReview; None while the matter is open."""
    verdict = page.content.verdict
    if verdict is None or not Family(verdict.rating.family).is_closed:
        return None
    recorded_at = next(line.recorded_at for line in page.history if line.is_standing)
    published = {"datePublished": timezone.localdate(recorded_at).isoformat()} if recorded_at else {}
    return {
        **_CONTEXT,
        "@type": "ClaimReview",
        "url": page.address,
        "claimReviewed": page.content.quotation,
        **published,
        "author": _publisher(),
        "itemReviewed": _claim(page.content),
        "reviewRating": _rating(verdict),
    }


def breadcrumbs(crumbs: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """Give the way to a page as a BreadcrumbList; each crumb has a `name` and, but for the page itself, an `address`."""
    return {
        **_CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": crumb["name"], **_whole_address(crumb)}
            for position, crumb in enumerate(crumbs, start=1)
        ],
    }


def _publisher() -> dict[str, Any]:
    return {"@type": "Organization", "name": settings.SITE_PUBLISHER, "url": f"{settings.SITE_URL}/"}


def _whole_address(crumb: Mapping[str, str]) -> dict[str, str]:
    address = crumb.get("address")
    return {"item": settings.SITE_URL + address} if address else {}


def _claim(content: PledgeContent) -> dict[str, Any]:
    is_day = _DAY.fullmatch(content.made_on)
    return {
        "@type": "Claim",
        "author": {"@type": "Organization", "name": content.promisor.name},
        **({"datePublished": content.made_on} if is_day else {}),
        "appearance": {"@type": "CreativeWork", "url": content.made_in.url, "name": content.made_in.title},
    }


def _rating(verdict: VerdictContent) -> dict[str, Any]:
    """A rating that is somebody else's says so in both texts: one of them is all that a list of results shows."""
    name, explanation = verdict.rating.name, verdict.summary
    if verdict.attribution:
        name, explanation = f"{name} ({verdict.attribution})", f"{explanation} ({verdict.attribution}.)"
    return {
        "@type": "Rating",
        "alternateName": name,
        "ratingExplanation": explanation,
        "ratingValue": _VALUES[Family(verdict.rating.family)],
        "bestRating": max(_VALUES.values()),
        "worstRating": min(_VALUES.values()),
    }
