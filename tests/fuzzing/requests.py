"""One request, as a server hands it to the site, and as a person can send it again."""

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

HOST = "tracker.test"
_LONGEST_SHOWN = 3_000  # characters


@dataclass(frozen=True)
class Request:
    """`target` is what stands in the request line: ASCII, percent-encoded."""

    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    scheme: str = "https"

    @property
    def path(self) -> str:
        """The path as the site reads it: a text in which each character is a byte."""
        return unquote_to_bytes(self.target.partition("?")[0]).decode("latin-1")

    def environ(self) -> dict[str, Any]:
        """Give what gunicorn makes of it: texts in which each character is a byte."""
        named = {"Host": HOST, "Content-Length": str(len(self.body)) if self.body else "", **self.headers}
        environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in named.items()}
        for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            environ[name] = environ.pop(f"HTTP_{name}", "")
        return environ | {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path,
            "QUERY_STRING": self.target.partition("?")[2],
            "SERVER_NAME": HOST,
            "SERVER_PORT": "443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "203.0.113.77",
            "wsgi.url_scheme": self.scheme,
            "wsgi.input": BytesIO(self.body),
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }

    def __str__(self) -> str:
        """Write it as it would go over the wire; a body that is no text as Python writes bytes."""
        headers = "".join(f"{name}: {_short(value)}\n" for name, value in self.headers.items())
        return f"{self.method} {_short(self.target)} ({self.scheme})\n{headers}\n{_short(repr(self.body))}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}… ({len(text):,} characters)"
