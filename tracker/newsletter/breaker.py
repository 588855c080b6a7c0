"""A stop for confirmation mails, which strangers can have us send: beyond so many an hour a person must look."""

import logging
from datetime import datetime, timedelta

from pledges.actions import throttles
from tracker.newsletter.models import Delivery

MOST = 300
_PER = timedelta(hours=1)
_ALARM = throttles.Limit("alarm of the breaker", most=1, per=_PER)
_log = logging.getLogger(__name__)


def confirmations_left(*, now: datetime) -> int:
    """Say how many confirmations may still be claimed at this moment; with none left, tell the operator once an hour.

    What waits is kept, and goes out when the hour has room again.
    """
    claimed = _claimed(now)
    if claimed >= MOST and not throttles.count(_ALARM, "", now=now):
        _log.error("Confirmations of sign-ups pause: %d within an hour. Somebody may be abusing the form.", claimed)
    return max(0, MOST - claimed)


def is_open(*, now: datetime) -> bool:
    """Whether confirmations pause now; asks without telling the operator."""
    return _claimed(now) >= MOST


def _claimed(now: datetime) -> int:
    return Delivery.objects.filter(kind=Delivery.Kind.CONFIRMATION, claimed_at__gt=now - _PER).count()
