from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from pledges import purging
from pledges.actions import editions, reviews
from pledges.actions.publishing_rule import SECOND_PERSON, NotPublishableError, reasons_not_to_publish
from pledges.admin.pledge_views import changes_of, is_withdrawn
from pledges.admin.record_admin import ReadOnlyAdmin
from pledges.models import Edition, Editor, PublicPledge, Review


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    """A review's page shows what is asked for and what stands in the way; its buttons call the actions."""

    list_display = ("pledge", "kind", "requested_by", "requested_at", "decision", "decided_by", "publish_at")
    list_select_related = ("pledge", "requested_by", "decided_by")
    list_filter = ("decision", "kind")
    search_fields = ("pledge__slug", "change_note")
    ordering = ("-pk",)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        review = self.get_object(request, object_id)
        if review is None:
            raise Http404
        if request.method == "POST":
            return _decide(request, review)
        return _page(request, review)


class CommentForm(forms.ModelForm):
    class Meta:
        model = Review
        fields = ("comment",)
        widgets = {"comment": forms.Textarea(attrs={"rows": 3, "maxlength": 1000})}


_BUTTONS = {
    "approve": "decide_review",
    "send_back": "decide_review",
    "publish": "publish_review",
    "unschedule": "publish_review",
    "take_back": "request_review",
}


def _decide(request: HttpRequest, review: Review) -> HttpResponse:
    button = next((name for name in _BUTTONS if name in request.POST), "")
    needed = {_BUTTONS.get(button, "")} | ({"decide_review"} if button == "publish" and not review.decision else set())
    if not button or not request.user.has_perms([f"pledges.{name}" for name in needed]):
        raise PermissionDenied
    try:
        done = _ACTIONS[button](review, request.user, request.POST.get("comment", ""))
    except NotPublishableError as error:
        status = 403 if _(SECOND_PERSON) in error.reasons else 409
        review.comment = request.POST.get("comment", "")  # what was typed comes back
        return _page(request, review, refused=error.reasons, status=status)
    messages.success(request, done)
    if button == "publish" and review.kind == Edition.Kind.WITHDRAWAL:
        _tell_caches(request, review.pledge.public)
    if button == "take_back":
        asked = urlencode({"kind": review.kind, "change_note": review.change_note})
        return redirect(f"{reverse('admin:pledges_pledge_review', args=[review.pledge_id])}?{asked}")
    return redirect("admin:pledges_review_change", review.pk)


def _approve(review: Review, by: Any, comment: str) -> str:
    reviews.approve(review, by=by, comment=comment)
    if review.publish_at:
        when = date_format(localtime(review.publish_at), "j F Y H:i")
        return _("Approved. It will be published at the time asked for: %(when)s.") % {"when": when}
    return _("Approved. It is not public yet: it still has to be published.")


def _send_back(review: Review, by: Any, comment: str) -> str:
    reviews.send_back(review, by=by, comment=comment)
    return _("Sent back to its writer.")


def _publish(review: Review, by: Any, comment: str) -> str:
    edition = editions.approve_and_publish(review, by=by, comment=comment)
    return _("Published as edition %(number)d, entry %(sequence)d of the log.") % {
        "number": edition.number,
        "sequence": edition.sequence,
    }


def _tell_caches(request: HttpRequest, withdrawn: PublicPledge) -> None:
    """Ask the cache at PURGE_URL to drop the page; it stays withdrawn whatever comes of that."""
    if not settings.PURGE_URL:
        messages.warning(request, _("Caches before this site, if there are any, were not told: see below."))
    elif problem := purging.purge(purging.all_addresses_of(withdrawn), purging.tags_of(withdrawn)):
        messages.error(
            request, _("%(problem)s. Ask the operator to see to it: the addresses are below.") % {"problem": problem}
        )
    else:
        messages.success(request, _("The cache before this site was told to drop the page."))


def _unschedule(review: Review, _by: Any, _comment: str) -> str:
    reviews.schedule(review, publish_at=None)
    return _("The time was taken away: publish it by hand.")


def _take_back(review: Review, by: Any, _comment: str) -> str:
    reviews.take_back(review, by=by)
    return _("The review was taken back. Ask again when the pledge is ready.")


_ACTIONS = {
    "approve": _approve,
    "send_back": _send_back,
    "publish": _publish,
    "unschedule": _unschedule,
    "take_back": _take_back,
}


def _purgeable(review: Review) -> list[str]:
    """Give the addresses that caches may still hold once a withdrawal is out."""
    is_out = review.edition_id is not None and review.kind == Edition.Kind.WITHDRAWAL and is_withdrawn(review.pledge)
    return purging.all_addresses_of(review.pledge.public) if is_out else []


def _page(request: HttpRequest, review: Review, *, refused: list[str] | None = None, status: int = 200) -> HttpResponse:
    approver = review.decided_by or request.user
    assert isinstance(approver, Editor)
    reasons = refused or (reasons_not_to_publish(review, by=approver) if review.is_open else [])
    context = {
        "review": review,
        "pledge": review.pledge,
        "is_open": review.is_open,
        "brings_back": review.is_open and review.kind != Edition.Kind.WITHDRAWAL and is_withdrawn(review.pledge),
        "reasons": reasons,
        "purgeable": _purgeable(review),
        "changes": changes_of(review.pledge) if review.is_open else None,
        "form": CommentForm(instance=review),
        "may_decide": request.user.has_perm("pledges.decide_review"),
        "may_take_back": request.user.pk == review.requested_by_id and not review.decision,
        "may_publish": request.user.has_perm("pledges.publish_review"),
        "opts": Review._meta,
        **admin.site.each_context(request),
    }
    return render(request, "admin/pledges/review/review.html", context, status=status)
