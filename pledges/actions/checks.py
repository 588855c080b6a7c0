from datetime import date

from pledges import standing_facts
from pledges.actions import public_pledges
from pledges.actions.journal import public_change
from pledges.models import Check, Editor, Pledge


def record(pledge: Pledge, *, checked_on: date, next_due_on: date, by: Editor) -> Check:
    """Say in public that we looked and when we look next; changes nothing else."""
    with public_change() as tags:
        check = Check(pledge=pledge, checked_on=checked_on, next_due_on=next_due_on, checked_by=by)
        check.full_clean()
        check.save()
        tags.add(standing_facts.mark(check))
        if pledge.editions.exists():
            tags.update(public_pledges.refresh(pledge))
        return check
