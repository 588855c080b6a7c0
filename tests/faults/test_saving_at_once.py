"""Editors who save, add and publish at the same moment get an answer each: nobody waits for ever, nobody a 500."""

import subprocess
import sys

import pytest

from tests.processes import Run

TIMES = 12


def run_at_once(environment: dict[str, str], *kinds: str) -> dict[str, list[int]]:
    """Give the statuses that each editor got."""
    command = [sys.executable, "-m", "tests.faults.saver"]
    savers = [
        subprocess.Popen(
            [*command, kind, str(TIMES)], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for kind in kinds
    ]
    outputs = [saver.communicate(timeout=120) for saver in savers]
    assert [errors[-2000:] for _statuses, errors in outputs if errors] == []
    return {
        f"{kind} {place}": [*map(int, out.split())]
        for place, (kind, (out, _)) in enumerate(zip(kinds, outputs, strict=True))
    }


@pytest.fixture
def _prepared(environment: dict[str, str], _migrated: None) -> None:
    run_at_once(environment, "prepare")


@pytest.mark.usefixtures("_prepared")
def test_saving_and_publishing_the_same_rows_at_once(environment: dict[str, str], manage: Run) -> None:
    found = run_at_once(environment, "publish", "topic", "verdict", "pledge", "pledge")

    assert all(len(statuses) == TIMES for statuses in found.values()), found
    assert {status for statuses in found.values() for status in statuses} <= {200, 302, 403, 409}, found
    verified = manage("verify_log")
    assert verified.returncode == 0, verified.stderr
    assert int(verified.stdout.split()[0]) > 0


@pytest.mark.usefixtures("_prepared")
def test_of_two_new_pledges_with_one_address_the_second_gets_another(environment: dict[str, str], manage: Run) -> None:
    found = run_at_once(environment, "add", "add")

    assert found == {"add 0": [302] * TIMES, "add 1": [302] * TIMES}
    command = (
        "from pledges.models import Pledge; print(*Pledge.objects.exclude(slug='limes').values_list('slug', flat=True))"
    )
    slugs = manage("shell", "--no-imports", "--command", command).stdout.split()
    assert sorted(slugs) == sorted(["lemon", *(f"lemon-{number}" for number in range(2, TIMES * 2 + 1))])
