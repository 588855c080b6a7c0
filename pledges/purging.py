"""The addresses under which a cache may hold what a pledge's page said, and telling a cache to drop them."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from http.client import HTTPException
from itertools import product
from typing import Any
from urllib.request import Request, urlopen

from django.conf import settings
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone

from pledges.actions import public_pictures, public_pledges
from pledges.actions.journal import PURGE
from pledges.labels import GROUPINGS
from pledges.models import Announcement, PublicPledge, RetiredSlug

_PATIENCE = 10  # seconds
_NO_PAGES = ("account_", "mfa_", "markdownx_", "healthz", "readyz", "csp-report")  # no cache keeps what these answer
_SECTIONS = ("pages", "pledges", "topics", "departments", "promisors", "newsletters")


def addresses_of(public: PublicPledge, pictures: Sequence[str] = ()) -> list[str]:
    """Give every address of the site that shows something of a pledge, those of all its days and editions included.

    They come from the table of addresses, so that a page that is added is among them. Queries are not, but those of the
    cards of editions: a list can be narrowed in too many ways, and a cache knows its own by their path.
    """
    paths = [path for name, parameters in _patterns() for path in _paths(name, parameters, public)]
    cards, numbers = list(_paths("pledge-card", ["slug"], public)), range(1, public.edition.number + 1)
    paths += [f"{card}?v={number}" for card in cards for number in numbers]
    paths += [reverse("picture", args=picture.split(".")) for picture in pictures]
    return [settings.SITE_URL + path for path in sorted(set(paths))]


def all_addresses_of(public: PublicPledge) -> list[str]:
    """Give those with every picture that the pledge ever showed: of a withdrawn one all have to go."""
    return addresses_of(public, public_pictures.of_all_editions(public.pledge))


def tags_of(public: PublicPledge) -> list[str]:
    """Give the tags by which a cache may know those addresses."""
    pictures = (f"picture:{name}" for name in public_pictures.of_all_editions(public.pledge))
    purged = (f"{PURGE}pledge:{slug}" for slug in _slugs(public))
    return sorted({*public_pledges.tags_of(public), *pictures, *purged})


def purge(addresses: Sequence[str], tags: Sequence[str]) -> str:
    """Ask the cache at PURGE_URL to drop addresses; gives a sentence if that did not work."""
    body = json.dumps({"addresses": addresses, "tags": tags}).encode()
    request = Request(settings.PURGE_URL, body, {"Content-Type": "application/json"})  # noqa: S310 (our own setting)
    try:
        with urlopen(request, timeout=_PATIENCE):  # noqa: S310
            return ""
    except (OSError, HTTPException, ValueError) as error:
        return f"The cache at PURGE_URL could not be told: {error}"


def _patterns() -> Iterator[tuple[str, list[str]]]:
    """Give the name and the parameters of every address of a reader's page."""
    found = get_resolver().reverse_dict
    for name in filter(lambda name: isinstance(name, str) and not name.startswith(_NO_PAGES), found):
        for possibilities, *_rest in found.getlist(name):
            for _path, parameters in possibilities:
                yield name, parameters


def _paths(name: str, parameters: list[str], public: PublicPledge) -> Iterator[str]:
    values = [list(_values(name, parameter, public)) for parameter in parameters]
    for chosen in product(*values):
        try:
            yield reverse(name, kwargs=dict(zip(parameters, chosen, strict=True)))
        except NoReverseMatch:
            continue  # the parameter means something else there


def _values(name: str, parameter: str, public: PublicPledge) -> Iterator[Any]:
    grouping = name.partition("-")[0]
    if parameter == "slug" and grouping in GROUPINGS:
        yield from _slugs_of_groupings(grouping, public)
    elif parameter == "slug":
        yield from _slugs(public)
    elif parameter == "section":
        yield from _SECTIONS
    elif parameter in {"number", "n"} and name.startswith("edition"):
        yield from range(1, public.edition.number + 1)
    elif parameter in {"day", "date", "on"}:
        yield from _days(timezone.localdate(public.first_published_at), timezone.localdate())


def _slugs(public: PublicPledge) -> list[str]:
    """Give the address of a pledge and all that it once had."""
    return [public.slug, *RetiredSlug.objects.filter(pledge=public.pledge_id).values_list("slug", flat=True)]


def _slugs_of_groupings(dimension: str, public: PublicPledge) -> Iterator[str]:
    """Give those that a pledge is or was in: feeds of one that it left still tell what came out there."""
    told = Announcement.objects.filter(pledge=public.pledge_id, heading__startswith=f"{dimension}/")
    keys = {int(heading.partition("/")[2]) for heading in told.values_list("heading", flat=True)}
    groupings = GROUPINGS[dimension]._default_manager.filter(pk__in=keys | {getattr(public, f"{dimension}_id")})
    yield from groupings.values_list("slug", flat=True)


def _days(first: date, last: date) -> Iterator[date]:
    # A day more at either end: the clock may have been set back since.
    for number in range((last - first).days + 2):
        yield first + timedelta(days=number)
