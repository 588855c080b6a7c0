"""Which requests are for a reader's page, the one address under which its answer is kept, and what the others are for."""

import re
from collections.abc import Mapping
from enum import Enum, auto
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlencode
from wsgiref.util import setup_testing_defaults

from django.urls import Resolver404, resolve

from tracker.requests import EDITORS_PAGES, FORM_PAGES

PROBES = frozenset({"/healthz", "/readyz"})
REPORTS = "/csp-report"
_FILES = ("/static/", "/media/")
_NO_PAGES = (*EDITORS_PAGES, *_FILES)
_NOT_KEPT = PROBES | {REPORTS}
_READING = frozenset({"GET", "HEAD"})
_MOST_PARAMETERS = 20
_LONGEST_PATH, _LONGEST_QUERY = 300, 1_000  # characters
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Kind(Enum):
    """What a request is for that no ready page answers: who waits for whom goes by it."""

    PAGE = auto()  # of readers, made anew: for an editor, at another host, for a question that Django must judge
    FORM = auto()  # and all that editors see
    FILE = auto()
    PROBE = auto()
    REPORT = auto()


class Address:
    """The site's own address, as requests must name it."""

    def __init__(self, site: SplitResult, *, behind_proxy: bool, session_cookie: str) -> None:
        named = {site.netloc.lower()}
        if site.port in {None, _DEFAULT_PORTS[site.scheme]}:
            named |= {str(site.hostname), f"{site.hostname}:{_DEFAULT_PORTS[site.scheme]}"}
        self._site = site
        self._hosts = frozenset(named)
        self._is_secure = site.scheme == "https"
        self._behind_proxy = behind_proxy
        self._has_session = re.compile(rf"(?:^|;)\s*{re.escape(session_cookie)}\s*=").search

    def request(self, path: str) -> dict[str, Any]:
        """Give what a stranger's browser would ask for a page with."""
        environ = {"PATH_INFO": path, "HTTP_HOST": self._site.netloc, "wsgi.url_scheme": self._site.scheme}
        if self._behind_proxy:
            environ["HTTP_X_FORWARDED_PROTO"] = self._site.scheme
        setup_testing_defaults(environ)  # all else that WSGI wants
        return environ

    def key(self, environ: Mapping[str, Any]) -> str | None:
        """Give the address under which the reader's page that is asked for is kept; None for all that is not kept."""
        path: str = environ["PATH_INFO"]
        cookies = environ.get("HTTP_COOKIE")
        if (
            not self._is_read_here(environ)
            or (self._is_secure and not self._came_by_https(environ))
            or path.startswith(_NO_PAGES)
            or path in _NOT_KEPT
            or "?" in path
            or len(path) > _LONGEST_PATH
            or (cookies and self._has_session(cookies))
        ):
            return None
        query = environ.get("QUERY_STRING")
        return known_address(path, query) if query else path

    def kind(self, environ: Mapping[str, Any]) -> Kind:
        """Say what a request is for that has no key."""
        path, is_read_here = environ["PATH_INFO"], self._is_read_here(environ)
        if path.startswith(EDITORS_PAGES) or (
            path.startswith(FORM_PAGES) and environ["REQUEST_METHOD"] not in _READING
        ):
            return Kind.FORM
        if path == REPORTS:
            return Kind.REPORT
        if path in PROBES and is_read_here:
            return Kind.PROBE
        is_file = path.startswith(_FILES) and is_read_here and (not self._is_secure or self._came_by_https(environ))
        return Kind.FILE if is_file else Kind.PAGE

    def _is_read_here(self, environ: Mapping[str, Any]) -> bool:
        return environ["REQUEST_METHOD"] in _READING and environ.get("HTTP_HOST", "").lower() in self._hosts

    def _came_by_https(self, environ: Mapping[str, Any]) -> bool:
        by_proxy = self._behind_proxy and environ.get("HTTP_X_FORWARDED_PROTO") == "https"
        return bool(by_proxy or environ["wsgi.url_scheme"] == "https")


@lru_cache(maxsize=4096)
def known_address(path: str, query: str) -> str | None:
    """Give the address with the parameters that its page knows, in order; None when Django must say what is wrong.

    Of several values of a parameter pages look at the last alone.
    """
    if len(query) > _LONGEST_QUERY or "%00" in query:
        return None
    try:
        asked = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
        view = resolve(path.encode("latin-1").decode()).func
    except (ValueError, Resolver404):
        return None
    known: frozenset[str] = getattr(view, "known_parameters", frozenset())
    kept = sorted({name: value for name, value in asked if name in known}.items())
    return f"{path}?{urlencode(kept)}" if kept else path
