import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracker.newsletter.actions import deliveries, issues, notices, sign_ups
from tracker.newsletter.mail_server import NotSetError, UncertainError, UnreachableError, courier
from tracker.newsletter.sender import Sender

PAUSE = 1.0  # seconds, when nothing is due
LONGEST_PAUSE = 60.0  # seconds, when the mail server does not work
SAY_EVERY = 5.0  # seconds

logger = logging.getLogger(__name__)


@dataclass
class Step:
    """Something that a sender does between messages, at most every so many seconds."""

    do: Callable[[], Any]
    every: float
    next_at: float = 0.0

    def do_if_due(self) -> None:
        if time.monotonic() >= self.next_at:
            self.do()
            self.next_at = time.monotonic() + self.every


class Command(BaseCommand):
    help = (
        "Send what waits: confirmations, notices and issues, until stopped. It may be killed at any moment, and on "
        "PostgreSQL several may run at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="work off what is due, then stop")
        parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after this time")
        parser.add_argument("--with-parent", action="store_true", help="stop when the process that started this ends")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            self._sender = Sender(courier())
        except NotSetError as error:
            raise CommandError(str(error)) from error
        self._stop = threading.Event()
        self._said_at = time.monotonic()
        self._is_over = self._end(options["seconds"], with_parent=options["with_parent"])
        with _told_by_signals(self._stop):
            self._work(steps_of(self._sender), once=options["once"])
        self._say()

    def _work(self, steps: Iterable[Step], *, once: bool) -> None:
        failures = 0
        while not self._is_over():
            for step in steps:
                step.do_if_due()
            try:
                had_work = self._sender.work_off_batch(self._is_over)
                failures = 0
            except (UnreachableError, UncertainError) as error:
                failures += 1
                had_work = True
                self._wait_for_server(error, failures, once=once)
            if not had_work and self._rest(once=once):
                break
            self._say_now_and_then()
        self._sender.rest()

    def _rest(self, *, once: bool) -> bool:
        issues.finish()
        self._sender.rest()
        return once or self._stop.wait(PAUSE)

    def _wait_for_server(self, error: Exception, failures: int, *, once: bool) -> None:
        logger.warning("The mail server does not take messages: %s", error)
        if once and isinstance(error, UnreachableError):
            raise CommandError(f"The mail server does not take messages ({error}). They wait to be sent later.")
        self._stop.wait(min(LONGEST_PAUSE, 2.0 ** (failures - 1)))

    def _end(self, seconds: float, *, with_parent: bool) -> Callable[[], bool]:
        ends, parent = time.monotonic() + seconds, os.getppid()
        return lambda: self._stop.is_set() or time.monotonic() > ends or (with_parent and os.getppid() != parent)

    def _say_now_and_then(self) -> None:
        if time.monotonic() > self._said_at + SAY_EVERY:
            self._say()

    def _say(self) -> None:
        """Print what was done since the last time; never an address."""
        counts, self._said_at = self._sender.counts, time.monotonic()
        if counts:
            self.stdout.write(", ".join(f"{count:,} {_WORDS[state]}" for state, count in sorted(counts.items())) + ".")
            self.stdout.flush()
            counts.clear()


_WORDS = {
    "sent": "sent",
    "failed": "refused",
    "unknown": "uncertain",
    "dropped": "not sent, as nothing was left to tell",
    "deferred": "to be tried again",
}


def steps_of(sender: Sender) -> list[Step]:
    """What is to be done besides sending; what makes new messages comes here."""
    return [
        Step(sender.recover, every=30),
        Step(notices.Queue().queue_due, every=60),
        Step(partial(sign_ups.work_off, deliveries.BATCH), every=0),
    ]


@contextmanager
def _told_by_signals(stop: threading.Event) -> Iterator[None]:
    """Let a first SIGTERM or Ctrl-C end after the message at hand; a second one does what it always does."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def end(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
