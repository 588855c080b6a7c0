"""Edit conflicts: a form that notices when somebody else saved the row meanwhile."""

import hashlib
from collections.abc import Collection
from typing import Any, cast

from django import forms
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from pledges.content import canonical
from pledges.diffs import Difference, Effort, compare_texts

SAVED_MEANWHILE = gettext_noop(
    "Somebody else saved this while you were writing. Nothing of theirs was changed, and all you typed is below. "
    "Compare the two texts, bring together what belongs together, and save again."
)
DELETED_MEANWHILE = gettext_noop(
    "Somebody deleted this while you were writing. All you typed is below: saving it makes a new one."
)


class SeenForm(forms.ModelForm):
    """Remembers what its row said when it was opened.

    The second of two savers gets both texts with the difference, and everything they typed; `conflicts` lists the
    fields. Saving once more then puts their text in place of the other. `also_seen` names what is typed beside the form.
    """

    also_seen: tuple[str, ...] = ()

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.conflicts: list[Difference] = []
        self.is_conflict = False
        if self.instance.pk:
            self.initial["seen"] = self._fingerprint(self.instance)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        seen = self.cleaned_data.get("seen")
        if self.instance.pk:
            # Nobody saves between this look and our own saving: forms are saved in turn, see `OrderlyAdmin`.
            row = type(self.instance)._default_manager.get(pk=self.instance.pk)
            now = self._fingerprint(row)
            self.conflicts = [] if seen == now else self._compare_with(row)
            if self.conflicts:
                self._refuse(_(SAVED_MEANWHILE), seen=now)
        elif seen:
            self._refuse(_(DELETED_MEANWHILE), seen="")
        return cleaned

    def _compare_with(self, row: models.Model) -> list[Difference]:
        effort = Effort()
        return [
            Difference(str(self.fields[name].label), compare_texts(theirs, mine, effort))
            for name, typed in self.cleaned_data.items()
            if name != "seen"
            and (theirs := _as_text(getattr(row, name))) != (mine := _as_text(_as_stored(row, name, typed)))
        ]

    def _fingerprint(self, row: models.Model) -> str:
        return fingerprint(row, {*self.fields, *self.also_seen})

    def _refuse(self, reason: str, *, seen: str) -> None:
        self.is_conflict = True
        data = cast("QueryDict", self.data).copy()
        data[self.add_prefix("seen")] = seen
        self.data = data
        self.add_error(None, reason)


def fingerprint(row: models.Model, names: Collection[str]) -> str:
    """Give a short text that changes whenever an editor changes one of the named fields of the row."""
    said = {field.name: _as_text(getattr(row, field.attname)) for field in row._meta.concrete_fields}
    for field in row._meta.many_to_many:
        keys = sorted(getattr(row, field.name).values_list("pk", flat=True))
        said[field.name] = " ".join(map(str, keys))
    return hashlib.sha256(canonical({name: text for name, text in said.items() if name in names})).hexdigest()[:32]


def _as_stored(row: models.Model, name: str, typed: Any) -> Any:
    """Give what the row would hold: browsers send other ends of lines than are stored."""
    field = row._meta.get_field(name)
    return field.to_python(typed) if isinstance(typed, str) and isinstance(field, models.Field) else typed


def _as_text(value: Any) -> str:
    if isinstance(value, models.Manager | models.QuerySet):
        return "\n".join(sorted(map(str, value.all())))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)
