"""Messages that a person must decide on: nobody knows whether they arrived, or the mail server refused them."""

from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tracker.newsletter.actions import deliveries
from tracker.newsletter.envelope import message_id
from tracker.newsletter.keys import typed_key
from tracker.newsletter.models import Delivery, Issue

MOST = 200

State = Delivery.State


@dataclass(frozen=True)
class Undecided:
    """One of them, and what the log of the mail server calls it."""

    delivery: Delivery
    message_id: str


@dataclass(frozen=True)
class ToDecide:
    """The first of them, without anybody's address, and how many there are in all."""

    rows: list[Undecided]
    count: int


def to_decide(*, issue: Issue | None = None) -> ToDecide:
    """List the uncertain ones first."""
    undecided = Delivery.objects.filter(state__in=[State.UNKNOWN, State.FAILED])
    if issue is not None:
        undecided = undecided.filter(issue=issue)
    first = undecided.order_by("-state", "pk").select_related("issue", "subscription")[:MOST]
    return ToDecide([Undecided(row, _message_id(row)) for row in first], undecided.count())


def _message_id(row: Delivery) -> str:
    return message_id(row.subscription.leave_hash, row.kind, row.pk).decode()


@admin.register(Delivery)
class DeliveryAdmin(admin.ModelAdmin):
    """Has one page."""

    def get_urls(self) -> list[URLPattern]:
        return [path("", self.admin_site.admin_view(decide), name="newsletter_delivery_changelist")]

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _row: Delivery | None = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _row: Delivery | None = None) -> bool:
        return False


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest) -> HttpResponse:
    """List them; a button says of one that it arrived, or has it sent again."""
    if not request.user.has_perm("newsletter.view_delivery"):
        raise PermissionDenied
    if request.method != "POST":
        context = {"to_decide": to_decide(), "opts": Delivery._meta, **admin.site.each_context(request)}
        return render(request, "admin/newsletter/to_decide_page.html", context)
    if not request.user.has_perm("newsletter.send_issue"):
        raise PermissionDenied
    messages.info(request, _do(request))
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if is_ours else "admin:newsletter_delivery_changelist")


def _do(request: HttpRequest) -> str:
    button = "again" if "again" in request.POST else "arrived"
    delivery = get_object_or_404(Delivery, pk=typed_key(request.POST.get(button, "")))
    if button == "arrived":
        is_done, said = deliveries.record_arrived(delivery), _("Message %(number)d counts as sent.")
    else:
        is_done, said = deliveries.send_again(delivery), _("Message %(number)d is sent again.")
    return (said if is_done else _("Message %(number)d was decided before.")) % {"number": delivery.pk}
