from django.utils import timezone

from pledges.actions.journal import forget_old_news, public_change
from pledges.models import Verification


def record(*, entries: int, head: str, holds: bool, first_broken: int | None = None) -> Verification:
    """Tell readers of the log that it was verified just now, and what was found."""
    found = {"entries": entries, "head": head, "holds": holds, "first_broken": first_broken}
    with public_change() as tags:
        tags.add("log")
        forget_old_news("log")
        return Verification.objects.update_or_create(pk=1, defaults={"ran_at": timezone.now(), **found})[0]
