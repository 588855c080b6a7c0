"""Column types of the record: each stores one clean form, however the value arrives."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext as _
from markdownx.models import MarkdownxField

from pledges import markdown
from pledges.dates import PartialDate
from pledges.text import clean, clean_line, hidden_marks, mixed_words


def refuse_deception(value: str) -> None:
    """Validator: no character that a reader cannot see, no word that only looks like another."""
    if found := [*hidden_marks(value), *mixed_words(value)]:
        raise ValidationError(found)


def refuse_bad_markdown(value: str) -> None:
    """Validator: a text that the renderer takes in a bounded time."""
    if problems := markdown.problems(value):
        raise ValidationError(problems)


def refuse_bad_date(value: str) -> None:
    """Validator: a partial date or bound."""
    try:
        PartialDate.parse(value)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def refuse_bad_address(value: str) -> None:
    """Validator: an http or https address that readers can reach too."""
    URLValidator(schemes=["http", "https"])(value)
    parts = urlsplit(value)
    if "\\" in value or "@" in parts.netloc:
        raise ValidationError(_("An address with “@” before its host or a backslash may lead elsewhere than it seems."))
    host = str(parts.hostname)
    try:
        is_public = ip_address(host).is_global
    except ValueError:
        is_public = host != "localhost" and not host.endswith(".localhost")
    if not is_public:
        raise ValidationError(_("Readers cannot reach this address: it belongs to a private network."))


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
        return super().formfield(**{"assume_scheme": "https", **options})
