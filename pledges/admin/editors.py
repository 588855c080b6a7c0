"""The people who keep the record, as administrators see them."""

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, UserCreationForm, UsernameField
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from pledges.admin.orderly import OrderlyAdmin
from pledges.admin.record_admin import SeenAdmin
from pledges.admin.seen import SeenForm
from pledges.models import Editor
from pledges.models.editor import new_handle

_HELP_TEXTS = {
    "username": _("What this person types to log in. Readers never see it."),
    "groups": _("What this person may do. Somebody may have several roles."),
    "is_active": _(
        "Untick this when somebody leaves: they are logged out at once, and their work stays. "
        "Nobody is ever deleted, because the record says who did what."
    ),
    "is_staff": _("Untick this to keep somebody out of the editors’ site for a while."),
}
_WIDGETS = {"groups": forms.CheckboxSelectMultiple}
_FIELD_CLASSES = {"username": UsernameField}
_LABELS = {"groups": _("Roles"), "is_active": _("Account in use"), "is_staff": _("May log in")}


class EditorForm(SeenForm):
    class Meta:
        model = Editor
        fields = ["username", "first_name", "last_name", "email", "groups", "is_active", "is_staff"]
        help_texts = _HELP_TEXTS
        labels = _LABELS
        widgets = _WIDGETS
        field_classes = _FIELD_CLASSES


class NewEditorForm(UserCreationForm):
    handle = forms.SlugField(
        label=_("Handle"),
        max_length=40,
        required=False,
        help_text=_(
            "The name in the public log, for ever. It need not tell who the person is. Leave empty for a random one."
        ),
    )

    def clean_handle(self) -> str:
        handle: str = self.cleaned_data["handle"] or new_handle()
        if Editor.objects.filter(handle=handle).exists():
            raise forms.ValidationError(_("Somebody else has this handle."))
        return handle

    def save(self, commit: bool = True) -> Editor:  # noqa: FBT001, FBT002 (Django's signature)
        self.instance.handle = self.cleaned_data["handle"]
        editor: Editor = super().save(commit)
        return editor

    class Meta:
        model = Editor
        fields = ["username", "groups", "is_staff"]
        help_texts = _HELP_TEXTS
        labels = _LABELS
        widgets = _WIDGETS
        field_classes = _FIELD_CLASSES


class PasswordForm(AdminPasswordChangeForm):
    """Sets a password; Django's own also offers to have none."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields.pop("usable_password", None)


@admin.register(Editor)
class EditorAdmin(SeenAdmin, UserAdmin):
    """Roles are all that can be given here: a superuser is made at the command line only."""

    form = EditorForm
    add_form = NewEditorForm
    change_password_form = PasswordForm
    list_display = ("username", "full_name", "handle", "roles", "is_active", "is_staff", "last_login")
    list_filter = ("groups", "is_active", "is_staff")
    search_fields = ("username", "first_name", "last_name", "handle")
    filter_horizontal = ()
    readonly_fields = ("handle", "new_password", "is_superuser", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "new_password", "first_name", "last_name", "email", "handle")}),
        (_("What this person may do"), {"fields": ("groups", "is_active", "is_staff", "is_superuser", "seen")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "handle", "password1", "password2", "groups", "is_staff")}),)
    actions = ("remove_second_factor",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Editor]:
        return super().get_queryset(request).prefetch_related("groups")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"is_staff": True, **super().get_changeform_initial_data(request)}

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        # Who could set a superuser's password would be one.
        is_out_of_reach = isinstance(obj, Editor) and obj.is_superuser and not _is_superuser(request)
        return super().has_change_permission(request, obj) and not is_out_of_reach

    def has_delete_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False

    def delete_view(self, request: HttpRequest, object_id: str, _extra_context: Any = None) -> HttpResponse:
        messages.error(
            request, _("Nobody is ever deleted, because the record says who did what. Untick “Account in use” instead.")
        )
        return redirect("admin:pledges_editor_change", object_id)

    @admin.display(description=_("name"))
    def full_name(self, editor: Editor) -> str:
        return editor.get_full_name()

    @admin.display(description=_("roles"))
    def roles(self, editor: Editor) -> str:
        return ", ".join(sorted(group.name for group in editor.groups.all()))

    @admin.display(description=_("password"))
    def new_password(self, editor: Editor) -> str:
        address = reverse("admin:auth_user_password_change", args=[editor.pk])
        return format_html('<a href="{}">{}</a>', address, _("Set a new password, which logs this person out"))

    @admin.action(description=_("Remove the second factor, for somebody who has lost it"), permissions=["change"])
    def remove_second_factor(self, request: HttpRequest, editors: QuerySet[Editor]) -> None:
        reached = [editor for editor in editors if self.has_change_permission(request, editor)]
        Authenticator.objects.filter(user__in=reached).delete()
        for editor in reached:
            self.log_change(request, editor, str(_("Removed the second factor.")))
        names = ", ".join(editor.username for editor in reached)
        self.message_user(request, _("They set up a new one at their next log-in: %(names)s") % {"names": names})


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(OrderlyAdmin, GroupAdmin):
    """A role is written by `setup_roles`; this shows it."""


def _is_superuser(request: HttpRequest) -> bool:
    return isinstance(request.user, Editor) and request.user.is_superuser
