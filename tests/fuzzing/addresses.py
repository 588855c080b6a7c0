"""Every address of the site, out of its URLconf: one that is added later is asked as well."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.utils.regex_helper import normalize

from pledges.models import Pledge
from tests.fuzzing.values import percent
from tests.pages.surfaces import BY_TOKEN, PUBLIC_SURFACES

Parts = dict[str, str]
_READERS = {surface.name: surface for surface in (*PUBLIC_SURFACES, *BY_TOKEN)}
_MOST_EXAMPLES = 4


@dataclass(frozen=True)
class Address:
    """An address with gaps, like `/pledges/%(slug)s/`, and what fills them on this site."""

    name: str
    form: str
    gaps: tuple[str, ...]
    known_parameters: tuple[str, ...]
    examples: tuple[Parts, ...]

    @property
    def is_for_readers(self) -> bool:
        return self.name in _READERS

    def path(self, parts: Parts) -> str:
        return self.form % {name: percent(text, safe="/:@") for name, text in parts.items()}


def every_address(pledges: Iterable[Pledge]) -> list[Address]:
    """Give every address of the site; what fills its gaps is made from these pledges or from the tables."""
    shown = list(pledges)
    return [
        Address(name, form, gaps, tuple(sorted(known)), tuple(_examples(name, form, gaps, shown)))
        for name, form, gaps, known in _walk(get_resolver(), "/")
    ]


def _walk(resolver: URLResolver, before: str) -> Iterator[tuple[str, str, tuple[str, ...], Iterable[str]]]:
    for pattern in resolver.url_patterns:
        for form, gaps in normalize(pattern.pattern.regex.pattern):
            if isinstance(pattern, URLResolver):
                yield from _walk(pattern, before + form)
            elif isinstance(pattern, URLPattern):
                view: Callable[..., Any] = pattern.callback
                yield pattern.name or "", before + form, tuple(gaps), getattr(view, "known_parameters", ())


def _examples(name: str, form: str, gaps: tuple[str, ...], pledges: list[Pledge]) -> Iterator[Parts]:
    if not gaps:
        yield {}
    elif surface := _READERS.get(name):
        for path in {surface.path_for(pledge): None for pledge in pledges}:
            yield {gap: str(value) for gap, value in resolve(path).kwargs.items()}
    elif model := _model_of(form):
        for row in model._default_manager.order_by("pk")[:_MOST_EXAMPLES]:
            yield dict(zip(gaps, _keys(row), strict=False))


def _model_of(form: str) -> type[Model] | None:
    """Give the record whose page of the admin an address is."""
    parts = form.split("/")
    try:
        return apps.get_model(parts[2], parts[3])
    except (IndexError, LookupError):
        return None


def _keys(row: Model) -> tuple[str, str]:
    """Give what names a row, and its oldest version where it has any."""
    versions: Any = getattr(row, "history", None)
    oldest = versions.order_by("pk").first() if versions is not None else None
    return str(row.pk), str(oldest.pk if oldest else 1)
