"""One subscription at a time, for whoever knows its address: there is no list to be read or taken away."""

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from pledges.models import Editor
from tracker.newsletter import breaker
from tracker.newsletter.actions import subscriptions
from tracker.newsletter.addresses import normalise
from tracker.newsletter.models import ConsentEvent, Subscription

_HOW = ConsentEvent.How.EDITOR
_KEPT = _("Nothing was erased: only by keeping this address can we keep from writing to it.")


class LookUpForm(forms.Form):
    address = forms.CharField(
        label=_("E-mail address"), strip=False, help_text=_("The whole address, as it was typed.")
    )
    do = forms.ChoiceField(required=False, choices=[(name, name) for name in ("suppress", "bounced", "erase")])
    sure = forms.BooleanField(required=False)

    def clean_address(self) -> str:
        return normalise(self.cleaned_data["address"])

    def clean(self) -> None:
        if self.cleaned_data.get("do") == "erase" and not self.cleaned_data.get("sure"):
            self.add_error(None, _("Tick the box first: what is erased cannot be brought back."))


@admin.register(Subscription)
class SubscriptionAdmin(admin.ModelAdmin):
    """Has one page, which shows nobody before the whole address was typed."""

    def get_urls(self) -> list[URLPattern]:
        return [path("", self.admin_site.admin_view(look_up), name="newsletter_subscription_changelist")]

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _row: Subscription | None = None) -> bool:
        return False


@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """Show one subscription by its exact address, and change it by a button. An address never stands in an address."""
    if not request.user.has_perm("newsletter.view_subscription"):
        raise PermissionDenied
    form = LookUpForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return _page(request, form, {})
    if not form.is_valid():
        return _page(request, form, {}, status=HTTPStatus.BAD_REQUEST)
    address, do = form.cleaned_data["address"], form.cleaned_data["do"]
    done = _do(request, do, address) if do else ""
    return _page(request, form, {"address": address, "found": _found(address), "done": done})


def _found(address: str) -> Subscription | None:
    found = Subscription.objects.filter(address=address)
    return found.prefetch_related("follows__pledge__public", "events__by", "events__wording").first()


def _do(request: HttpRequest, do: str, address: str) -> Promise:
    if not request.user.has_perm("newsletter.change_subscription"):
        raise PermissionDenied
    assert isinstance(request.user, Editor)
    act, words = _ACTIONS[do]
    act(address, request.user, timezone.now())
    found = _found(address) if do == "erase" else None
    return _KEPT if found and found.state == Subscription.State.SUPPRESSED else words


def _suppress(address: str, by: Editor, now: datetime) -> None:
    subscriptions.suppress(address, by=by, now=now)


def _mark_bounced(address: str, by: Editor, now: datetime) -> None:
    if subscription := _found(address):
        subscriptions.mark_bounced(subscription, how=_HOW, by=by, now=now)


def _erase(address: str, by: Editor, now: datetime) -> None:
    if subscription := _found(address):
        subscriptions.erase(subscription, how=_HOW, by=by, now=now)


_ACTIONS: Mapping[str, tuple[Callable[[str, Editor, datetime], None], Promise]] = {
    "suppress": (_suppress, _("Nothing is sent to this address any more.")),
    "bounced": (_mark_bounced, _("Nothing is sent to this address until somebody confirms it anew.")),
    "erase": (_erase, _("The address is erased.")),
}


def _page(
    request: HttpRequest, form: LookUpForm, result: dict[str, object], *, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    states = Subscription.objects.order_by("state").values_list("state").annotate(count=Count("*"))
    context = {
        "form": form,
        "totals": [(Subscription.State(state).label, count) for state, count in states],
        "is_paused": breaker.is_open(now=timezone.now()),
        "opts": Subscription._meta,
        **result,
        **admin.site.each_context(request),
    }
    return render(request, "admin/newsletter/look_up.html", context, status=status)
