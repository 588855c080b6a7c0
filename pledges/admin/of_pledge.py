"""The rows that belong to a pledge: each has a page of its own, which leads back to the pledge."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from pledges.actions import drafts
from pledges.actions.publishing_rule import reasons_of_effect
from pledges.admin.orderly import is_key_of
from pledges.admin.record_admin import RecordAdmin
from pledges.admin.seen import SeenForm
from pledges.models import Pledge, Reply, Verdict


class OfPledgeAdmin(RecordAdmin):
    list_select_related: ClassVar[Any] = ("pledge",)
    autocomplete_fields: ClassVar[Any] = ("pledge",)

    def take_in(self, row: Any) -> None:
        drafts.settle(row.pledge)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("pledge",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 (Django's signature)
        if not change and hasattr(obj, "written_by_id"):
            obj.written_by = request.user
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        pledge = obj.pledge
        super().delete_model(request, obj)
        drafts.settle(pledge)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}  # rows are deleted one by one, on their own page, where the pledge is taken in

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return _to_pledge(obj)

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return _to_pledge(obj)


def _to_pledge(row: Any) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:pledges_pledge_change", args=[row.pledge_id]))


class VerdictForm(SeenForm):
    """Offers the verdicts that can be corrected, and refuses at once the dates that would stand in the way of publishing."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "corrects" in self.fields:
            pledge = self.instance.pledge_id or self.data.get("pledge") or self.initial.get("pledge")
            is_known = is_key_of(Pledge, str(pledge))
            published = Verdict.objects.filter(pledge=pledge if is_known else None, first_edition__isnull=False)
            self.fields["corrects"].queryset = published.select_related("rating")  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # the stubs do not know it
        if self.instance.pledge_id and "effective_on" in self.cleaned_data:
            for reason in reasons_of_effect(self.instance.effective_on, made_on=self.instance.pledge.made_on):
                self.add_error("effective_on", reason)


@admin.register(Verdict)
class VerdictAdmin(OfPledgeAdmin):
    form = VerdictForm
    list_display = ("pledge", "rating", "effective_on", "summary", "is_published")
    list_select_related = ("pledge", "rating")
    list_filter = ("rating",)
    search_fields = ("pledge__slug", "summary")
    autocomplete_fields = ("pledge", "rating")
    exclude = ("written_by",)

    @admin.display(boolean=True, description=gettext_lazy("published"))
    def is_published(self, verdict: Verdict) -> bool:
        return verdict.first_edition_id is not None

    def has_change_permission(self, request: HttpRequest, obj: Verdict | None = None) -> bool:
        return super().has_change_permission(request, obj) and not _is_frozen(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Verdict | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_frozen(obj)


def _is_frozen(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.first_edition_id is not None


@admin.register(Reply)
class ReplyAdmin(OfPledgeAdmin):
    list_display = ("asked_of", "pledge", "asked_on", "answer_by", "answered_on")
    list_filter = ("answered_on",)
    search_fields = ("asked_of", "pledge__slug")
