"""The sender: takes messages from the outbox and hands them over, one after the other, until it is told to stop.

Before a message is handed over, that is committed, and so is what came of it; the end of one and the beginning of the
next are one commit. A sender that is killed leaves at most one message of which nobody knows whether it arrived.
"""

import hashlib
import logging
import os
import secrets
import socket
import time
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

from django.db.models import Max
from django.utils import timezone

from tracker.newsletter import messages
from tracker.newsletter.actions import deliveries, notices, subscriptions
from tracker.newsletter.actions.deliveries import Parcel
from tracker.newsletter.digest import Line
from tracker.newsletter.envelope import Envelope, Gap, UnusableAddressError, date_line, mail_address, message_id
from tracker.newsletter.mail_server import (
    Courier,
    DeferredError,
    NotHandedOverError,
    RefusedError,
    UncertainError,
    UnreachableError,
)
from tracker.newsletter.models import ConsentEvent, Delivery, Issue, SignUp, Subscription

LONGEST_BATCH = 300.0  # seconds; then what is left goes back, so that a claim is never older than a dead sender's
MOST_REFUSED = 20  # in a row; beyond that it is not those people who cannot be reached, but we
LEASE = 900.0  # seconds after which a sender of another machine that shows no sign of life is taken for dead

State = Delivery.State
logger = logging.getLogger(__name__)


class Sender:
    """One of perhaps several that work on the same outbox."""

    def __init__(self, courier: Courier) -> None:
        self.name = f"{machine()}:{os.getpid()}:{secrets.token_hex(4)}"
        self.counts: Counter[str] = Counter()
        self._courier = courier
        self._handed_over: Parcel | None = None
        self._refused = 0  # in a row
        self._envelope_of_issue = lru_cache(maxsize=4)(_envelope_of_issue)
        self._envelope_of_notice = lru_cache(maxsize=32)(_envelope_of_notice)

    def work_off_batch(self, is_over: Callable[[], bool]) -> bool:
        """Hand over up to a hundred messages; whether there was anything to do.

        Raises UnreachableError or UncertainError when the mail server does not work; everything is in order then too.
        """
        parcels = deliveries.claim(by=self.name)
        self._envelope_of_issue.cache_clear()  # a redaction may have changed the copy that is sent
        ends = time.monotonic() + LONGEST_BATCH
        try:
            for parcel in parcels:
                if is_over() or time.monotonic() > ends:
                    break
                self._work_off(parcel)
        finally:
            self._record_handed_over()
            if parcels:
                deliveries.release(by=self.name)
        return bool(parcels)

    def rest(self) -> None:
        """Leave the mail server alone while there is nothing to do."""
        self._courier.close()

    def recover(self) -> None:
        """Put in order what senders left behind that are dead."""
        holding = Delivery.objects.filter(state__in=[State.CLAIMED, State.SENDING]).exclude(claimed_by=self.name)
        latest = holding.values_list("claimed_by").annotate(latest=Max("claimed_at")).order_by()
        now = timezone.now()
        dead = [name for name, moment in latest if _is_dead(name, (now - moment).total_seconds())]
        if dead and (uncertain := deliveries.recover(dead=dead)):
            logger.error("A sender died. Messages that are uncertain now, for a person to decide: %d", uncertain)

    def _work_off(self, parcel: Parcel) -> None:
        # Written before it begins: whoever is killed while writing leaves nothing uncertain.
        envelope = self._envelope_for(parcel)
        if envelope is None:
            deliveries.drop(parcel, by=self.name)
            self.counts[State.DROPPED] += 1
            return
        is_wanted = deliveries.begin(parcel, by=self.name, after=self._handed_over)
        self._count_handed_over()
        if is_wanted:
            self._hand_over(parcel, envelope)

    def _hand_over(self, parcel: Parcel, envelope: Envelope) -> None:
        try:
            address = mail_address(parcel.address)
            self._give(address, envelope.fill(_gaps(parcel, address)))
        except UnusableAddressError:
            self._settle(parcel, State.FAILED, "an address that cannot be used")
        except NotHandedOverError as error:
            self._take_note(parcel, error)
            if isinstance(error, UncertainError | UnreachableError):
                raise
        else:
            self._handed_over = parcel

    def _give(self, address: bytes, message: bytes) -> None:
        """Hand over; a server that says of one person after the other that they are gone is one that does not work."""
        try:
            self._courier.hand_over(address, message)
        except RefusedError as error:
            if error.is_dead_mailbox and self._is_one_too_many():
                raise UnreachableError(f"{error}, as {self._refused - 1} before") from error
            raise
        self._refused = 0

    def _is_one_too_many(self) -> bool:
        self._refused += 1
        is_it = self._refused > MOST_REFUSED
        if is_it:
            logger.error("The mail server says of %d people in a row that they are gone. Is it ours?", self._refused)
        return is_it

    def _take_note(self, parcel: Parcel, error: NotHandedOverError) -> None:
        if isinstance(error, DeferredError | UnreachableError):
            deliveries.defer(parcel, by=self.name, error=str(error))
            self.counts["deferred"] += 1
        else:
            self._settle(parcel, State.UNKNOWN if isinstance(error, UncertainError) else State.FAILED, str(error))
        if isinstance(error, RefusedError) and error.is_dead_mailbox:
            _mark_bounced(parcel)

    def _record_handed_over(self) -> None:
        if self._handed_over is not None:
            deliveries.record_sent(self._handed_over, by=self.name)
            self._count_handed_over()

    def _count_handed_over(self) -> None:
        if self._handed_over is not None:
            self._handed_over = None
            self.counts[State.SENT] += 1

    def _settle(self, parcel: Parcel, state: Delivery.State, error: str) -> None:
        deliveries.settle(parcel, state, by=self.name, error=error)
        self.counts[state] += 1

    def _envelope_for(self, parcel: Parcel) -> Envelope | None:
        if parcel.kind == Delivery.Kind.CONFIRMATION:
            return _envelope_of_confirmation(parcel)
        if parcel.kind == Delivery.Kind.NOTICE:
            notices.mark_told(parcel)
            lines = notices.lines_for(parcel)
            return self._envelope_of_notice(lines) if lines else None
        assert parcel.issue is not None
        return self._envelope_of_issue(parcel.issue)


def machine() -> str:
    """Name the machine by its whole name, however long: of two containers with like names both senders may be number 1."""
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:24]


def _envelope_of_confirmation(parcel: Parcel) -> Envelope | None:
    sign_up = SignUp.objects.select_related("wording").filter(pk=parcel.sign_up or 0).first()  # it may be erased
    return Envelope(messages.write_confirmation(sign_up)) if sign_up and sign_up.token else None


def _envelope_of_issue(issue: int) -> Envelope:
    return Envelope(messages.sent_issue(Issue.objects.get(pk=issue)))


def _envelope_of_notice(lines: tuple[Line, ...]) -> Envelope:
    return Envelope(messages.write_notice(lines))


def _mark_bounced(parcel: Parcel) -> None:
    # Nobody who has confirmed is ever deleted: only they can be marked.
    if subscription := Subscription.objects.filter(pk=parcel.subscription, state="confirmed").first():
        subscriptions.mark_bounced(subscription, how=ConsentEvent.How.MAIL_SERVER, now=timezone.now())


def _gaps(parcel: Parcel, address: bytes) -> dict[Gap, bytes]:
    return {
        Gap.ADDRESS: address,
        Gap.TOKEN: parcel.leave_token.encode(),
        Gap.MESSAGE_ID: message_id(parcel.leave_hash, parcel.kind, parcel.key),
        Gap.DATE: date_line(timezone.localtime()),
    }


def _is_dead(name: str, silent_for: float) -> bool:
    """Whether a sender is gone: its process, if it ran on this machine, or any sign of life for a long time."""
    host, pid, _own = name.split(":")
    if silent_for > LEASE:
        return True
    if host != machine():
        return False
    # Our own number with another name is that of a sender before us: a container starts again with the same.
    return int(pid) == os.getpid() or not _runs(int(pid))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError as error:
        return not isinstance(error, ProcessLookupError)  # it may be somebody else's
    return True
