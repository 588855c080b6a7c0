from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pledges.models import PublicPledge


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    pledges = PublicPledge.objects.in_public().select_related("rating", "promisor")
    return render(request, "pledges/home.html", {"pledges": pledges})
