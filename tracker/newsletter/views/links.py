"""Pages behind the links of our mails. The token in the address is the whole authority: no cookie, no log-in.

Mail programs and their scanners open every link, some with scripts running: only a button changes anything.
"""

import functools
from collections.abc import Callable
from http import HTTPStatus
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tracker import errors
from tracker.newsletter import tokens
from tracker.newsletter.actions import sign_ups, subscriptions
from tracker.newsletter.addresses import masked
from tracker.newsletter.keys import typed_key
from tracker.newsletter.models import ConsentEvent, SignUp, Subscription

_UNKNOWN = gettext_noop(
    "We do not know this link. Was it cut off on its way? Open it from the message itself, or copy it whole. The links in a "
    "preview or a test of an issue lead nowhere."
)
View = Callable[[HttpRequest, str], HttpResponse]
How, State = ConsentEvent.How, Subscription.State


def token_page(view: View) -> View:
    """Say of an unknown token what may have happened to it."""

    @functools.wraps(view)
    def page(request: HttpRequest, token: str) -> HttpResponse:
        try:
            return view(request, token)
        except (Http404, Subscription.DoesNotExist):  # of which the latter was deleted at that moment
            return errors.page(request, HTTPStatus.NOT_FOUND, _(_UNKNOWN))

    return cast("View", csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(page)))


@token_page
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a link confirms; the button confirms it, once however often it is pressed."""
    now = timezone.now()
    sign_up = sign_ups.find_by_link(token)
    if sign_up is None and not tokens.has_ended(token, now=now):
        raise Http404
    if sign_up is None or (sign_up.confirmed_at is None and sign_up.has_ended(now)):
        return render(request, "newsletter/expired.html", status=HTTPStatus.GONE)
    if request.method == "POST":
        until = typed_key(request.POST.get("until", "")) or sign_up.pk  # nobody confirms what the page did not list yet
        return _confirmed(request, sign_ups.confirm(sign_up, until=until, now=now))
    subscription = cast("Subscription", sign_up.subscription)
    if sign_up.confirmed_at is None and subscription.state != State.SUPPRESSED:
        return render(request, "newsletter/confirm.html", _to_confirm(_all_wishes(sign_up)))
    return _confirmed(request, subscription)


def _confirmed(request: HttpRequest, subscription: Subscription | None) -> HttpResponse:
    if subscription is None or subscription.state != State.CONFIRMED:
        return render(request, "newsletter/not_subscribed.html", status=HTTPStatus.GONE)
    return render(request, "newsletter/confirmed.html", {"subscription": subscription})


def _to_confirm(wishes: list[SignUp]) -> dict[str, object]:
    return {
        "digest": any(wish.wants_digest for wish in wishes),
        "pledges": list(dict.fromkeys(wish.pledge for wish in wishes if wish.pledge)),  # each once
        "wording": wishes[0].wording,
        "until": wishes[-1].pk,
    }


def _all_wishes(sign_up: SignUp) -> list[SignUp]:
    newest = SignUp.objects.unconfirmed_of(cast("int", sign_up.subscription_id)).order_by("-pk").first()
    return sign_ups.wishes(sign_up, until=newest.pk if newest else sign_up.pk)


@token_page
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to leave; the button leaves, and so does a mail program with its one click (RFC 8058)."""
    subscription = _subscription_or_404(token)
    if request.method != "POST":
        return render(request, "newsletter/leave.html", {"subscription": subscription})
    is_one_click = request.POST.get("List-Unsubscribe") == "One-Click"
    subscriptions.leave(subscription, how=How.ONE_CLICK if is_one_click else How.LINK, now=timezone.now())
    if not is_one_click:
        return render(request, "newsletter/left.html")
    return HttpResponse(_("You have left. Nothing more will be sent.") + "\n", content_type="text/plain; charset=utf-8")


@token_page
def choices(request: HttpRequest, token: str) -> HttpResponse:
    """Show what somebody gets and all that is kept about them; the form changes it."""
    subscription = _subscription_or_404(token)
    has_saved = request.method == "POST"
    if has_saved:
        subscription = subscriptions.change(
            subscription,
            digest="digest" in request.POST,
            pledge_slugs=request.POST.getlist("pledge"),
            now=timezone.now(),
        )
    return render(request, "newsletter/choices.html", {**_kept(subscription), "has_saved": has_saved})


def _kept(subscription: Subscription) -> dict[str, object]:
    """Gather all that is kept about somebody, but for the whole address: a forwarded message has the link to this."""
    address = subscription.address
    return {
        "subscription": subscription,
        "address": masked(address) if address else "",
        "follows": subscription.follows.select_related("pledge__public"),
        "events": subscription.events.select_related("wording"),
        "sign_ups": SignUp.objects.filter(address=address or "").select_related("pledge__public"),
        "deliveries": subscription.deliveries.select_related("issue").defer("issue__sent_html", "issue__sent_text"),
    }


@token_page
def erase(request: HttpRequest, token: str) -> HttpResponse:
    """Say what erasing means; the button does it."""
    subscription = _subscription_or_404(token)
    if request.method == "POST":
        subscription = subscriptions.erase(subscription, how=How.LINK, now=timezone.now())
    return render(request, "newsletter/erase.html", {"subscription": subscription})


def _subscription_or_404(token: str) -> Subscription:
    subscription = subscriptions.find_by_leave_token(token)
    if subscription is None:
        raise Http404
    return subscription
