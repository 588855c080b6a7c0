import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

_django = get_wsgi_application()
_BOUNDARY = re.compile(r";\s*boundary=(\"[^\"]{1,70}\"|[^\s;\"]{1,70})", re.ASCII)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    environ["CONTENT_TYPE"] = _without_charset(environ.get("CONTENT_TYPE", ""))
    return _django(environ, start_response)


def _without_charset(content_type: str) -> str:
    """Keep the type and the boundary; Django looks up a charset before anything can answer for a wrong one."""
    kind, _, _ = content_type.partition(";")
    boundary = _BOUNDARY.search(content_type)
    return f"{kind.strip()}; boundary={boundary[1]}" if boundary else kind.strip()
