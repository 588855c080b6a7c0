"""Evidence with the sources that it cites: what is typed in the rows of the inline is the whole set of them."""

import re
from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.core.exceptions import BadRequest
from django.db.models import Model
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges.admin.of_pledge import OfPledgeAdmin
from pledges.admin.orderly import is_key_of
from pledges.admin.record_admin import ChooserMixin
from pledges.admin.seen import SeenForm
from pledges.diffs import Difference, compare_texts
from pledges.models import Evidence, Source

MOST_SOURCES = 100
_PREFIX = "Evidence_sources"  # as Django calls the fields of the inline
_CHOICE = re.compile(rf"{_PREFIX}-(\d+)-source")


class EvidenceForm(SeenForm):
    """Notices too that somebody else changed the sources."""

    also_seen = ("sources",)

    def _compare_with(self, row: Model) -> list[Difference]:
        assert isinstance(row, Evidence)
        typed = _typed_sources(self.data)
        theirs, mine = sorted(map(str, row.sources.all())), sorted(map(_name_of, typed))
        sources = (
            [Difference(_("Sources"), compare_texts("\n".join(theirs), "\n".join(mine)))] if theirs != mine else []
        )
        return [*super()._compare_with(row), *sources]


class CitationInline(ChooserMixin, admin.StackedInline):
    """The sources of a piece of evidence; the plus sign enters a new one."""

    model = Evidence.sources.through
    verbose_name = gettext_lazy("source")
    verbose_name_plural = gettext_lazy("sources")
    autocomplete_fields = ("source",)
    extra = 1
    max_num = MOST_SOURCES


@admin.register(Evidence)
class EvidenceAdmin(OfPledgeAdmin):
    form = EvidenceForm
    list_display = ("title", "happened_on", "direction", "pledge")
    list_filter = ("direction",)
    search_fields = ("title", "pledge__slug")
    exclude = ("written_by", "sources")
    inlines = (CitationInline,)

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        options: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        if f"{_PREFIX}-TOTAL_FORMS" in options.get("data", ()):
            options["data"] = _beside_the_rows_as_they_are(options["data"], obj)
        return options

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 (Django's signature)
        super().save_related(request, form, formsets, change)
        if any(formset.has_changed() for formset in formsets):
            form.instance.save()  # its history was written before its sources were


def _typed_sources(typed: Mapping[str, Any]) -> list[str]:
    """Give what stands in each row that is not to be removed; it need not be the key of a source."""
    rows = [found[1] for name in typed if (found := _CHOICE.fullmatch(name))]
    if len(rows) > MOST_SOURCES:
        raise BadRequest
    kept = [row for row in rows if not typed.get(f"{_PREFIX}-{row}-DELETE")]
    return [source for row in kept if (source := typed[f"{_PREFIX}-{row}-source"].strip())]


def _name_of(key: str) -> str:
    source = Source.objects.filter(pk=key).first() if is_key_of(Source, key) else None
    return str(source or key)


def _beside_the_rows_as_they_are(typed: QueryDict, evidence: Evidence) -> QueryDict:
    """Give the form of the inline with its typed sources as changes of today's rows.

    The rows that it was opened with may be gone, or cite something else; Django would refuse it for ever.
    """
    wanted = _typed_sources(typed)
    rows = list(CitationInline.model.objects.filter(evidence=evidence.pk).order_by("pk"))
    fields: dict[str, Any] = {}
    for number, row in enumerate(rows):
        fields |= {f"{number}-id": row.pk, f"{number}-evidence": evidence.pk, f"{number}-source": row.source_id}
        if str(row.source_id) in wanted:
            wanted.remove(str(row.source_id))
        else:
            fields[f"{number}-DELETE"] = "on"
    for number, source in enumerate(wanted, start=len(rows)):
        fields |= {f"{number}-id": "", f"{number}-evidence": evidence.pk or "", f"{number}-source": source}
    fields |= {"INITIAL_FORMS": len(rows), "TOTAL_FORMS": len(rows) + len(wanted) + 1}
    return _with_fields(typed, fields)


def _with_fields(typed: QueryDict, fields: dict[str, Any]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, values in typed.lists():
        if not name.startswith(f"{_PREFIX}-"):
            data.setlist(name, values)
    for name, value in fields.items():
        data[f"{_PREFIX}-{name}"] = str(value)
    return data
