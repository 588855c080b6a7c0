import json
import logging
import re
from datetime import UTC, datetime


class JsonFormatter(logging.Formatter):
    """One escaped JSON line a record, whatever a visitor put into it."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


def hide_address(record: logging.LogRecord) -> bool:
    """Log filter: gunicorn names the address of a visitor whose request it refuses; we do not."""
    record.msg = re.sub(r"\bip=\S+:", "a visitor:", str(record.msg))
    return True
