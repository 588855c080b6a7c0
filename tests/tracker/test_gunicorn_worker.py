"""What gunicorn is kept from saying; `test_gunicorn.py` asks a real one."""

import logging
import socket
from http import HTTPStatus
from typing import Any

import pytest
from gunicorn.http import errors as faults

from tracker.gunicorn_worker import Worker, name_only_the_kind, status_of, whole_answer

PRIVATE = "Cookie sessionid=SECRET"


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (faults.InvalidHeader(PRIVATE), 400),
        (faults.InvalidResponseHeader(PRIVATE), 500),
        (faults.InvalidResponseHeaderName(PRIVATE), 500),
        (faults.InvalidChunkSize(b"lemon"), 400),
        (faults.LimitRequestLine(5000, 4094), 414),
        (faults.ForbiddenProxyRequest("192.0.2.7"), 403),
        (RuntimeError(PRIVATE), 500),
    ],
)
def test_a_fault_has_the_status_of_its_kind(fault: Exception, status: int) -> None:
    assert status_of(fault) == status


def test_an_answer_is_whole_and_the_last_of_its_connection() -> None:
    answer = whole_answer("400 Bad Request", [("Content-Length", "999"), ("X-Lemon", "1")], b"Lemons.")

    assert answer == (
        b"HTTP/1.1 400 Bad Request\r\nX-Lemon: 1\r\nContent-Length: 7\r\nConnection: close\r\n\r\nLemons."
    )


def test_what_could_not_be_read_is_not_quoted() -> None:
    left = faults.NoMoreData(PRIVATE.encode())
    record = logging.LogRecord("gunicorn.error", logging.DEBUG, "lemons.py", 1, "%s by %s", (left, "somebody"), None)

    assert name_only_the_kind(record)
    assert record.getMessage() == "NoMoreData by somebody"


class SomeWorker(Worker):
    """One that serves nothing."""

    def __init__(self, wsgi: Any) -> None:
        self.wsgi, self.log = wsgi, logging.getLogger("tracker.lemons")


class SomeSite:
    def say(self, status: HTTPStatus) -> tuple[str, list[tuple[str, str]], bytes]:
        return f"{status.value} Lemons", [], b"Lemons."


def test_a_failure_of_ours_is_logged_by_kind_and_place_and_not_by_its_words(caplog: pytest.LogCaptureFixture) -> None:
    ours, theirs = socket.socketpair()
    try:
        raise RuntimeError(PRIVATE)  # noqa: TRY301
    except RuntimeError as failure:
        SomeWorker(SomeSite()).handle_error(None, ours, ("192.0.2.7", 7), failure)

    with ours, theirs:
        assert theirs.recv(1000).startswith(b"HTTP/1.1 500 Lemons\r\n")
    (record,) = caplog.records
    fields: dict[str, Any] = record.fields  # type: ignore[attr-defined]
    assert (fields["status"], fields["why"]) == (500, "RuntimeError")
    assert "test_gunicorn_worker.py" in fields["trace"]
    assert "sessionid" not in str(vars(record)).replace(fields["trace"], "")


def test_who_has_gone_needs_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    ours, theirs = socket.socketpair()
    theirs.close()

    with ours:
        SomeWorker(SomeSite()).handle_error(None, ours, None, faults.InvalidHeader(PRIVATE))

    assert len(caplog.records) == 1
