"""All that a list of pledges can be asked, as a form and as an address."""

import unicodedata
from collections.abc import Container, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MinValueValidator
from django.forms.utils import flatatt
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from pledges.keyset import Cursor, Order

LONGEST_VALUE = 200
SELECTED = mark_safe(" selected")
ORDERS = {
    "relevance": Order(_lazy("Best match"), ("nearness", "changed_at"), is_descending=True),
    "changed": Order(_lazy("Last changed"), ("changed_at",), is_descending=True),
    "made": Order(_lazy("Newest pledge"), ("made_day",), is_descending=True),
    "due": Order(_lazy("Deadline, earliest first"), ("due_day",), is_descending=False),
}

_DAY_AS_TYPED = _lazy("Write the day like this: 2026-03-31.")


class SearchField(forms.CharField):
    """What to search for; of a text that is too long the beginning stays in the box."""

    def __init__(self, label: Any) -> None:
        too_long = MaxLengthValidator(LONGEST_VALUE, _lazy("Use 200 characters or fewer."))
        widget = forms.SearchInput(attrs={"maxlength": LONGEST_VALUE})
        hint = _lazy("Quotation marks find a phrase, as in “new homes”; a minus leaves a word out, as in -rent.")
        super().__init__(label=label, required=False, validators=[too_long], widget=widget, help_text=hint)

    def to_python(self, value: Any) -> Any:
        return super().to_python(_seen(value) if isinstance(value, str) else value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        typed = super().bound_data(data, initial)
        return _seen(typed)[:LONGEST_VALUE] if isinstance(typed, str) else typed


def _seen(text: str) -> str:
    """Give a text without what nobody sees, which may turn around what stands beside it, or what no address can have."""
    return "".join(sign for sign in text if unicodedata.category(sign) not in {"Cf", "Cs"})


class BoundDay(forms.BoundField):
    """A calendar would not show what was typed if it is no day."""

    def as_widget(self, widget: Any = None, attrs: Any = None, only_initial: bool = False) -> SafeString:  # noqa: FBT001, FBT002
        return super().as_widget(widget or (forms.TextInput() if self.errors else None), attrs, only_initial)


class DayField(forms.DateField):
    """A day, which browsers let people choose from a calendar."""

    def __init__(self, label: Any, *, required: bool = False) -> None:
        super().__init__(
            label=label,
            required=required,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            error_messages={"invalid": _DAY_AS_TYPED, "required": _lazy("Choose a day.")},
            validators=[MinValueValidator(date(1900, 1, 1), _lazy("Choose a day since 1900."))],
        )

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundDay:
        return BoundDay(form, self, field_name)


class YearField(forms.RegexField):
    """A year, of four digits."""

    def __init__(self, label: Any) -> None:
        super().__init__(
            r"\A(?:19|2[0-9])[0-9]{2}\Z",
            label=label,
            required=False,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4}),
            error_messages={"invalid": _lazy("Write the year like this: 2026.")},
        )

    def bound_data(self, data: Any, initial: Any) -> Any:
        typed = super().bound_data(data, initial)
        return _seen(typed)[:LONGEST_VALUE] if isinstance(typed, str) else typed


class QuickSelect(forms.Select):
    """A select put together without a template for each option: with them the choices cost a list more than its rows."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ARG002
        chosen = self.format_value(value)
        options = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((key, SELECTED if str(key) in chosen else "", shown) for key, shown in self.choices),
        )
        attributes = flatatt(self.build_attrs(self.attrs, attrs))
        return format_html('<select name="{}"{}>\n{}\n</select>', name, attributes, options)


class KnownChoiceField(forms.ChoiceField):
    """A choice, or none, that says what it does not know."""

    def __init__(self, label: Any) -> None:
        super().__init__(label=label, required=False, widget=QuickSelect)

    def validate(self, value: Any) -> None:
        if value and not self.valid_value(value):
            seen = _seen(value)
            shown = seen if len(seen) <= LONGEST_VALUE else f"{seen[:LONGEST_VALUE]}…"
            raise ValidationError(_("“%s” is not one of the choices. Choose another, or none.") % shown)


class PledgeFilterForm(forms.Form):
    """All that a list of pledges can be asked."""

    q = SearchField(_lazy("Search for"))
    rating = KnownChoiceField(_lazy("Rating"))
    family = KnownChoiceField(_lazy("Outcome"))
    topic = KnownChoiceField(_lazy("Topic"))
    department = KnownChoiceField(_lazy("Department"))
    promisor = KnownChoiceField(_lazy("Promised by"))
    source = KnownChoiceField(_lazy("Promised in"))
    due = KnownChoiceField(_lazy("Deadline"))
    due_by = YearField(_lazy("Promised by the end of"))
    changed_since = DayField(_lazy("Changed since"))
    overdue = KnownChoiceField(_lazy("Checks"))
    sort = KnownChoiceField(_lazy("Sort by"))
    after = forms.CharField(widget=forms.HiddenInput, required=False)
    before = forms.CharField(widget=forms.HiddenInput, required=False)

    def offer(self, choices: Mapping[str, Mapping[str, str]]) -> None:
        """Take what can be chosen: by field, what each value is called."""
        for name, names in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("Any")), *names.items()] if name != "sort" else list(names.items())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["sort"] = sort_of(cleaned)
        for name in ("after", "before"):
            try:
                cleaned[name] = Cursor.parse(cleaned[name], ORDERS[cleaned["sort"]]) if cleaned.get(name) else None
            except ValueError as error:
                self.add_error(None, str(error))
        if cleaned.get("after") and cleaned.get("before"):
            self.add_error(None, _("A page lies after another or before it: ask for one of the two."))
        return cleaned


def sort_of(answers: Mapping[str, Any]) -> str:
    """Give the order that was asked for; matches come best first, and without a search there is no best one."""
    usual, sort = usual_sort(answers), answers.get("sort") or ""
    return usual if sort in {"", "relevance"} else sort


def usual_sort(answers: Mapping[str, Any]) -> str:
    return "relevance" if answers.get("q") else "changed"


def is_asked_plainly(sent: QueryDict, answers: Mapping[str, str], fields: Container[str]) -> bool:
    """Whether an address says no more than the answers that it amounts to: a browser sends every field of a form, empty or not."""
    known = [(name, value) for name, values in sent.lists() for value in values if name in fields]
    return sorted(known) == sorted(answers.items())


def list_address(**asked: str) -> str:
    """Give the one address of the list that is narrowed so."""
    query = urlencode({name: asked[name] for name in PledgeFilterForm.base_fields if asked.get(name)})
    return reverse("pledge-list") + (f"?{query}" if query else "")
