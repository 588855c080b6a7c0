from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from pledges import changes
from pledges.atom import CONTENT_TYPE, MOST_BYTES, MOST_ENTRIES, Heading, atom
from pledges.changes import Change, Within
from pledges.labels import GROUPINGS, Labels
from pledges.models import PublicPledge, RetiredSlug
from pledges.views.reading import page_showing, reader_page


@reader_page
def updates_feed(_request: HttpRequest) -> HttpResponse:
    heading = Heading("updates", _("All changes"), reverse("updates-feed"), reverse("updates"))
    return _feed(heading, _told(Within()))


@reader_page
def corrections_feed(_request: HttpRequest) -> HttpResponse:
    """What we got wrong; of what was corrected and is withdrawn, that it was."""
    heading = Heading("corrections", _("Corrections"), reverse("corrections-feed"), reverse("corrections"))
    return _feed(heading, _told(Within(is_of_corrections=True)))


@page_showing("topic:{slug}")
def topic_feed(_request: HttpRequest, slug: str) -> HttpResponse:
    return _grouping_feed("topic", slug)


@page_showing("department:{slug}")
def department_feed(_request: HttpRequest, slug: str) -> HttpResponse:
    return _grouping_feed("department", slug)


@page_showing("promisor:{slug}")
def promisor_feed(_request: HttpRequest, slug: str) -> HttpResponse:
    return _grouping_feed("promisor", slug)


@page_showing("pledge:{slug}")
def pledge_feed(_request: HttpRequest, slug: str) -> HttpResponse:
    """One pledge; once it is withdrawn, that it was."""
    public = PublicPledge.objects.for_lists().at(slug)
    if public is None:
        retired = get_object_or_404(RetiredSlug.objects.select_related("pledge__public"), slug=slug)
        return redirect("pledge-feed", retired.pledge.public.slug, permanent=True)
    told = _told(Within(pledge=public.pk))
    said = next((change.headline for change in told), public.headline)
    heading = Heading(
        f"pledge/{public.pk}",
        _("A withdrawn pledge") if public.withdrawn_at else said,
        reverse("pledge-feed", args=[slug]),
        reverse("pledge-detail", args=[slug]),
    )
    return _feed(heading, told)


def _grouping_feed(dimension: str, slug: str) -> HttpResponse:
    """A grouping; one that has only drafts tells nothing and has no feed."""
    grouping = get_object_or_404(GROUPINGS[dimension], slug=slug)
    told = _told(Within(**{dimension: grouping.pk}))
    if not told:
        raise Http404
    heading = Heading(
        f"{dimension}/{grouping.pk}",
        grouping.name,
        reverse(f"{dimension}-feed", args=[slug]),
        reverse(f"{dimension}-detail", args=[slug]),
    )
    return _feed(heading, told)


def _told(within: Within) -> list[Change]:
    return changes.latest_of_size(MOST_ENTRIES, MOST_BYTES, Labels(), within)


def _feed(heading: Heading, told: Sequence[Change]) -> HttpResponse:
    return HttpResponse(atom(heading, told), content_type=CONTENT_TYPE)
