"""Senders that are killed, and a mail server that fails in every way: nobody gets a message twice, nobody is forgotten."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.smtp_sink import HOST, taken
from tests.processes import Run, ask_database
from tests.servers import find_free_port, wait_until

ROWS = 1500
ROUNDS, SENDERS = 10, 2  # 20 kills

Task = Callable[..., list[str]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "taken"


@pytest.fixture
def sink(environment: dict[str, str], file: Path) -> Iterator["subprocess.Popen[str]"]:
    """A mail server in a process of its own, to which EMAIL_URL leads."""
    port = find_free_port()
    environment |= {"EMAIL_URL": f"smtp://{HOST}:{port}", "SITE_URL": "http://127.0.0.1", "ALLOWED_HOSTS": "127.0.0.1"}
    running = start_sink(port, file)
    yield running
    running.communicate()  # closes what it reads from, which ends it


def start_sink(port: int, file: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.faults.smtp_sink", str(port), str(file)]
    running = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "ready\n"
    return running


@pytest.fixture
def task(environment: dict[str, str], _migrated: None) -> Task:
    """Run a task of `tests.faults.mailing` on a migrated database; gives the lines it prints."""

    def run(*arguments: str) -> list[str]:
        command = [sys.executable, "-m", "tests.faults.mailing", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout.splitlines()

    return run


def states(url: str) -> dict[str, int]:
    return dict(ask_database(url, "SELECT state, count(*) FROM newsletter_delivery GROUP BY state"))


def addresses(url: str, state: str) -> set[str]:
    """Give the addresses of the messages that are in a state."""
    question = """
        SELECT reader.address, message.state FROM newsletter_delivery message
        JOIN newsletter_subscription reader ON reader.id = message.subscription_id
    """
    return {address for address, found in ask_database(url, question) if found == state}


@pytest.mark.usefixtures("sink")
def test_kill_20_times_doubles_and_loses_nothing(task: Task, manage: Run, database_url: str, file: Path) -> None:
    (seconds,) = task("prepare", str(ROWS))
    assert float(seconds) < 5

    task("kill", str(ROUNDS), str(SENDERS), str(file))
    killed_with = states(database_url)
    finished = manage("send_newsletter", "--once")

    assert finished.returncode == 0, finished.stderr[-2000:]
    counts = states(database_url)
    received = [address for address, _key in taken(file)]
    assert sum(counts.values()) == ROWS
    assert set(counts) <= {"sent", "unknown"}
    assert counts.get("unknown", 0) <= ROUNDS * SENDERS
    assert 0 < killed_with.get("sent", 0) < ROWS  # they were killed in the midst of it
    assert len(received) == len(set(received))
    sent = addresses(database_url, "sent")
    assert sent <= set(received)
    assert set(received) - sent <= addresses(database_url, "unknown")
    assert "@" not in finished.stdout + finished.stderr


def test_a_server_that_is_down_or_refuses_loses_nothing(
    task: Task, manage: Run, sink: "subprocess.Popen[str]", environment: dict[str, str], file: Path
) -> None:
    url = environment["DATABASE_URL"]
    task("prepare", "50", "first", "later", "gone", "spam", "full", "slowly", "die")
    sink.communicate()

    down = manage("send_newsletter", "--once")

    assert down.returncode == 1
    assert "They wait to be sent later." in down.stderr
    assert states(url) == {"queued": 57}

    again = start_sink(int(environment["EMAIL_URL"].rpartition(":")[2]), file)
    done = manage("send_newsletter", "--once")
    again.communicate()

    assert done.returncode == 0, done.stderr[-2000:]
    assert states(url) == {"failed": 3, "queued": 3, "sent": 50, "unknown": 1}
    assert addresses(url, "queued") == {f"{name}@reader.example" for name in ("first", "later", "slowly")}
    assert addresses(url, "unknown") == {"die@reader.example"}
    assert len(taken(file)) == 51
    assert "@" not in down.stdout + down.stderr + done.stdout + done.stderr


@pytest.mark.usefixtures("sink")
def test_while_a_server_hangs_the_site_answers_as_always(task: Task, environment: dict[str, str]) -> None:
    task("prepare", "1", "hang")
    with a_sender(environment):
        wait_until(lambda: states(environment["DATABASE_URL"]).get("sending") == 1)

        (milliseconds,) = task("sign-up")

    assert int(milliseconds) < 300


@pytest.mark.usefixtures("sink")
def test_sigterm_ends_after_the_message_at_hand(task: Task, environment: dict[str, str], file: Path) -> None:
    task("prepare", "500")
    with a_sender(environment) as sender:
        wait_until(lambda: len(taken(file)) > 10)

        sender.send_signal(signal.SIGTERM)
        said = sender.communicate(timeout=20)[0]

    assert sender.returncode == 0
    counts = states(environment["DATABASE_URL"])
    assert set(counts) == {"sent", "queued"}
    assert f"{counts['sent']:,} sent." in said


@contextmanager
def a_sender(environment: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "manage.py", "send_newsletter"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        try:
            yield running
        finally:
            running.kill()
