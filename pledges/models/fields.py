"""Column types of the record: each stores one clean form, however the value arrives."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext as _
from markdownx.models import MarkdownxField

from pledges import markdown
from pledges.dates import PartialDate
from pledges.text import clean, clean_line, hidden_marks, mixed_words

_AT_LARGE = ip_network("2000::/3")
# Half of a beginning: what is missing could be made up in more than one way.
_HALF_BEGUN = re.compile(r"\s*(?://|[a-z][a-z0-9+.-]*:(?!//))", re.IGNORECASE)


def refuse_deception(value: str) -> None:
    """Validator: no character that a reader cannot see, no word that only looks like another."""
    if found := [*hidden_marks(value), *mixed_words(value)]:
        raise ValidationError(found)


def refuse_bad_markdown(value: str) -> None:
    """Validator: a text that the renderer takes in a bounded time."""
    if problems := markdown.problems(value):
        raise ValidationError(problems)


def refuse_bad_date(value: str) -> None:
    """Validator: a partial date or bound, but not in the last year of the calendar, whose end stands for no date at all."""
    try:
        partial = PartialDate.parse(value)
    except ValueError as error:
        raise ValidationError(str(error)) from error
    if (partial.latest or partial.order_day).year == date.max.year:
        raise ValidationError(_("Choose a year before %d.") % date.max.year)


def refuse_bad_address(value: str) -> None:
    """Validator: an http or https address that readers can reach too."""
    URLValidator(schemes=["http", "https"])(value)
    parts = urlsplit(value)
    if "\\" in value or "@" in parts.netloc:
        raise ValidationError(_("An address with “@” before its host or a backslash may lead elsewhere than it seems."))
    if not _has_port(parts) or not _is_public(_as_browsers_read(str(parts.hostname))):
        raise ValidationError(_("Readers cannot reach this address: it belongs to a private network."))


def _has_port(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:  # beyond the last one
        return False


def _as_browsers_read(host: str) -> str:
    return unicodedata.normalize("NFKC", host).replace("\u3002", ".").lower().rstrip(".")


def _is_public(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return host != "localhost" and not host.endswith(".localhost")
    # Of the newer addresses only those of the network at large, and none that stands for an older one.
    is_direct = isinstance(address, IPv4Address) or (
        address in _AT_LARGE and not address.sixtofour and not address.teredo
    )
    return address.is_global and not address.is_multicast and is_direct


class CleanMixin(models.Field):
    """Cleans in `to_python`, which forms, fixtures and Django's way to the database all go through."""

    clean_text: Callable[[str], str] = staticmethod(clean)

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return self.clean_text(value) if isinstance(value, str) else value

    def pre_save(self, instance: models.Model, add: bool) -> Any:  # noqa: FBT001 (Django's signature)
        setattr(instance, self.attname, self.to_python(getattr(instance, self.attname)))
        return super().pre_save(instance, add)


class LineField(CleanMixin, models.CharField):
    """One line of text."""

    clean_text = staticmethod(clean_line)
    default_validators = [refuse_deception]


class MarkdownField(CleanMixin, MarkdownxField):  # type: ignore[misc]  # markdownx has no types
    """A text in Markdown, within the bounds of the renderer."""

    default_validators = [refuse_deception, refuse_bad_markdown]


class PartialDateField(CleanMixin, models.CharField):
    """A partial date or bound in its stored form; see `pledges.dates.PartialDate`."""

    clean_text = staticmethod(clean_line)
    default_validators = [refuse_bad_date]

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("max_length", 40)
        super().__init__(*args, **options)

    def formfield(self, **options: Any) -> Any:
        forms = _("Write 2025, 2025-03 or 2025-03-03; or “not before 2025-03”, “not after …”, “between … and …”.")
        return super().formfield(**{"help_text": f"{self.help_text} {forms}".strip(), **options})


class WebAddressField(CleanMixin, models.URLField):
    """An http or https address that readers can reach."""

    clean_text = staticmethod(clean_line)
    default_validators = [refuse_bad_address, refuse_deception]

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("max_length", 2000)
        super().__init__(*args, **options)

    def formfield(self, **options: Any) -> Any:
        return super().formfield(**{"assume_scheme": "https", "form_class": WebAddressInput, **options})


class WebAddressInput(forms.URLField):
    """Takes an address without “https://”, but makes none up from “//x” or “https:x”."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and _HALF_BEGUN.match(value):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)
