from itertools import chain, count

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.actions import public_pledges, ready_html
from pledges.actions.journal import public_change
from pledges.models import Pledge, PublicPledge, RetiredSlug

_LONGEST = 80  # characters


class AddressTakenError(Exception):
    """Another pledge has, or once had, this address."""


def move(pledge: Pledge, *, to: str) -> None:
    """Give a pledge a new slug; the old address of a published one redirects for ever.

    Moving to where it is already changes nothing. Raises AddressTakenError or ValidationError.
    """
    with public_change() as tags:
        pledge = _locked(pledge)
        public = PublicPledge.objects.select_related("topic", "department", "promisor").filter(pledge=pledge).first()
        if to == pledge.slug and (public is None or to == public.slug):
            return
        if _is_taken(to, by_other_than=pledge):
            raise AddressTakenError(_("Another pledge has, or once had, the address “%s”.") % to)
        pledge.slug = to
        pledge.full_clean()
        pledge.save(update_fields=["slug"])
        if public and public.slug != to:
            tags.update(public_pledges.tags_of(public) | {f"pledge:{to}"})
            RetiredSlug.objects.filter(slug=to).delete()
            RetiredSlug.objects.create(slug=public.slug, pledge=pledge, retired_at=timezone.now())
            PublicPledge.objects.filter(pledge=pledge).update(slug=to)
            ready_html.make_anew(public)


def free_like(slug: str) -> str:
    """Give the address, or the first of it with -2, -3, … that no pledge has or once had."""
    stem = slug[: _LONGEST - 5]
    records = (Pledge, PublicPledge, RetiredSlug)
    taken = {
        taken
        for record in records
        for taken in record.objects.filter(slug__startswith=stem).values_list("slug", flat=True)
    }
    wanted = chain([slug], (f"{stem}-{number}" for number in count(2)))
    return next(address for address in wanted if address not in taken)


def _locked(pledge: Pledge) -> Pledge:
    found = Pledge.objects.select_for_update(of=("self",)).filter(pk=pledge.pk).first()
    if found is None:
        raise ValidationError(_("This pledge was deleted meanwhile."))
    return found


def _is_taken(slug: str, *, by_other_than: Pledge) -> bool:
    return (
        Pledge.objects.filter(slug=slug).exclude(pk=by_other_than.pk).exists()
        or PublicPledge.objects.filter(slug=slug).exclude(pledge=by_other_than).exists()
        or RetiredSlug.objects.filter(slug=slug).exclude(pledge=by_other_than).exists()
    )
