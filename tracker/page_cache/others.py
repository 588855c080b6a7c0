"""What no ready page answers: forms, files, probes, reports, and readers' pages that are made for one request.

Each kind waits for turns of its own, so that none keeps the others from being answered, nor those who read ready pages.
"""

import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from threading import Lock

from tracker.csp_reports import LARGEST as LARGEST_REPORT
from tracker.page_cache import bodies
from tracker.page_cache.answers import Application, Environ, Start, ask, close, give, hand_over, impersonal
from tracker.page_cache.entries import Entry, best_encoding
from tracker.page_cache.files import Files
from tracker.page_cache.keys import Kind
from tracker.page_cache.turns import Admission
from tracker.page_cache.unavailable import BUSY, REFUSAL, Unavailable
from tracker.request_log import SERVED
from tracker.requests import FAULT, LARGEST_BODY

_VERDICT_HOLDS = 1.0  # seconds
_LARGEST_FILE = 2_000_000  # bytes of one that is kept
_LARGEST_FORM = 2_500_000  # bytes, without a picture
_WITH_PICTURES = "/admin/"  # whose forms may have pictures, and texts that must not be lost
_SLOWEST_FORM, _SLOWEST_REPORT = 20.0, 2.0  # seconds


class Others:
    def __init__(self, application: Application, files: Files, turns: Admission, unavailable: Unavailable) -> None:
        self.files = files
        self._application, self._turns, self._unavailable = application, turns, unavailable
        self._verdicts: dict[str, Entry] = {}
        self._asking = Lock()
        self._missing: Entry | None = None
        self._by_kind: dict[Kind, Callable[[Environ, Start], Iterable[bytes]]] = {
            Kind.PAGE: self._answer_page,
            Kind.FORM: self._answer_form,
            Kind.FILE: self._answer_file,
            Kind.PROBE: self._answer_probe,
            Kind.REPORT: self._answer_report,
        }

    def answer(self, kind: Kind, environ: Environ, start_response: Start) -> Iterable[bytes]:
        if kind not in {Kind.FORM, Kind.REPORT}:
            bodies.pass_over(environ)
        try:
            return self._by_kind[kind](environ, start_response)
        finally:
            bodies.put_away(environ)

    def rehearse(self, environ: Environ) -> None:
        """Make every static file ready, packed as every browser takes it."""
        for path in self.files.static:
            for encoding in ("br", "gzip"):
                close(self._ask_for_file(path, encoding, environ, lambda *_answer: None))

    def _answer_page(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        if REFUSAL in environ:
            return self._unavailable.give(environ[REFUSAL], environ, start_response)
        with self._turns.render() as is_ours:
            if not is_ours:
                return self._unavailable.give(BUSY, environ, start_response)
            self._unavailable.counters.renders += 1
            environ[SERVED] = "made"
            status, headers, made = ask(self._application, environ)
        parts = self._turns.streamed(made)
        if parts is None:
            return self._unavailable.give(BUSY, environ, start_response)
        start_response(status, headers)
        return parts

    def _answer_form(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Have the body come whole first: whoever has a turn is not kept waiting by the sender."""
        most = LARGEST_BODY if environ["PATH_INFO"].startswith(_WITH_PICTURES) else _LARGEST_FORM
        fault = bodies.take_in(environ, most=most, seconds=_SLOWEST_FORM, slow=self._turns.slow_bodies)
        if fault == HTTPStatus.SERVICE_UNAVAILABLE:
            return self._unavailable.give(BUSY, environ, start_response)
        environ[FAULT] = fault
        if REFUSAL not in environ:
            with self._turns.forms.one() as is_ours:
                if is_ours:
                    return self._application(environ, start_response)
            environ[REFUSAL] = BUSY
        return self._give_back(environ, start_response)

    def _give_back(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Refuse a form, with what was typed into it; that takes time, so it is one's at a time."""
        why = environ[REFUSAL]
        if environ["REQUEST_METHOD"] == "POST":
            with self._turns.returns.one() as is_ours:
                if is_ours:
                    self._unavailable.note(why, environ)
                    return self._application(environ, start_response)
        return self._unavailable.give(why, environ, start_response)

    def _answer_report(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        with self._turns.reports.one() as is_ours:
            if is_ours:
                most, slow = LARGEST_REPORT, self._turns.slow_report
                environ[FAULT] = bodies.take_in(environ, most=most, seconds=_SLOWEST_REPORT, slow=slow)
                return self._application(environ, start_response)
        bodies.pass_over(environ)
        return self._unavailable.give(BUSY, environ, start_response)

    def _answer_file(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        path, encoding = environ["PATH_INFO"], best_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        environ[SERVED] = "kept"
        if reply := self.files.find(path, encoding):
            return hand_over(reply, environ, start_response)
        if self._missing and self.files.is_missing(path):
            return give(self._missing, environ, start_response)
        with self._turns.files.one() as is_ours:
            if is_ours:
                environ[SERVED] = "made"
                return self._ask_for_file(path, encoding, environ, start_response)
        return self._unavailable.give(BUSY, environ, start_response)

    def _ask_for_file(self, path: str, encoding: str, environ: Environ, start_response: Start) -> Iterable[bytes]:
        asked = impersonal(environ, path) | {"HTTP_ACCEPT_ENCODING": encoding}
        status, headers, parts = ask(self._application, asked)
        body = b"".join(parts)
        close(parts)
        if status.startswith("200") and len(body) <= _LARGEST_FILE:
            return hand_over(self.files.keep(path, encoding, headers, body), environ, start_response)
        if status.startswith("404") and self.files.is_missing(path):
            self._missing = Entry(status, headers, body, frozenset(), 0.0)
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _answer_probe(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Give a verdict that is a second old at most; while one thread works it out anew the others give the last one."""
        path = environ["PATH_INFO"]
        verdict = self._verdicts.get(path)
        if verdict is None or verdict.expires_at < time.monotonic():
            is_ours = self._asking.acquire(blocking=False)
            try:
                if is_ours or verdict is None:
                    verdict = self._verdicts[path] = self._ask_for_verdict(path, environ)
            finally:
                if is_ours:
                    self._asking.release()
        return give(verdict, environ, start_response)

    def _ask_for_verdict(self, path: str, environ: Environ) -> Entry:
        status, headers, parts = ask(self._application, impersonal(environ, path))
        verdict = Entry(status, headers, b"".join(parts), frozenset(), time.monotonic() + _VERDICT_HOLDS)
        close(parts)
        return verdict
