"""Edit conflicts: a form that notices when somebody else saved the row meanwhile."""

import hashlib
from typing import Any, cast

from django import forms
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from pledges.content import canonical
from pledges.diffs import Change, compare_texts

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
    fields. Saving once more then puts their text in place of the other.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.conflicts: list[Change] = []
        self.is_conflict = False
        if self.instance.pk:
            self.initial["seen"] = fingerprint(self.instance)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        seen = self.cleaned_data.get("seen")
        if self.instance.pk:
            # Nobody saves between this look and our own saving: forms are saved in turn, see `OrderlyAdmin`.
            row = type(self.instance)._default_manager.get(pk=self.instance.pk)
            self.conflicts = [] if seen == fingerprint(row) else self._compare_with(row)
            if self.conflicts:
                self._refuse(_(SAVED_MEANWHILE), seen=fingerprint(row))
        elif seen:
            self._refuse(_(DELETED_MEANWHILE), seen="")
        return cleaned

    def _compare_with(self, row: models.Model) -> list[Change]:
        return [
            Change(str(self.fields[name].label), compare_texts(_as_text(theirs), _as_text(mine)))
            for name, mine in self.cleaned_data.items()
            if name != "seen" and _as_text(theirs := getattr(row, name)) != _as_text(mine)
        ]

    def _refuse(self, reason: str, *, seen: str) -> None:
        self.is_conflict = True
        data = cast("QueryDict", self.data).copy()
        data[self.add_prefix("seen")] = seen
        self.data = data
        self.add_error(None, reason)


def fingerprint(row: models.Model) -> str:
    """Give a short text that changes whenever an editor changes the row."""
    said = {field.name: _as_text(getattr(row, field.attname)) for field in row._meta.concrete_fields if field.editable}
    for field in row._meta.many_to_many:
        keys = sorted(getattr(row, field.name).values_list("pk", flat=True))
        said[field.name] = " ".join(map(str, keys))
    return hashlib.sha256(canonical(said)).hexdigest()[:32]


def _as_text(value: Any) -> str:
    return "" if value is None else str(value)
