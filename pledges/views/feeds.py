from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from pledges import changes
from pledges.atom import CONTENT_TYPE, MOST_ENTRIES, Heading, atom
from pledges.changes import Within
from pledges.labels import GROUPINGS, Labels
from pledges.models import Edition, PublicPledge, RetiredSlug
from pledges.views.reading import page_showing, reader_page


@reader_page
def updates_feed(_request: HttpRequest) -> HttpResponse:
    return _feed(Heading("updates", _("All changes"), reverse("updates-feed"), reverse("updates")), Within())


@reader_page
def corrections_feed(_request: HttpRequest) -> HttpResponse:
    """What we got wrong."""
    heading = Heading("corrections", _("Corrections"), reverse("corrections-feed"), reverse("corrections"))
    return _feed(heading, Within(kind=Edition.Kind.CORRECTION))


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
    public = PublicPledge.objects.for_lists().filter(slug=slug).first()
    if public is None:
        retired = get_object_or_404(RetiredSlug.objects.select_related("pledge__public"), slug=slug)
        return redirect("pledge-feed", retired.pledge.public.slug, permanent=True)
    heading = Heading(
        f"pledge/{public.pk}",
        _("A withdrawn pledge") if public.withdrawn_at else public.headline,
        reverse("pledge-feed", args=[slug]),
        reverse("pledge-detail", args=[slug]),
    )
    return _feed(heading, Within(pledge=public.pk))


def _grouping_feed(dimension: str, slug: str) -> HttpResponse:
    in_it = PublicPledge.objects.filter(**{dimension: OuterRef("pk")})
    published = GROUPINGS[dimension]._default_manager.filter(Exists(in_it))  # not one that only drafts have
    grouping = get_object_or_404(published, slug=slug)
    heading = Heading(
        f"{dimension}/{grouping.pk}",
        grouping.name,
        reverse(f"{dimension}-feed", args=[slug]),
        reverse(f"{dimension}-detail", args=[slug]),
    )
    return _feed(heading, Within(**{dimension: grouping.pk}))


def _feed(heading: Heading, within: Within) -> HttpResponse:
    told = changes.latest(MOST_ENTRIES, Labels(), within)
    return HttpResponse(atom(heading, told, changes.contents(told)), content_type=CONTENT_TYPE)
