import json
import logging
import re
from datetime import UTC, datetime

from tracker.request_log import route_of

# What is one person's: an e-mail address, and the secret in a link of a mail.
_PRIVATE = {
    # A name before the @ may hold ' = and /. It is looked for once from where it begins, or long texts would take long.
    re.compile(r"(?<![^\s@\"<>(),;:])[^\s@\"<>(),;:]+@[^\s@\"'<>(),;:=/]+\.[^\s@\"'<>(),;:=/]+"): "(an e-mail address)",
    re.compile(r"(/newsletter/[a-z]+/)[\w-]{20,}"): r"\1(a token)",
}


class JsonFormatter(logging.Formatter):
    """One escaped JSON line a record, whatever a visitor put into it."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_private(record.getMessage()),
        }
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["trace"] = without_private(self.formatException(record.exc_info))
        return json.dumps(line)


def without_private(text: str) -> str:
    """Give a text for a log without what it may say of a person: the database, for one, quotes what it refuses."""
    for pattern, words in _PRIVATE.items():
        text = pattern.sub(words, text)
    return text


class PathFilter(logging.Filter):
    """Django names the path of what failed; we name the page."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(map(_harmless, record.args))
        return True


def _harmless(part: object) -> object:
    return route_of(part) if isinstance(part, str) and part.startswith("/") else part
