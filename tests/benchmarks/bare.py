"""The floor: a WSGI application that gives one answer, read at its start."""

import json
import os
from base64 import b64decode
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_reply = json.loads(Path(os.environ["BARE_REPLY"]).read_text())
_BODY = b64decode(_reply["body"])
_HEADERS = [(name, value) for name, value in _reply["headers"]]


def application(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", _HEADERS)
    return [_BODY]
