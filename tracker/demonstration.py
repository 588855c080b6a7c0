"""The demonstration's own settings, in a git-ignored folder, for a newcomer who has set nothing.

Read before Django, so it uses the standard library alone.
"""

import argparse
import secrets
import shlex
import sys
from collections.abc import MutableMapping, Sequence
from pathlib import Path
from urllib.parse import quote

FOLDER = Path(__file__).resolve().parent.parent / ".demo"
ENVIRONMENT = FOLDER / "environment"
ADDRESS = "127.0.0.1"
PORT = 8000
_LAST_PORT = 65_535

_VARIABLES = (
    *("DJANGO_SECRET_KEY", "DJANGO_DEBUG", "ALLOWED_HOSTS", "SITE_URL", "DATABASE_URL", "REPLICA_URL", "CACHE_URL"),
    *("EMAIL_URL", "MEDIA_ROOT", "LAST_PAGES_ROOT", "MAX_STALE", "PURGE_URL"),
)


def prepare_environment(variables: MutableMapping[str, str], arguments: Sequence[str] = ()) -> None:
    """Fill in what `demo` needs and nobody has set; makes the secret key at the first call."""
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    (FOLDER / ".gitignore").write_text("*\n")
    if not ENVIRONMENT.exists():
        settings = {
            "DJANGO_SECRET_KEY": secrets.token_urlsafe(60),
            "ALLOWED_HOSTS": f"{ADDRESS},localhost",
            "SITE_NAME": "Pledge Tracker demonstration",
            "DATABASE_URL": f"sqlite:///{quote(str(FOLDER / 'tracker.sqlite3'))}",
            "MEDIA_ROOT": str(FOLDER / "media"),
            "LAST_PAGES_ROOT": str(FOLDER / "last_pages"),
        }
        unfinished = ENVIRONMENT.with_suffix(".new")
        unfinished.touch(mode=0o600)
        unfinished.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items()))
        unfinished.rename(ENVIRONMENT)  # whole or not at all, whenever it is interrupted
    for name, value in (_read() | _computed(arguments)).items():
        variables.setdefault(name, value)


def offer_environment(variables: MutableMapping[str, str]) -> None:
    """Let the other commands work on the demonstration, where there is one and nothing at all is set."""
    if ENVIRONMENT.exists() and not any(name in variables for name in _VARIABLES):
        print(f"Using the demonstration's settings in {ENVIRONMENT.parent.name}/.", file=sys.stderr)  # noqa: T201
        variables.update(_read() | _computed())


def _read() -> dict[str, str]:
    lines = ENVIRONMENT.read_text().splitlines()
    pairs = (line.partition("=") for line in lines)
    return {name: "".join(shlex.split(value)) for name, equals, value in pairs if equals}


def _computed(arguments: Sequence[str] = ()) -> dict[str, str]:
    """Give what is made anew each time, so that a demonstration made by an older release has it too."""
    return {"SITE_URL": _address(arguments), "EMAIL_URL": (FOLDER / "mail").as_uri()}


def _address(arguments: Sequence[str]) -> str:
    """Give the address that `--port` makes; a wrong one is left for the command to refuse."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--port", nargs="?")
    asked = parser.parse_known_args(arguments)[0].port or ""
    port = asked if asked.isascii() and asked.isdigit() and 0 < int(asked) <= _LAST_PORT else PORT
    return f"http://{ADDRESS}:{port}"
