from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from pledges.actions import editions, throttles
from pledges.actions.publishing_rule import NotPublishableError
from pledges.models import Review


class Command(BaseCommand):
    help = (
        "Publish every approved review whose time has come, with the real time of publication, and forget the counts of "
        "limits whose time is over. Run it every minute."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        throttles.forget_ended(now=timezone.now())
        refused = 0
        due = Review.objects.filter(decision=Review.Decision.APPROVED, edition=None, publish_at__lte=timezone.now())
        for review in due.select_related("pledge").order_by("publish_at", "pk"):
            try:
                edition = editions.publish(review)
            except NotPublishableError as error:
                refused += 1
                self.stderr.write(f"{review.pledge.slug} is not published: {error}")
            else:
                self.stdout.write(f"{review.pledge.slug} is now published as edition {edition.number}.")
        if refused:
            raise CommandError(f"{refused} reviews could not be published.")
