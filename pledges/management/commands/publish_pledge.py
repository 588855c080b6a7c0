from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pledges.actions import editions
from pledges.actions.publishing_rule import NotPublishableError
from pledges.management.caches import tell_caches_of
from pledges.models import Edition, Review


class Command(BaseCommand):
    help = "Publish a pledge whose review a second person has approved. It cannot approve."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the last part of the pledge's address")

    def handle(self, *_args: Any, **options: Any) -> None:
        slug = options["slug"]
        review = Review.objects.filter(pledge__slug=slug, decision=Review.Decision.APPROVED).order_by("pk").last()
        if review is None:
            raise CommandError(f"No approved review of the pledge “{slug}” was found.")
        already = review.edition_id is not None
        try:
            edition = editions.publish(review)
        except NotPublishableError as error:
            raise CommandError(str(error)) from error
        what = "was published already as" if already else "is now published as"
        self.stdout.write(f"{slug} {what} edition {edition.number}, entry {edition.sequence}, {edition.short_hash}.")
        if edition.kind == Edition.Kind.WITHDRAWAL and (problem := tell_caches_of(self, review.pledge.public)):
            raise CommandError(problem)
