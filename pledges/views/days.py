"""Forms that ask for a day and lead to its page: what stood then has an address that says which day it is."""

from http import HTTPStatus

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from pledges.filter_form import DayField
from pledges.models import PublicPledge
from pledges.views.pledges import elsewhere, withdrawn
from pledges.views.reading import page_showing


class DayForm(forms.Form):
    """Which day is asked for."""

    day = DayField(_("Day"), required=True)


@page_showing(known=DayForm.base_fields)
def scoreboard_day(request: HttpRequest) -> HttpResponse:
    """Lead to the scoreboard of a day, or ask for one."""
    form = _asked(request)
    return redirect("scoreboard-at", form.cleaned_data["day"]) if form.is_valid() else _asking(request, form)


@page_showing("pledge:{slug}", known=DayForm.base_fields)
def pledge_day(request: HttpRequest, slug: str) -> HttpResponse:
    """Lead to a pledge's page as it stood on a day, or ask for one."""
    form = _asked(request)
    if form.is_valid():
        return redirect("pledge-at", slug, form.cleaned_data["day"])
    public = PublicPledge.objects.for_lists().at(slug)
    if public is None:
        return elsewhere("pledge-day", slug)
    return withdrawn(request, public) if public.withdrawn_at else _asking(request, form, public)


def _asked(request: HttpRequest) -> DayForm:
    return DayForm(request.GET if "day" in request.GET else None)


def _asking(request: HttpRequest, form: DayForm, public: PublicPledge | None = None) -> HttpResponse:
    status = HTTPStatus.BAD_REQUEST if form.is_bound else HTTPStatus.OK
    return render(request, "pledges/day_choice.html", {"form": form, "public": public}, status=status)
