"""How many answers a server gives: by wrk, if it is there, or by readers of our own, who are slower than the servers."""

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import sysconf
from pathlib import Path

from tests.servers import Server, crowd

HAS_WRK = shutil.which("wrk") is not None
CONNECTIONS = 32
_LONGEST = 60  # seconds of a crowd that nobody ends
_TICK = 1000 / sysconf("SC_CLK_TCK")  # milliseconds


@dataclass(frozen=True)
class Measured:
    """Answers a second, the server's CPU for each in milliseconds, and how many were no good."""

    rate: float
    cpu: float
    errors: int


def measure(
    server: Server, path: str, *, seconds: int = 1, headers: tuple[str, ...] = (), script: str = ""
) -> Measured:
    """Ask without a pause; `script` is one of wrk's, which chooses addresses."""
    busy_before, started = _busy(server), time.monotonic()
    answers, errors = _by_wrk(server, path, seconds, headers, script)
    lasted = time.monotonic() - started
    return Measured(answers / lasted, (_busy(server) - busy_before) / max(answers, 1), errors)


def _by_wrk(server: Server, path: str, seconds: int, headers: tuple[str, ...], script: str) -> tuple[int, int]:
    if not HAS_WRK:
        with crowd(server, lambda _number: path, readers=CONNECTIONS, pause=0) as replies:
            time.sleep(seconds)
        return len(replies), sum(not 0 < reply.status < 400 for reply in replies)
    with _wrk(server, path, seconds, (f"-c{CONNECTIONS}", *(f"-H{header}" for header in headers)), script) as running:
        said, _ = running.communicate()
    answers = int(re.search(r"(\d+) requests in", said)[1])  # type: ignore[index]
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    lost = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
    return answers, int(bad[1] if bad else 0) + sum(map(int, lost.groups() if lost else ()))


@contextmanager
def crowded(server: Server, address: str, round_: int) -> Iterator[None]:
    """Sixteen clients, as fast as they can, while the block runs.

    `%s` in the address stands for a number of the round that was never asked for.
    """
    if not HAS_WRK:
        with crowd(server, lambda number: address % f"{number}-{round_}", readers=16, pause=0):
            yield
        return
    path = address % f'" .. n .. "-{round_}'
    script = f'n = 0; request = function() n = n + 1; return wrk.format("GET", "{path}") end'
    with _wrk(server, "/", _LONGEST, ("-c16",), script) as running:
        time.sleep(0.3)
        try:
            yield
        finally:
            running.terminate()
            running.communicate()


@contextmanager
def _wrk(
    server: Server, path: str, seconds: int, more: tuple[str, ...], script: str
) -> Iterator["subprocess.Popen[str]"]:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        options = ["-t1", f"-d{seconds}s", *more, *(["-s", file.name] if script else [])]
        command = ["wrk", *options, f"http://127.0.0.1:{server.port}{path}"]
        yield subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _busy(server: Server) -> float:
    """Give the milliseconds of CPU that the workers have used so far."""
    stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in server.workers()]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) * _TICK


def memory(server: Server) -> dict[str, float]:
    """Give the megabytes of the server's processes: proportional shares, and resident ones for comparison."""
    pids = [server.process.pid, *server.workers()]
    rollups = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids]
    return {name: sum(_kilobytes(name, rollup) for rollup in rollups) / 1000 for name in ("Pss", "Rss")}


def _kilobytes(name: str, rollup: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+)", rollup, re.MULTILINE)
    assert found
    return int(found[1])
