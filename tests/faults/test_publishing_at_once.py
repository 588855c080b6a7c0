import subprocess
import sys

import pytest

from tests.processes import Run

PROCESSES, PUBLISHES = 8, 25
ROUNDS, WRITERS = 25, 4


pytestmark = pytest.mark.usefixtures("_migrated")


def start(environment: dict[str, str], count: int, *names: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.faults.publisher", str(count), *names]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_eight_processes_leave_no_gap(environment: dict[str, str], manage: Run) -> None:
    publishers = start(environment, PUBLISHES, *(f"lemon-{number}" for number in range(PROCESSES)))
    output, errors = publishers.communicate()

    assert (errors[-2000:], publishers.returncode) == ("", 0)
    assert sorted(map(int, output.split())) == list(range(1, PROCESSES * PUBLISHES + 1))
    verified = manage("verify_log")
    assert verified.stdout.startswith("200 entries, unbroken, head ")
    assert verified.returncode == 0


def test_kill_during_publish_loses_nothing_acknowledged(environment: dict[str, str], manage: Run) -> None:
    command = [sys.executable, "-m", "tests.faults.killer", str(ROUNDS), str(WRITERS)]

    killed = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert (killed.returncode, killed.stderr) == (0, "")
    acknowledged = [int(line) for line in killed.stdout.split()]
    assert len(acknowledged) == len(set(acknowledged)) >= ROUNDS
    verified = manage("verify_log")
    assert verified.returncode == 0, verified.stderr
    entries = int(verified.stdout.split()[0].replace(",", ""))
    assert max(acknowledged) <= entries <= len(acknowledged) + ROUNDS * WRITERS
