"""The floor: a WSGI application that gives one answer, read at its start, with all its headers or with three."""

import json
import os
from base64 import b64decode
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_reply = json.loads(Path(os.environ["BARE_REPLY"]).read_text())
_BODY = b64decode(_reply["body"])
_ALL = [(name, value) for name, value in _reply["headers"]]
_THREE = [(name, value) for name, value in _ALL if name in {"content-type", "content-length", "content-encoding"}]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", _THREE if environ["PATH_INFO"] == "/three" else _ALL)
    return [_BODY]
