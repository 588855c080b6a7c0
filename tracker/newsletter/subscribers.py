from django.conf import settings

from tracker.newsletter.models import Subscription


def number_to_show() -> int | None:
    """Give how many get the digest, rounded down to two digits, or nothing below the threshold."""
    readers = Subscription.objects.of_digest().count()
    return rounded_down(readers) if readers >= settings.SUBSCRIBERS_SHOWN_FROM else None


def rounded_down(number: int) -> int:
    step = int("1" + "0" * max(0, len(str(number)) - 2))
    return number // step * step
