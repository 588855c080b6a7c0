"""What the site says about itself: texts that editors publish, and how pledges are rated."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pledges.models import Family, Rating, SiteText
from pledges.views.reading import page_showing

_MEANINGS = {
    Family.KEPT: _("What was promised has been done."),
    Family.PARTLY: _("Part of what was promised has been done, and no more of it is to be expected."),
    Family.MOVING: _("It is not done yet, and what has happened so far leads towards it."),
    Family.STALLED: _("It is not settled yet, and what has happened so far does not lead towards it."),
    Family.BROKEN: _("What was promised was not done, or the opposite was done."),
    Family.UNDECIDED: _(
        "The evidence does not allow a decision. The page of the pledge says what is missing and who was asked."
    ),
}


@dataclass(frozen=True)
class RatingFamily:
    """The ratings of the scale that amount to the same."""

    name: str
    meaning: str
    is_closed: bool
    ratings: list[Rating]


@page_showing()
def about(request: HttpRequest) -> HttpResponse:
    return _page(request, SiteText.Name.ABOUT, _("Who publishes this site, what it shows, and how to reach us."))


@page_showing()
def privacy(request: HttpRequest) -> HttpResponse:
    return _page(request, SiteText.Name.PRIVACY, _("What this site knows about those who read it."))


@page_showing()
def accessibility(request: HttpRequest) -> HttpResponse:
    return _page(request, SiteText.Name.ACCESSIBILITY, _("Who can use this site, and what is missing for some."))


@page_showing()
def methodology(request: HttpRequest) -> HttpResponse:
    families = list(_families(Rating.objects.all()))
    return render(
        request,
        "pledges/methodology.html",
        {"text": _published(SiteText.Name.METHODOLOGY), "families": families},
    )


def _page(request: HttpRequest, name: SiteText.Name, description: Promise) -> HttpResponse:
    words = {"title": name.label, "description": description, "address_name": name.value}
    return render(request, "pledges/site_text.html", {"text": _published(name), **words})


def _published(name: SiteText.Name) -> SiteText | None:
    return SiteText.objects.filter(name=name).exclude(published="").first()


def _families(scale: Iterable[Rating]) -> Iterator[RatingFamily]:
    """Give the families that the scale uses, the settled ones first, each with its ratings in the order of the scale."""
    ratings = list(scale)
    for family in sorted(Family, key=lambda family: not family.is_closed):
        if of_family := [rating for rating in ratings if rating.family == family]:
            yield RatingFamily(str(family.label), str(_MEANINGS[family]), family.is_closed, of_family)
