"""What a pledge page said: on a day, in an edition, and from one edition to the next."""

from datetime import date
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from pledges import history
from pledges.content import PledgeContent, read
from pledges.content_diffs import compare_contents
from pledges.diffs import Difference, shorten
from pledges.history import PastEdition
from pledges.labels import Labels
from pledges.models import PublicPledge
from pledges.pledge_page import past_page, rating_history
from pledges.views.days import DayForm
from pledges.views.pledges import elsewhere, withdrawn
from pledges.views.reading import PlaceForm, page_showing


@page_showing("pledge:{slug}")
def pledge_at(request: HttpRequest, slug: str, day: date) -> HttpResponse:
    """The page as it stood at the end of a day."""
    past = history.stood_at(slug, day) if day <= timezone.localdate() else None
    return _as_it_read(request, past, day=day) if past else _nothing_then(request, slug, day)


@page_showing("pledge:{slug}")
def edition_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    past = history.edition_of(slug, number)
    return _as_it_read(request, past) if past else elsewhere("edition-detail", slug, number=number)


@page_showing("pledge:{slug}", known=PlaceForm.base_fields)
def edition_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Every edition with its kind, date, note and hash; of a withdrawn pledge too, as they hold none of its text."""
    public = PublicPledge.objects.for_lists().at(slug)
    if public is None:
        return elsewhere("edition-list", slug)
    place = PlaceForm(request.GET)
    editions = history.editions_of(public, Labels(), before=place.before_number) if place.is_valid() else None
    context = {"public": public, "editions": editions, "place": place, "day_form": DayForm()}
    return render(request, "pledges/edition_list.html", context, status=place.status)


@page_showing("pledge:{slug}")
def edition_changes(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What an edition said differently from the one before it, field by field."""
    both = history.with_the_one_before(slug, number)
    past, before = both.get(number), both.get(number - 1)
    if past is None:
        return elsewhere("edition-changes", slug, number=number)
    if past.public.withdrawn_at or past.is_withdrawn:
        return _withdrawn(request, past)
    for one in (past, before):
        if one and one.edition.content is None:
            return _removed(request, one)
    context = {"public": past.public, "edition": past.edition, "changes": None}
    if before:
        context |= _compared(*(read(bytes(one.edition.content or b"")) for one in (before, past)))
    return render(request, "pledges/edition_changes.html", context)


def _as_it_read(request: HttpRequest, past: PastEdition, *, day: date | None = None) -> HttpResponse:
    return gone(request, past) or render(request, "pledges/pledge_detail.html", {"page": past_page(past, day=day)})


def gone(request: HttpRequest, past: PastEdition) -> HttpResponse | None:
    """Say why an edition may not be shown; None if it may."""
    if past.public.withdrawn_at or past.is_withdrawn:
        return _withdrawn(request, past)
    return _removed(request, past) if past.edition.content is None else None


def _withdrawn(request: HttpRequest, past: PastEdition) -> HttpResponse:
    """Of a pledge that is withdrawn today, or was then, nothing is shown but that."""
    public = past.public
    if public.withdrawn_at:
        return withdrawn(request, public)
    withdrawal = history.withdrawal_of(past.edition)
    context = {
        "edition": withdrawal,
        "withdrawn_at": withdrawal.published_at,
        "redacted_at": public.redacted_at,
        "slug": public.slug,
        "is_past": True,
    }
    return render(request, "pledges/pledge_withdrawn.html", context, status=HTTPStatus.GONE)


def _removed(request: HttpRequest, past: PastEdition) -> HttpResponse:
    redaction = history.redaction_of(past.edition)
    context = {"public": past.public, "edition": past.edition, "redaction": redaction}
    status = HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS
    return render(request, "pledges/edition_removed.html", context, status=status)


def _nothing_then(request: HttpRequest, slug: str, day: date) -> HttpResponse:
    """Say since when the pledge has been public, and what its ratings were according to today's page."""
    public = PublicPledge.objects.select_related("edition").at(slug)
    if public is None:
        return elsewhere("pledge-at", slug, day=day)
    if public.withdrawn_at:
        return withdrawn(request, public)
    context = {"public": public, "history": rating_history(public), "day": day, "is_ahead": day > timezone.localdate()}
    return render(request, "pledges/nothing_then.html", context, status=HTTPStatus.NOT_FOUND)


def _compared(before: PledgeContent, after: PledgeContent) -> dict[str, Any]:
    """Give what differs field by field, and which rating stood before and after if that is another one."""
    changes = [Difference(one.label, shorten(one.pieces)) for one in compare_contents(before, after)]
    was, is_now = (said.verdict.rating if said.verdict else None for said in (before, after))
    return {"changes": changes, "move": {"before": was, "after": is_now} if was != is_now else None}
