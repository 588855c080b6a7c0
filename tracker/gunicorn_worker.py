"""How gunicorn serves the site where its own way would say or write down what a visitor sent."""

import logging
import traceback
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from gunicorn import glogging, util
from gunicorn.http import errors as faults
from gunicorn.workers.gthread import ThreadWorker

from tracker.logs import JsonFormatter

# What is wrong with a request that cannot be read; all else of its kind is a bad request.
_STATUSES = {
    faults.InvalidResponseHeader: HTTPStatus.INTERNAL_SERVER_ERROR,  # ours, and its parent is a visitor's
    faults.InvalidResponseHeaderName: HTTPStatus.INTERNAL_SERVER_ERROR,
    faults.ConfigurationProblem: HTTPStatus.INTERNAL_SERVER_ERROR,
    faults.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    faults.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    faults.UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
    faults.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
    faults.ForbiddenProxyRequest: HTTPStatus.FORBIDDEN,
    faults.ParseException: HTTPStatus.BAD_REQUEST,
}


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Answers what is no request with the site's own page; gunicorn would quote it, and log it with the address."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        say = getattr(self.wsgi, "say", None)
        if say is None:  # another application, with this configuration
            super().handle_error(req, client, addr, exc)
            return
        status = status_of(exc)
        fields: dict[str, Any] = {"status": status.value, "why": type(exc).__name__}
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            fields["trace"] = "".join(traceback.format_tb(exc.__traceback__))  # where, and not with which words
        self.log.warning("no answer of the site", extra={"fields": fields})
        with suppress(OSError):  # gone already
            util.write_nonblock(client, whole_answer(*say(status)))


class Logger(glogging.Logger):  # type: ignore[misc]
    """Writes JSON lines, as the site does."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.addFilter(name_only_the_kind)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonFormatter())


def status_of(fault: Exception) -> HTTPStatus:
    kinds = (status for kind, status in _STATUSES.items() if isinstance(fault, kind))
    return next(kinds, HTTPStatus.INTERNAL_SERVER_ERROR)


def whole_answer(status: str, headers: list[tuple[str, str]], body: bytes) -> bytes:
    """Give an answer after which the connection is closed, as it goes over the line."""
    ours = [("Content-Length", str(len(body))), ("Connection", "close")]
    kept = [(name, value) for name, value in headers if name != "Content-Length"]
    head = "".join(f"{name}: {value}\r\n" for name, value in kept + ours)
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body


def name_only_the_kind(record: logging.LogRecord) -> bool:
    """Log filter: what gunicorn could not read, it would quote."""
    if isinstance(record.args, tuple):
        record.args = tuple(type(part).__name__ if isinstance(part, BaseException) else part for part in record.args)
    return True
