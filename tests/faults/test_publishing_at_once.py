import subprocess
import sys

from tests.processes import Run

PROCESSES, PUBLISHES = 8, 100
ROUNDS, WRITERS = 25, 4


def start(environment: dict[str, str], name: str, count: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.faults.publisher", name, str(count)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def prepare(manage: Run) -> None:
    manage("migrate", "--verbosity=0")
    manage("collectstatic", "--no-input", "--verbosity=0")  # a publisher makes HTML that names the style sheet


def test_eight_processes_leave_no_gap(environment: dict[str, str], manage: Run) -> None:
    prepare(manage)
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
    prepare(manage)
    command = [sys.executable, "-m", "tests.faults.killer", str(ROUNDS), str(WRITERS)]

    killed = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert (killed.returncode, killed.stderr) == (0, "")
    acknowledged = [int(line) for line in killed.stdout.split()]
    assert len(acknowledged) == len(set(acknowledged)) >= ROUNDS
    verified = manage("verify_log")
    assert verified.returncode == 0, verified.stderr
    entries = int(verified.stdout.split()[0].replace(",", ""))
    assert max(acknowledged) <= entries <= len(acknowledged) + ROUNDS * WRITERS
