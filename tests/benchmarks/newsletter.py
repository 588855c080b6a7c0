"""What an issue for 100,000 subscribers, or as many as are asked for, costs: to queue, to hand over, in memory, and beside
Django's SMTP backend.
"""

import os
import resource
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django

from tests.benchmarks.saying import say

SUBSCRIBERS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
ROUNDS, MESSAGES = 15, 200
PAGE = resource.getpagesize()


def main() -> None:
    sink, port = start_sink()
    os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
    django.setup()
    try:
        measure(port)
    finally:
        sink.terminate()
        sink.wait()


def measure(port: int) -> None:
    from tracker.newsletter.mail_server import courier  # noqa: PLC0415 (the settings need EMAIL_URL first)
    from tracker.newsletter.sender import Sender  # noqa: PLC0415

    say(f"  {SUBSCRIBERS:,} messages queued in {queue():.1f} s")
    sender = Sender(courier())
    send(sender.work_off_batch)
    memory = resident()
    ours, plain, djangos, walls = [], [], [], []
    hand_over_only, by_django = without_database(courier()), with_django(port)
    for _round in range(ROUNDS):
        started = time.perf_counter()
        ours.append(cpu(lambda: send(sender.work_off_batch)))
        walls.append(time.perf_counter() - started)
        plain.append(cpu(hand_over_only))
        djangos.append(cpu(by_django))
    a, b, c = (statistics.median(costs) for costs in (ours, plain, djangos))
    say(f"  one sender hands over {MESSAGES / statistics.median(walls):.0f} messages a second")
    say(f"  CPU a message: {a:.2f} ms with the outbox, {b:.2f} ms without, Django's SMTP backend {c:.2f} ms")
    say(f"  with the outbox / Django's {a / c:.2f}, without / Django's {b / c:.2f}")
    say(f"  memory grew by {(resident() - memory) / 1e6:.1f} MB in {ROUNDS * MESSAGES:,} messages")


def queue() -> float:
    """Make subscribers and begin to send them an issue; gives the seconds that beginning took."""
    from django.utils import timezone  # noqa: PLC0415

    from pledges.models import Editor  # noqa: PLC0415
    from tracker.newsletter import tokens  # noqa: PLC0415
    from tracker.newsletter.actions import issues  # noqa: PLC0415
    from tracker.newsletter.models import Subscription  # noqa: PLC0415

    now = timezone.now()
    people = ((number, tokens.new_token()) for number in range(SUBSCRIBERS))
    Subscription.objects.bulk_create(
        (
            Subscription(
                address=f"lemon{number}@reader.example",
                state="confirmed",
                wants_digest=True,
                leave_token=token,
                leave_hash=tokens.token_hash(token),
                created_at=now,
                changed_at=now,
            )
            for number, token in people
        ),
        batch_size=2_000,
    )
    writer, sender = (Editor.objects.create_user(username=name, handle=name) for name in ("news-1", "news-2"))
    issue = issues.draft(by=writer)
    issue.introduction = "Lemons are *sour*. " * 20
    issue.save()
    started = time.perf_counter()
    issues.start(issue, by=sender)
    return time.perf_counter() - started


def send(work_off_batch: Callable[[Callable[[], bool]], bool]) -> None:
    for _batch in range(MESSAGES // 100):
        assert work_off_batch(lambda: False)


def without_database(courier: object) -> Callable[[], None]:
    from django.utils import timezone  # noqa: PLC0415

    from tracker.newsletter.envelope import Envelope, Gap, date_line, mail_address, message_id  # noqa: PLC0415
    from tracker.newsletter.messages import sent_issue  # noqa: PLC0415
    from tracker.newsletter.models import Issue  # noqa: PLC0415

    envelope = Envelope(sent_issue(Issue.objects.get()))

    def hand_over() -> None:
        for number in range(MESSAGES):
            address = mail_address(f"lemon{number}@reader.example")
            gaps = {
                Gap.ADDRESS: address,
                Gap.TOKEN: b"t" * 32,
                Gap.MESSAGE_ID: message_id("h" * 64, "issue", number),
                Gap.DATE: date_line(timezone.localtime()),
            }
            courier.hand_over(address, envelope.fill(gaps))  # type: ignore[attr-defined]

    return hand_over


def with_django(port: int) -> Callable[[], None]:
    from django.core.mail import EmailMultiAlternatives  # noqa: PLC0415
    from django.core.mail.backends.smtp import EmailBackend  # noqa: PLC0415

    from tracker.newsletter.messages import sent_issue  # noqa: PLC0415
    from tracker.newsletter.models import Issue  # noqa: PLC0415

    letter, backend = sent_issue(Issue.objects.get()), EmailBackend(host="127.0.0.1", port=port)
    backend.open()
    headers = {"List-Unsubscribe": "<https://lemons.example/>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}

    def hand_over() -> None:
        for number in range(MESSAGES):
            message = EmailMultiAlternatives(
                letter.subject, letter.text, "news@lemons.example", [f"lemon{number}@reader.example"], headers=headers
            )
            message.attach_alternative(letter.html, "text/html")
            backend.send_messages([message])

    return hand_over


def cpu(work: Callable[[], None]) -> float:
    """Give the milliseconds of this process's CPU that a message takes."""
    started = time.process_time()
    work()
    return 1000 * (time.process_time() - started) / MESSAGES


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def start_sink() -> tuple["subprocess.Popen[str]", int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    sink = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.sink", str(port)], stdout=subprocess.PIPE, text=True
    )
    assert sink.stdout is not None
    assert sink.stdout.readline() == "ready\n"
    return sink, port


if __name__ == "__main__":
    main()
