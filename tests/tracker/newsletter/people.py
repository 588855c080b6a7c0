"""Invented people who want mail."""

import itertools
from datetime import datetime
from typing import Any

from django.utils import timezone

from pledges.models import Pledge
from tracker.newsletter import tokens
from tracker.newsletter.actions import sign_ups
from tracker.newsletter.models import SignUp, Subscription

_count = itertools.count(1)


def make_subscription(*, follows: Pledge | None = None, **fields: Any) -> Subscription:
    """Somebody who has confirmed to get the digest, if nothing else is said."""
    token, now = tokens.new_token(), timezone.now()
    defaults = {
        "address": f"reader{next(_count)}@lemons.example",
        "state": "confirmed",
        "wants_digest": fields.get("state", "confirmed") == "confirmed",
        "leave_token": token,
        "leave_hash": tokens.token_hash(token),
        "created_at": now,
        "changed_at": now,
    }
    subscription = Subscription.objects.create(**(defaults | fields))
    if follows:
        subscription.follows.create(pledge=follows, since=now)
    return subscription


def make_sign_up(address: str = "reader@lemons.example", *, pledge: Pledge | None = None, **options: Any) -> SignUp:
    """A sign-up that waits to be worked off."""
    now: datetime = options.get("now") or timezone.now()
    digest = options.get("digest", pledge is None)
    return sign_ups.take_in(address, digest=digest, pledge_id=pledge.pk if pledge else None, now=now)


def make_asked_sign_up(address: str = "reader@lemons.example", **options: Any) -> SignUp:
    """A sign-up whose confirmation is on its way."""
    sign_up = make_sign_up(address, **options)
    sign_ups.work_off(100)
    sign_up.refresh_from_db()
    assert sign_up.token
    return sign_up


def confirmed(sign_up: SignUp) -> Subscription:
    """Press the button behind the link of a sign-up."""
    subscription = sign_ups.confirm(sign_up, until=sign_up.pk, now=timezone.now())
    assert subscription is not None
    return subscription
