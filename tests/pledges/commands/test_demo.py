"""The newcomer's one command, in a process of its own."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from pledges.roles import ROLES
from tests.processes import Run, new_database

FIXTURES = sorted(Path("fixtures/pledges").glob("*.json"))
ROWS = [row for fixture in FIXTURES for row in json.loads(fixture.read_text())]
VERDICTS = [row["fields"] for row in ROWS if row["model"] == "pledges.verdict"]
RATED = {verdict["pledge"][0] for verdict in VERDICTS}


@dataclass(frozen=True)
class Demonstration:
    url: str
    static: Path
    said: "subprocess.CompletedProcess[str]"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """What the command makes of nothing; it is there to be copied."""
    folder = tmp_path_factory.mktemp("demonstration")
    url = new_database("demonstration", folder)
    environment = {**os.environ, "DATABASE_URL": url, "STATIC_ROOT": str(folder / "static")}
    command = [sys.executable, "manage.py", "demo", "--no-serve"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return Demonstration(url, folder / "static", said)


@pytest.fixture
def demonstration(made: Demonstration, environment: dict[str, str], tmp_path: Path) -> Demonstration:
    """The database of these tests holds a demonstration."""
    new_database("faults", tmp_path, like=made.url)
    environment["STATIC_ROOT"] = str(made.static)
    return made


def asked(manage: Run, question: str) -> str:
    """Ask the database of the demonstration."""
    run = manage("shell", "--no-imports", "-c", f"from pledges.models import *; print({question})")
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_demo_publishes_every_sample_and_does_no_harm_twice(demonstration: Demonstration, manage: Run) -> None:
    first = demonstration.said
    assert first.returncode == 0, first.stderr
    assert f"Published {len(FIXTURES)} of {len(FIXTURES)}" in first.stdout
    assert first.stdout.count("Published the text") == 4
    assert first.stdout.count("Log-in for ") == 2
    assert first.stderr == ""
    assert asked(manage, "ReadyHtml.objects.count()") == str(len(FIXTURES))

    again = manage("demo", "--no-serve")

    assert again.returncode == 0
    assert "Published" not in again.stdout
    assert "Log-in for " not in again.stdout
    later_verdicts = len(VERDICTS) - len(RATED)
    assert later_verdicts == 7
    assert f"{len(FIXTURES) + later_verdicts} entries, unbroken" in manage("verify_log").stdout
    assert manage("demo", "--no-serve", "--new-passwords").stdout.count("Log-in for ") == 2


@pytest.mark.usefixtures("demonstration")
def test_the_two_log_ins_can_try_everything_and_be_written_to(manage: Run) -> None:
    may = [*ROLES["newsletter"], *ROLES["administrator"]]
    for name in ("demonstration-writer", "demonstration-reviewer"):
        assert asked(manage, f"Editor.objects.get(handle='{name}').has_perms({may})") == "True"
        assert asked(manage, f"Editor.objects.get(handle='{name}').email") == f"{name}@example.org"
    order = ["--text", "Rwanda", "--reason", "An order of a court of lemons.", "--dry-run"]
    people = ["--by", "demonstration-writer", "--approved-by", "demonstration-reviewer"]
    tried = manage("redact", "ending-rwanda-agreement", *order, *people)
    assert "may not take part" not in tried.stderr


@pytest.mark.usefixtures("demonstration")
def test_roles_that_somebody_took_from_a_log_in_stay_away(manage: Run) -> None:
    asked(manage, "Editor.objects.get(handle='demonstration-writer').groups.clear()")

    manage("demo", "--no-serve")

    assert asked(manage, "Editor.objects.get(handle='demonstration-writer').groups.count()") == "0"


@pytest.mark.usefixtures("_migrated")
def test_demo_refuses_a_database_it_did_not_make(manage: Run) -> None:
    refused = manage("demo", "--no-serve")

    assert refused.returncode == 1
    assert "was not made by demo, so nothing was changed" in refused.stderr
    assert "0 entries" in manage("verify_log").stdout


def test_demo_refuses_a_port_in_use_before_it_does_anything(manage: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        refused = manage("demo", "--port", str(taken.getsockname()[1]))

    assert refused.returncode == 1
    assert "cannot be used: give another with --port" in refused.stderr
    assert "Preparing" not in refused.stdout


def test_every_sample_verdict_says_whose_rating_it_is() -> None:
    assert VERDICTS
    assert all(verdict["attribution"].startswith("Rating as reported by Full Fact") for verdict in VERDICTS)


def test_every_sample_fact_has_a_source() -> None:
    assert all(row["fields"]["sources"] for row in ROWS if row["model"] == "pledges.evidence")
