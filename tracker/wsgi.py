import os
import re
from collections.abc import Callable, Iterable
from functools import cache
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

_django = get_wsgi_application()
_ = get_resolver().url_patterns  # once for all processes, and not at the first request

# Below it: the models can be imported only once Django is set up.
from pledges.views.pictures import is_stored  # noqa: E402
from tracker import errors  # noqa: E402
from tracker.page_cache.answers import ask  # noqa: E402
from tracker.page_cache.entries import Headers  # noqa: E402
from tracker.page_cache.files import Files  # noqa: E402
from tracker.page_cache.keys import Address  # noqa: E402
from tracker.page_cache.last_pages import LastPages  # noqa: E402
from tracker.page_cache.memory import Memory  # noqa: E402
from tracker.page_cache.wrapper import PageCache  # noqa: E402
from tracker.release import release  # noqa: E402
from tracker.static_files import addresses  # noqa: E402

_BOUNDARY = re.compile(r";\s*boundary=(\"[^\"]{1,70}\"|[^\s;\"]{1,70})", re.ASCII)
_MOST_IN_MEMORY, _MOST_ON_DISK = 64_000_000, 256_000_000  # bytes; memory is of each process


def site(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django itself, without the cache."""
    environ["CONTENT_TYPE"] = _without_charset(environ.get("CONTENT_TYPE", ""))
    return _django(environ, start_response)


def _without_charset(content_type: str) -> str:
    """Keep the type and the boundary; Django looks up a charset before anything can answer for a wrong one."""
    kind, _, _ = content_type.partition(";")
    boundary = _BOUNDARY.search(content_type)
    return f"{kind.strip()}; boundary={boundary[1]}" if boundary else kind.strip()


address = Address(settings.SITE, behind_proxy=settings.BEHIND_PROXY, session_cookie=settings.SESSION_COOKIE_NAME)


class Site(PageCache):
    """The cache, and the site's own words for what never comes so far."""

    @staticmethod
    @cache
    def say(status: HTTPStatus) -> tuple[str, Headers, bytes]:
        """Give the page for what the server itself has to refuse."""
        line, headers, parts = ask(site, address.request("/") | {errors.STATUS: status})
        return line, headers, b"".join(parts)


_pages = Memory(_MOST_IN_MEMORY)
application = Site(
    site,
    address,
    pages=_pages,
    files=Files(static=addresses(), has_picture=is_stored),
    last_pages=LastPages(
        settings.LAST_PAGES_ROOT,
        release=release(settings.BASE_DIR),
        max_age=settings.MAX_STALE,
        most_bytes=_MOST_ON_DISK,
        asked=_pages.asked,
    ),
)
