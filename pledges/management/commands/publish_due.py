from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from pledges.actions import editions, throttles
from pledges.actions.publishing_rule import NotPublishableError
from pledges.management.caches import tell_caches_of
from pledges.models import Edition, Review


class Command(BaseCommand):
    help = (
        "Publish every approved review whose time has come, with the real time of publication, and forget the counts of "
        "limits whose time is over. Run it every minute."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        throttles.forget_ended(now=timezone.now())
        refused = untold = 0
        due = Review.objects.filter(decision=Review.Decision.APPROVED, edition=None, publish_at__lte=timezone.now())
        for review in due.select_related("pledge").order_by("publish_at", "pk"):
            try:
                edition = editions.publish(review)
            except NotPublishableError as error:
                refused += 1
                self.stderr.write(f"{review.pledge.slug} is not published: {error}")
            else:
                self.stdout.write(f"{review.pledge.slug} is now published as edition {edition.number}.")
                untold += edition.kind == Edition.Kind.WITHDRAWAL and self._could_not_tell_caches(review)
        if refused:
            raise CommandError(f"{refused} reviews could not be published.")
        if untold:
            raise CommandError(f"Of {untold} withdrawals the cache could not be told.")

    def _could_not_tell_caches(self, withdrawal: Review) -> bool:
        problem = tell_caches_of(self, withdrawal.pledge.public)
        if problem:
            self.stderr.write(problem)
        return bool(problem)
