"""How the values of the record are shown."""

from django import template
from django.db.models import TextChoices
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pledges import markdown as renderer
from pledges.dates import PartialDate
from pledges.models import Evidence, Pledge, Source

register = template.Library()


@register.simple_tag
def markdown(text: str, *doc_id: object) -> SafeString:
    """Render Markdown; what follows the text keeps the footnotes of several texts on one page apart."""
    return renderer.render(text, "-".join(map(str, doc_id)))


@register.simple_tag
def partial_date(stored: str) -> str:
    """Show a partial date in words, marked up as a time where it is one."""
    partial = PartialDate.parse(stored)
    if partial.is_bound:
        return str(partial)
    return format_html('<time datetime="{}">{}</time>', stored, partial)


@register.filter
def source_kind(kind: str) -> str:
    return _label(Source.Kind, kind)


@register.filter
def direction(name: str) -> str:
    return _label(Evidence.Direction, name)


@register.filter
def pledge_kind(kind: str) -> str:
    return _label(Pledge.Kind, kind)


def _label(choices: type[TextChoices], value: str) -> str:
    """Show a choice in words; an old edition may hold one that this release no longer has."""
    return str(dict(choices.choices).get(value, value))


@register.filter
def source_today(sources: dict[int, Source], key: int) -> Source | None:
    """Find the standing facts of a cited source."""
    return sources.get(key)
