"""Work for senders in processes of their own: `python -m tests.faults.mailing TASK …`, on the database of DATABASE_URL.

`prepare COUNT NAME…` makes so many subscribers, and one for each name, and begins to send them an issue; `kill ROUNDS
SENDERS FILE` starts senders and kills them in the midst of it, once the mail server's file grows; `sign-up` prints how
many milliseconds the site takes to answer a sign-up.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import django
from django.core.management import call_command
from django.test import Client
from django.test.utils import setup_test_environment
from django.urls import reverse
from django.utils import timezone

from tests.benchmarks.saying import say
from tests.servers import wait_until

LONGEST = 0.2  # seconds from the first message that is taken to the kill


def prepare(count: str, *names: str) -> None:
    from pledges.models import Editor  # noqa: PLC0415 (the models need Django set up)
    from tracker.newsletter import tokens  # noqa: PLC0415
    from tracker.newsletter.actions import issues  # noqa: PLC0415
    from tracker.newsletter.models import Subscription  # noqa: PLC0415

    writer, sender = (Editor.objects.create_user(username=name, handle=name) for name in ("writer", "sender"))
    now = timezone.now()
    secrets = [tokens.new_token() for _ in range(int(count) + len(names))]
    Subscription.objects.bulk_create(
        [
            Subscription(
                address=f"{name}@reader.example",
                state="confirmed",
                wants_digest=True,
                leave_token=secret,
                leave_hash=tokens.token_hash(secret),
                created_at=now,
                changed_at=now,
            )
            for name, secret in zip([*names, *(f"lemon{n}" for n in range(int(count)))], secrets, strict=True)
        ],
        batch_size=1000,
    )
    issue = issues.draft(by=writer)
    issue.introduction = "Lemons are *sour*."
    issue.save()
    started = time.perf_counter()
    issues.start(issue, by=sender)
    say(f"{time.perf_counter() - started:.2f}")


def kill(rounds: str, senders: str, taken: str) -> None:
    """Fork, because starting takes longer than sending; nothing here has a connection that the children could share."""
    reverse("home")  # loads all addresses, once instead of in every sender
    dice = random.Random(int(rounds))  # noqa: S311
    Path(taken).touch()
    for _round in range(int(rounds)):
        before = Path(taken).stat().st_size
        pids = [_fork_sender() for _ in range(int(senders))]
        wait_until(lambda before=before: Path(taken).stat().st_size > before)  # type: ignore[misc]
        time.sleep(dice.uniform(0, LONGEST))
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _fork_sender() -> int:
    pid = os.fork()
    if not pid:
        call_command("send_newsletter")
        os._exit(0)
    return pid


def sign_up() -> None:
    browser, form = Client(), {"address": "lemon@reader.example", "digest": "on"}
    browser.get("/newsletter/", headers={"host": "127.0.0.1"})
    started = time.perf_counter()
    response = browser.post("/newsletter/", form, headers={"host": "127.0.0.1"})
    assert response.status_code == HTTPStatus.OK
    say(f"{1000 * (time.perf_counter() - started):.0f}")


TASKS: dict[str, Callable[..., None]] = {
    "prepare": prepare,
    "kill": kill,
    "sign-up": sign_up,
}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    os.environ.update({"SITE_URL": "http://127.0.0.1", "ALLOWED_HOSTS": "127.0.0.1"})
    django.setup()
    setup_test_environment()
    TASKS[sys.argv[1]](*sys.argv[2:])
