from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pledges.models import PublicPledge
from pledges.views.reading import reader_page


@reader_page
def home(request: HttpRequest) -> HttpResponse:
    pledges = PublicPledge.objects.in_public().select_related("rating", "promisor")
    return render(request, "pledges/home.html", {"pledges": pledges})
