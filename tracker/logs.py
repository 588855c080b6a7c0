import json
import logging
import re
from datetime import UTC, datetime

from tracker.request_log import known_path


class JsonFormatter(logging.Formatter):
    """One escaped JSON line a record, whatever a visitor put into it."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


def hide_address(record: logging.LogRecord) -> bool:
    """Log filter: gunicorn names the address of a visitor whose request it refuses; we do not."""
    record.msg = re.sub(r"\bip=\S+:", "a visitor:", str(record.msg))
    return True


class PathFilter(logging.Filter):
    """Django names the path of what failed; we do only as far as it is known to be harmless."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(map(_harmless, record.args))
        return True


def _harmless(part: object) -> object:
    return known_path(part)[0] if isinstance(part, str) and part.startswith("/") else part
