from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pledges import history
from pledges.views.reading import PlaceForm, page_showing


@page_showing("lists", known=PlaceForm.base_fields)
def correction_list(request: HttpRequest) -> HttpResponse:
    """What we got wrong, newest first."""
    place = PlaceForm(request.GET)
    corrections = history.corrections(before=place.before_number) if place.is_valid() else None
    context = {"corrections": corrections, "place": place}
    return render(request, "pledges/correction_list.html", context, status=place.status)
