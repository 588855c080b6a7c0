"""Which requests are for a reader's page, and the one address under which its answer is kept."""

from collections.abc import Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlencode
from wsgiref.util import setup_testing_defaults

from django.urls import Resolver404, resolve

from tracker.requests import EDITORS_PAGES

_NOT_KEPT = (*EDITORS_PAGES, "/static/", "/media/", "/healthz", "/readyz")
_MOST_PARAMETERS = 20
_LONGEST_PATH, _LONGEST_QUERY = 300, 1_000  # characters
_DEFAULT_PORTS = {"http": 80, "https": 443}


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
        self._session = f"{session_cookie}="

    def request(self, path: str) -> dict[str, Any]:
        """Give what a stranger's browser would ask for a page with."""
        environ = {"PATH_INFO": path, "HTTP_HOST": self._site.netloc, "wsgi.url_scheme": self._site.scheme}
        if self._behind_proxy:
            environ["HTTP_X_FORWARDED_PROTO"] = self._site.scheme
        setup_testing_defaults(environ)  # all else that WSGI wants
        return environ

    def key(self, environ: Mapping[str, Any]) -> str | None:
        """Give the address of the reader's page that is asked for; None for everything that Django alone answers.

        An empty text stands for a reader's page that is made anew: one for an editor, or for a question Django must judge.
        """
        path: str = environ["PATH_INFO"]
        if (
            environ["REQUEST_METHOD"] not in {"GET", "HEAD"}
            or environ.get("HTTP_HOST", "").lower() not in self._hosts
            or path.startswith(_NOT_KEPT)
            or (self._is_secure and not self._came_by_https(environ))
        ):
            return None
        if "?" in path or len(path) > _LONGEST_PATH or self._session in environ.get("HTTP_COOKIE", ""):
            return ""
        query = environ.get("QUERY_STRING")
        return known_address(path, query) if query else path

    def _came_by_https(self, environ: Mapping[str, Any]) -> bool:
        by_proxy = self._behind_proxy and environ.get("HTTP_X_FORWARDED_PROTO") == "https"
        return bool(by_proxy or environ["wsgi.url_scheme"] == "https")


@lru_cache(maxsize=4096)
def known_address(path: str, query: str) -> str:
    """Give the address with the parameters that its page knows, in order; an empty text when Django must say what is wrong."""
    if len(query) > _LONGEST_QUERY or "%00" in query:
        return ""
    try:
        asked = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
        view = resolve(path.encode("latin-1").decode()).func
    except (ValueError, Resolver404):
        return ""
    known: frozenset[str] = getattr(view, "known_parameters", frozenset())
    kept = sorted((pair for pair in asked if pair[0] in known), key=itemgetter(0))
    return f"{path}?{urlencode(kept)}" if kept else path
