"""What an editor can do with a whole pledge: preview, compare, ask for a review, say that it was checked, move."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pledges import content, pictures
from pledges.actions import addresses, checks, drafts, reviews
from pledges.actions.addresses import AddressTakenError
from pledges.actions.publishing_rule import NotPublishableError, missing_note, reasons_of_draft
from pledges.compose import compose
from pledges.content_diffs import compare_contents
from pledges.models import Edition, Pledge, PublicPledge, Review
from pledges.pledge_page import preview_page, upcoming_edition

NEXT_CHECK = timedelta(days=90)


def _pledge(pk: int) -> Pledge:
    return get_object_or_404(Pledge.objects.select_related("promisor", "made_in", "topic", "department"), pk=pk)


def _require(request: HttpRequest, *permissions: str) -> None:
    if not request.user.has_perms([f"pledges.{permission}" for permission in permissions]):
        raise PermissionDenied


def _page(request: HttpRequest, template: str, pledge: Pledge, status: int = 200, **context: Any) -> HttpResponse:
    context |= {"pledge": pledge, "opts": Pledge._meta, **site.each_context(request)}
    return render(request, f"admin/pledges/pledge/{template}", context, status=status)


@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Exactly the page that readers would get if the working copy were published now, with pictures that are not public yet."""
    _require(request, "view_pledge")
    pledge = _pledge(pk)
    edition = upcoming_edition(pledge)
    if edition.kind == Edition.Kind.WITHDRAWAL:
        public = pledge.public
        context = {
            "edition": edition,
            "withdrawn_at": edition.published_at,
            "redacted_at": public.redacted_at,
            "slug": public.slug,
        }
        response = render(request, "pledges/pledge_withdrawn.html", context, status=HTTPStatus.GONE)
    else:
        response = render(request, "pledges/pledge_detail.html", {"page": preview_page(pledge, edition)})
        response.content = pictures.for_editors(response.content.decode())
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def differences(request: HttpRequest, pk: int) -> HttpResponse:
    """What the working copy says differently from the current edition."""
    _require(request, "view_pledge")
    pledge = _pledge(pk)
    is_changed = drafts.has_unpublished_changes(pledge)
    return _page(request, "differences.html", pledge, changes=changes_of(pledge), has_unpublished_changes=is_changed)


def changes_of(pledge: Pledge) -> Any:
    """Give the changes of the working copy against the current edition; None before the first edition."""
    current = pledge.editions.order_by("number").last()
    if current is None or current.content is None:
        return None
    return compare_contents(content.read(bytes(current.content)), compose(pledge))


class ReviewForm(forms.ModelForm):
    """What is asked for: the kind of edition, the public change note and, perhaps, a time."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of edition"))
    publish_at = forms.SplitDateTimeField(
        label=gettext_lazy("Publish at"),
        required=False,
        help_text=gettext_lazy("Day and time, once it is approved. Leave empty to publish by hand."),
        widget=forms.SplitDateTimeWidget(date_attrs={"type": "date"}, time_attrs={"type": "time"}),
    )

    class Meta:
        model = Review
        fields = ("kind", "change_note", "publish_at")
        widgets = {"change_note": forms.Textarea(attrs={"rows": 3, "maxlength": 500})}
        help_texts = {
            "change_note": gettext_lazy(
                "What did this edition change? Of a correction: what was wrong, and since when? Readers see this."
            )
        }

    def __init__(self, *args: Any, kinds: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        day, time = self.fields["publish_at"].widget.widgets
        day.attrs["aria-label"], time.attrs["aria-label"] = _("Day to publish"), _("Time to publish")
        self.fields["kind"].choices = [choice for choice in Edition.Kind.choices if choice[0] in kinds]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = cleaned.get("kind", "")
        if kind != Edition.Kind.MINOR and not cleaned.get("change_note"):
            self.add_error("change_note", missing_note(kind))
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        return {field.name for field in Review._meta.fields} - {"change_note"}


@require_http_methods(["GET", "HEAD", "POST"])
def request_review(request: HttpRequest, pk: int) -> HttpResponse:
    _require(request, "request_review")
    pledge = _pledge(pk)
    kinds = _kinds_for(request, pledge)
    # What was taken back stands in the address, so that asking again is not writing it again.
    initial = {"kind": _likely_kind(pledge, kinds), **request.GET.dict()}
    form = ReviewForm(request.POST if request.method == "POST" else None, kinds=kinds, initial=initial)
    status = 400 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            review = reviews.request(pledge, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except (NotPublishableError, ValidationError) as error:
            form.add_error(None, getattr(error, "reasons", None) or error)  # type: ignore[arg-type]
            status = 409
        else:
            messages.success(request, _("The review was asked for. Somebody else must approve it."))
            return redirect("admin:pledges_review_change", review.pk)
    asked = {"open_review": open_review_of(pledge), "reasons": reasons_of_draft(pledge), "changes": changes_of(pledge)}
    asked["is_withdrawn"] = is_withdrawn(pledge)
    return _page(request, "request_review.html", pledge, status, form=form, **asked)


def open_review_of(pledge: Pledge) -> Review | None:
    return pledge.reviews.filter(edition=None).exclude(decision=Review.Decision.SENT_BACK).first()


def is_withdrawn(pledge: Pledge) -> bool:
    return PublicPledge.objects.filter(pledge=pledge).withdrawn().exists()


def _kinds_for(request: HttpRequest, pledge: Pledge) -> list[str]:
    if not pledge.editions.exists():
        return [Edition.Kind.FIRST]
    kinds = [Edition.Kind.VERDICT, Edition.Kind.UPDATE, Edition.Kind.CORRECTION, Edition.Kind.MINOR]
    return [*kinds, *([Edition.Kind.WITHDRAWAL] if request.user.has_perm("pledges.withdraw_pledge") else [])]


def _likely_kind(pledge: Pledge, kinds: list[str]) -> str:
    """Give the kind that fits best: with a draft verdict a new verdict, otherwise an update."""
    has_draft = pledge.verdicts.filter(first_edition=None).exists()
    return Edition.Kind.UPDATE if Edition.Kind.UPDATE in kinds and not has_draft else kinds[0]


@require_POST
def checked_today(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing changed, checked today: moves the check dates and nothing else."""
    _require(request, "add_check")
    pledge, today = _pledge(pk), timezone.localdate()
    if drafts.has_unpublished_changes(pledge):
        messages.error(
            request, _("“Nothing changed” would not be true: this pledge has changes that are not published.")
        )
    else:
        checks.record(pledge, checked_on=today, next_due_on=today + NEXT_CHECK, by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Checked today, recorded in public. Nothing else was changed."))
    return redirect(
        "admin:index" if "from_start" in request.POST else reverse("admin:pledges_pledge_change", args=[pk])
    )


class AddressForm(forms.Form):
    slug = forms.SlugField(label=gettext_lazy("New address"), max_length=80)


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pk: int) -> HttpResponse:
    _require(request, "move_pledge")
    pledge = _pledge(pk)
    form = AddressForm(request.POST if request.method == "POST" else None, initial={"slug": pledge.slug})
    if request.method == "POST" and form.is_valid():
        try:
            addresses.move(pledge, to=form.cleaned_data["slug"])
        except (AddressTakenError, ValidationError) as error:
            form.add_error("slug", getattr(error, "messages", None) or str(error))
        else:
            messages.success(request, _("The pledge has its new address; the old one leads there for ever."))
            return redirect("admin:pledges_pledge_change", pledge.pk)
    return _page(request, "move.html", pledge, 400 if form.errors else 200, form=form)
