import os
import signal
import subprocess
import sys
import time

from tests.processes import Run

PROCESSES, PUBLISHES, ROUNDS = 8, 100, 5


def start(environment: dict[str, str], name: str, count: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.faults.publisher", name, str(count)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_eight_processes_leave_no_gap(environment: dict[str, str], manage: Run) -> None:
    manage("migrate", "--verbosity=0")
    publishers = [start(environment, f"lemon-{number}", PUBLISHES) for number in range(PROCESSES)]
    outputs = [publisher.communicate() for publisher in publishers]

    assert [errors[-2000:] for _output, errors in outputs if errors] == []
    assert [publisher.returncode for publisher in publishers] == [0] * PROCESSES
    sequences = sorted(int(line) for output, _errors in outputs for line in output.split())
    assert sequences == list(range(1, PROCESSES * PUBLISHES + 1))
    verified = manage("verify_log")
    assert verified.stdout.startswith("800 entries, unbroken, head ")
    assert verified.returncode == 0


def test_kill_during_publish_loses_nothing_acknowledged(environment: dict[str, str], manage: Run) -> None:
    manage("migrate", "--verbosity=0")
    acknowledged: list[int] = []
    for number in range(ROUNDS):
        publishers = [start(environment, f"lemon-{number}-{writer}", 10_000) for writer in range(4)]
        time.sleep(1.5 + number / 10)
        for publisher in publishers:
            os.kill(publisher.pid, signal.SIGKILL)
        acknowledged += [int(line) for publisher in publishers for line in publisher.communicate()[0].split()]

    verified = manage("verify_log")
    assert verified.returncode == 0, verified.stderr
    entries = int(verified.stdout.split()[0].replace(",", ""))
    assert len(set(acknowledged)) == len(acknowledged)
    assert max(acknowledged) <= entries
