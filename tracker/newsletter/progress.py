"""How far an issue has got: counted, never listed by name."""

from dataclasses import dataclass

from tracker.newsletter.models import Delivery, Issue
from tracker.newsletter.totals import deliveries_by_state

State = Delivery.State
_WAITING = (State.QUEUED, State.CLAIMED, State.SENDING)


@dataclass(frozen=True)
class Progress:
    """Numbers of messages; together they are `total`."""

    sent: int
    waiting: int
    failed: int
    uncertain: int
    dropped: int

    @property
    def total(self) -> int:
        return self.settled + self.waiting

    @property
    def settled(self) -> int:
        return self.sent + self.failed + self.uncertain + self.dropped


def progress_of(issue: Issue) -> Progress:
    """Count the messages of an issue, those included of which only the number is kept."""
    counts = deliveries_by_state(issue)
    return Progress(
        sent=counts[State.SENT],
        waiting=sum(counts[state] for state in _WAITING),
        failed=counts[State.FAILED],
        uncertain=counts[State.UNKNOWN],
        dropped=counts[State.DROPPED],
    )
