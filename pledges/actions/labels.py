from django.db.models import Q

from pledges import standing_facts
from pledges.actions import drafts
from pledges.actions.journal import public_change
from pledges.models import Department, Pledge, Promisor, Rating, Topic


def take_in(label: Rating | Topic | Department | Promisor) -> None:
    """Take in a changed name or definition: every page may show it, and drafts that use it say something else now."""
    with public_change() as tags:
        tags.update({"site", standing_facts.mark(label)})
        drafts.settle_all(Pledge.objects.filter(_using(label)))


def remove(label: Rating | Topic | Department | Promisor) -> None:
    """Delete a label that nothing uses, or the database refuses: pages that list labels lose it."""
    with public_change() as tags:
        tags.update({"site", standing_facts.mark_of_removed(label)})
        label.delete()


def _using(label: Rating | Topic | Department | Promisor) -> Q:
    if isinstance(label, Rating):
        return Q(pk__in=label.verdicts.values("pledge"))
    return Q(**{label._meta.model_name or "": label})
