"""How a consent event names what somebody gets."""

from tracker.newsletter.models import Subscription


def gets_of(subscription: Subscription) -> str:
    if subscription.state != Subscription.State.CONFIRMED:
        return ""
    slugs = subscription.follows.order_by("pledge__public__slug").values_list("pledge__public__slug", flat=True)
    return named(list(slugs), digest=subscription.wants_digest)


def named(slugs: list[str], *, digest: bool) -> str:
    return " ".join(["digest"] * digest + slugs)
