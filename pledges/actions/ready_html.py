"""HTML made once an edition is out: outside the lock, and a page without it is only slower. It is stored in turn."""

from collections.abc import Iterable, Iterator

from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string

from pledges import ready_html
from pledges.actions.journal import in_turn
from pledges.models import PublicPledge, ReadyHtml
from pledges.pledge_page import pledge_page

_COLUMNS = ["edition", "release", "sources", "parts", "stamp"]


def make_later(pledge_ids: Iterable[int]) -> None:
    """Make it once the transaction is over."""
    keys = list(pledge_ids)
    # robust: the edition is out whatever happens here.
    transaction.on_commit(lambda: _make_all(keys), robust=True)


def make_anew(public: PublicPledge) -> None:
    """Throw away what was made of the edition before, in this transaction, and make it once that is over."""
    ReadyHtml.objects.filter(pledge=public).delete()
    make_later([public.pk])


def rebuild() -> Iterator[str]:
    """Make it for every public pledge, giving the slug of each as it is done."""
    for key in PublicPledge.objects.in_public().order_by("pk").values_list("pk", flat=True):
        yield _make(key)


def _make_all(pledge_ids: list[int]) -> None:
    for key in pledge_ids:
        _make(key)


def _make(pledge_id: int) -> str:
    public = PublicPledge.objects.select_related("edition").get(pk=pledge_id)
    if public.withdrawn_at:
        ReadyHtml.objects.filter(pledge=public).delete()
        return public.slug
    page = pledge_page(public)
    page.parts.clear()
    # It leaves the parts in the page; a request, of nobody, brings what pages say of the site.
    render_to_string("pledges/pledge_detail.html", {"page": page}, HttpRequest())
    row = ready_html.make_row(public, page.sources, page.parts)
    with in_turn():
        # What an edition or a redaction removed meanwhile must not come back: whatever did that has it made again.
        if ready_html.is_due(row, page.sources):
            _store(row)
    return public.slug


def _store(row: ReadyHtml) -> None:
    ReadyHtml.objects.bulk_create([row], update_conflicts=True, unique_fields=["pledge"], update_fields=_COLUMNS)
