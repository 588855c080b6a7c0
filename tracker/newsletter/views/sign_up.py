from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pledges.actions import throttles
from pledges.models import PublicPledge
from pledges.views.public_forms import is_sent_from_elsewhere, network_of
from pledges.views.reading import may_be_kept, true_until
from tracker import errors
from tracker.newsletter.actions import sign_ups
from tracker.newsletter.forms import SignUpForm
from tracker.newsletter.subscribers import number_to_show

_COUNTED_EVERY = timedelta(minutes=5)  # who follows changes without a word in the journal
OF_A_NETWORK = throttles.Limit("sign-ups", most=5, per=timedelta(hours=1), rests=True)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """The page of the newsletter, and what every form for it is sent to.

    There is no token against forged forms: a sign-up is worth nothing before its mail is answered.
    """
    if request.method != "POST":
        page = _page(request, SignUpForm(), HTTPStatus.OK)
        may_be_kept(page)
        true_until(page, _next_count(timezone.now()))
        return page
    response = _take_in(request)
    add_never_cache_headers(response)
    return response


def _next_count(now: datetime) -> datetime:
    every = _COUNTED_EVERY.total_seconds()
    return datetime.fromtimestamp((now.timestamp() // every + 1) * every, UTC)


def _take_in(request: HttpRequest) -> HttpResponse:
    """Answer alike whatever is known of the address: nothing here looks for it."""
    if is_sent_from_elsewhere(request):
        return errors.page(request, HTTPStatus.FORBIDDEN, _("This form was sent from another site. Please use ours."))
    form = SignUpForm(request.POST)
    if form.is_filled_by_a_program:
        return _check_your_inbox(request)
    if not form.is_valid():
        return _page(request, form, HTTPStatus.BAD_REQUEST)
    now = timezone.now()
    if wait := _seconds_to_wait(request, now):
        return _too_many(request, form, wait)
    wishes = form.cleaned_data
    pledge_id = wishes["pledge"] if wishes["follow"] else None
    sign_ups.take_in(wishes["address"], digest=wishes["digest"], pledge_id=pledge_id, now=now)
    return _check_your_inbox(request)


def _seconds_to_wait(request: HttpRequest, now: datetime) -> int:
    # A network has another name every day: what it did just before midnight counts under the name of that day.
    names = {network_of(request, now=moment) for moment in (now - OF_A_NETWORK.per, now)}
    return max(throttles.count(OF_A_NETWORK, name, now=now) for name in names)


def _check_your_inbox(request: HttpRequest) -> HttpResponse:
    return render(request, "newsletter/check_your_inbox.html")


def _too_many(request: HttpRequest, form: SignUpForm, wait: int) -> HttpResponse:
    form.add_error(None, _("Too many sign-ups from your network. Try again in an hour."))
    response = _page(request, form, HTTPStatus.TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = str(wait)
    return response


def _page(request: HttpRequest, form: SignUpForm, status: HTTPStatus) -> HttpResponse:
    key = form.cleaned_data.get("pledge") if form.is_bound else None
    pledge = PublicPledge.objects.in_public().filter(pledge=key).only("headline", "slug").first() if key else None
    context = {"form": form, "subscribers": number_to_show(), "pledge": pledge}
    return render(request, "newsletter/sign_up.html", context, status=status)
