"""What a pledge page said: on a day, in an edition, and from one edition to the next."""

from datetime import date
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from pledges import history
from pledges.content import read
from pledges.content_diffs import compare_contents
from pledges.diffs import Change, shorten
from pledges.labels import Labels
from pledges.models import PublicPledge
from pledges.pledge_page import past_page, rating_history
from pledges.views.pledges import elsewhere, withdrawn
from pledges.views.reading import PlaceForm, page_showing


@page_showing("pledge:{slug}")
def pledge_at(request: HttpRequest, slug: str, day: date) -> HttpResponse:
    """The page as it stood at the end of a day."""
    edition = history.stood_at(slug, day) if day <= timezone.localdate() else None
    return _as_it_read(request, edition, day=day) if edition else _nothing_then(request, slug, day)


@page_showing("pledge:{slug}")
def edition_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    edition = history.edition_of(slug, number)
    return _as_it_read(request, edition) if edition else elsewhere("edition-detail", slug, number=number)


@page_showing("pledge:{slug}", known=PlaceForm.base_fields)
def edition_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Every edition with its kind, date, note and hash; of a withdrawn pledge too, as they hold none of its text."""
    public = PublicPledge.objects.for_lists().filter(slug=slug).first()
    if public is None:
        return elsewhere("edition-list", slug)
    place = PlaceForm(request.GET)
    editions = history.editions_of(public, Labels(), before=place.before_number) if place.is_valid() else None
    context = {"public": public, "editions": editions, "place": place}
    return render(request, "pledges/edition_list.html", context, status=place.status)


@page_showing("pledge:{slug}")
def edition_changes(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What an edition said differently from the one before it, field by field."""
    both = history.with_the_one_before(slug, number)
    edition, before = both.get(number), both.get(number - 1)
    if edition is None:
        return elsewhere("edition-changes", slug, number=number)
    public = edition.pledge.public
    if public.withdrawn_at or history.is_withdrawal(edition):
        return _withdrawn(request, edition)
    for one in (edition, before):
        if one and one.content is None:
            return _removed(request, one)
    context = {"public": public, "edition": edition, "changes": _changes(before, edition) if before else None}
    return render(request, "pledges/edition_changes.html", context)


def _as_it_read(request: HttpRequest, edition: Any, *, day: date | None = None) -> HttpResponse:
    if edition.pledge.public.withdrawn_at or history.is_withdrawal(edition):
        return _withdrawn(request, edition)
    if edition.content is None:
        return _removed(request, edition)
    return render(request, "pledges/pledge_detail.html", {"page": past_page(edition, day=day)})


def _withdrawn(request: HttpRequest, edition: Any) -> HttpResponse:
    """Of a pledge that is withdrawn today, or was then, nothing is shown but that."""
    public = edition.pledge.public
    if public.withdrawn_at:
        return withdrawn(request, public)
    withdrawal = history.withdrawal_of(edition)
    context = {"edition": withdrawal, "withdrawn_at": withdrawal.published_at, "slug": public.slug, "is_past": True}
    return render(request, "pledges/pledge_withdrawn.html", context, status=HTTPStatus.GONE)


def _removed(request: HttpRequest, edition: Any) -> HttpResponse:
    context = {"public": edition.pledge.public, "edition": edition, "redaction": history.redaction_of(edition)}
    status = HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS
    return render(request, "pledges/edition_removed.html", context, status=status)


def _nothing_then(request: HttpRequest, slug: str, day: date) -> HttpResponse:
    """Say since when the pledge has been public, and what its ratings were according to today's page."""
    public = PublicPledge.objects.select_related("edition").filter(slug=slug).first()
    if public is None:
        return elsewhere("pledge-at", slug, day=day)
    if public.withdrawn_at:
        return withdrawn(request, public)
    context = {"public": public, "history": rating_history(public), "day": day, "is_ahead": day > timezone.localdate()}
    return render(request, "pledges/nothing_then.html", context, status=HTTPStatus.NOT_FOUND)


def _changes(before: Any, edition: Any) -> list[Change]:
    changes = compare_contents(*(read(bytes(one.content)) for one in (before, edition)))
    return [Change(change.label, shorten(change.pieces)) for change in changes]
