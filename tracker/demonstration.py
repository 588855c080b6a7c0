"""The demonstration's own settings, in a git-ignored folder, for a newcomer who has set nothing.

Read before Django, so it uses the standard library alone.
"""

import argparse
import secrets
import shlex
import socket
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from urllib.parse import quote

FOLDER = Path(__file__).resolve().parent.parent / ".demo"
ENVIRONMENT = FOLDER / "environment"
ADDRESS = "127.0.0.1"
PORT = 8000
_LAST_PORT = 65_535

# Who sets one of these has a site of their own in mind.
_OWN_SITE = ("DJANGO_SECRET_KEY", "DATABASE_URL")


def prepare_environment(variables: MutableMapping[str, str], arguments: Sequence[str] = ()) -> None:
    """Fill in what `demo` needs and nobody has set; makes the secret key at the first call.

    The address is kept with it, so that commands in another terminal know where the site is.
    """
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    (FOLDER / ".gitignore").write_text("*\n")
    kept = _read() if ENVIRONMENT.exists() else _new_settings()
    asked = _asked(arguments)
    address = variables.get("SITE_URL") or _address(asked, kept.get("SITE_URL"))
    is_here = "DATABASE_URL" not in variables and (asked.no_serve or _is_free(asked.port))
    _keep(kept, address if is_here else kept.get("SITE_URL"))
    for name, value in (_computed() | kept | {"SITE_URL": address}).items():
        variables.setdefault(name, value)


def offer_environment(variables: MutableMapping[str, str]) -> None:
    """Let the other commands work on the demonstration, where there is one and no other site is meant."""
    if not ENVIRONMENT.exists():
        return
    own = [name for name in _OWN_SITE if name in variables]
    if not own:
        _say(f"Using the demonstration's settings in {FOLDER.name}/.")
        for name, value in (_computed() | _read()).items():
            variables.setdefault(name, value)
    elif missing := [name for name in _OWN_SITE if name not in own]:
        _say(
            f"{own[0]} is set, so the demonstration's settings in {FOLDER.name}/ are not used: set {missing[0]} and what else README.md lists, or unset {own[0]}."
        )


def _new_settings() -> dict[str, str]:
    return {
        "DJANGO_SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": f"{ADDRESS},localhost",
        "SITE_NAME": "Pledge Tracker demonstration",
        "DATABASE_URL": f"sqlite:///{quote(str(FOLDER / 'tracker.sqlite3'))}",
        "MEDIA_ROOT": str(FOLDER / "media"),
        "LAST_PAGES_ROOT": str(FOLDER / "last_pages"),
    }


def _computed() -> dict[str, str]:
    """Give what a demonstration that was made by an older release has not kept."""
    return {
        "SITE_URL": f"http://{ADDRESS}:{PORT}",
        "SITE_CONTACT": "editors@example.org",
        "EMAIL_URL": (FOLDER / "mail").as_uri(),
    }


def _keep(kept: Mapping[str, str], address: str | None) -> None:
    """Write down the settings and where the site is, and say so if it was elsewhere before."""
    before = kept.get("SITE_URL")
    if ENVIRONMENT.exists() and address == before:
        return
    _write({**kept, **({"SITE_URL": address} if address else {})})
    if before:
        print(f"This demonstration was at {before} before; every command takes it to be at {address} now.")  # noqa: T201


def _read() -> dict[str, str]:
    lines = ENVIRONMENT.read_text().splitlines()
    pairs = (line.partition("=") for line in lines)
    return {name: "".join(shlex.split(value)) for name, equals, value in pairs if equals}


def _write(settings: Mapping[str, str]) -> None:
    unfinished = ENVIRONMENT.with_suffix(".new")
    unfinished.touch(mode=0o600)
    unfinished.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items()))
    unfinished.rename(ENVIRONMENT)  # whole or not at all, whenever it is interrupted


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    """Give the port, or 0 where none is asked for or a wrong one, which is left for the command to refuse."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--port", nargs="?")
    parser.add_argument("--no-serve", "--help", "-h", action="store_true", dest="no_serve")
    asked = parser.parse_known_args(arguments)[0]
    port = asked.port or ""
    asked.port = int(port) if port.isascii() and port.isdigit() and int(port) <= _LAST_PORT else 0
    return asked


def _address(asked: argparse.Namespace, before: str | None) -> str:
    # To prepare moves nothing: the site may be served all the while.
    if before and asked.no_serve and not asked.port:
        return before
    return f"http://{ADDRESS}:{asked.port or PORT}"


def _is_free(port: int) -> bool:
    """Whether the site can be served there; if not, the command says so, and whatever is there stays as it is."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port or PORT))
        except OSError:
            return False
    return True


def _say(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201
