"""Settings from the environment, typed and loud: a wrong value stops the start and is named."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit
from zoneinfo import available_timezones

import dj_database_url
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.utils.module_loading import import_string

_SECRET_LENGTH, _SECRET_VARIETY = 50, 5
_YES, _NO = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}
_HOST = re.compile(r"(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::[0-9]+)?", re.IGNORECASE)
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over: an SMTP server, or a folder that takes every message as a file.

    `scheme` is "smtp" (nothing encrypted), "smtp+tls" (STARTTLS, or nothing is sent), "smtps" (TLS from the start) or "file".
    """

    scheme: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    folder: Path | None = None


class Environment:
    """Reads one variable a call; every method raises ImproperlyConfigured with a sentence that names it."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def text(self, name: str, default: str | None = None) -> str:
        value = self._variables.get(name, "").strip() or default
        if value is None:
            raise ImproperlyConfigured(f"{name} is not set. The table in README.md says what it should be.")
        return value

    def secret(self, name: str) -> str:
        value = self.text(name)
        if len(value) < _SECRET_LENGTH or len(set(value)) < _SECRET_VARIETY:
            raise ImproperlyConfigured(
                f"{name} is too short or too simple: give at least {_SECRET_LENGTH} random characters."
            )
        return value

    def yes_or_no(self, name: str, *, default: bool = False) -> bool:
        value = self.text(name, "1" if default else "0").lower()
        if value not in _YES | _NO:
            raise ImproperlyConfigured(f"{name} is {value!r}; write 1 or 0.")
        return value in _YES

    def names(self, name: str, default: list[str]) -> list[str]:
        """Read names with commas between them."""
        names = [part.strip() for part in self.text(name, ",".join(default)).split(",")]
        if not all(names):
            raise ImproperlyConfigured(f"{name} has an empty place; write names with commas between them.")
        return names

    def hosts(self, name: str, default: list[str]) -> list[str]:
        """Read host names without scheme or port, with commas between them."""
        hosts = self.names(name, default)
        for host in hosts:
            if not _HOST.fullmatch(host) or re.search(r":[0-9]+$", host):
                raise ImproperlyConfigured(f"{name} has {host!r}; write plain host names like pledges.example.org.")
        return hosts

    def time_zone(self, name: str, default: str) -> str:
        zone = self.text(name, default)
        if zone not in available_timezones():
            raise ImproperlyConfigured(f"{name} is {zone!r}; write a time zone like Europe/London.")
        return zone

    def site_url(self, name: str) -> SplitResult:
        """Read the address of the site: scheme and host, perhaps a port, and nothing else."""
        try:
            url = urlsplit(self.text(name))
            is_site = bool(url.scheme in {"http", "https"} and _HOST.fullmatch(url.netloc) and url.path in {"", "/"})
            is_site = is_site and not (url.query or url.fragment) and (url.port is None or url.port > 0)
        except ValueError:
            is_site = False
        if not is_site:
            raise ImproperlyConfigured(f"{name} must be like https://pledges.example.org, without a path.")
        return url._replace(path="")

    def address(self, name: str) -> str:
        """Read an http or https address, or nothing."""
        address = self.text(name, "")
        try:
            is_address = not address or bool(
                urlsplit(address).scheme in {"http", "https"} and urlsplit(address).hostname
            )
        except ValueError:
            is_address = False
        if not is_address:
            raise ImproperlyConfigured(f"{name} is {address!r}; write an address like https://cache.example.org/purge.")
        return address

    def count(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdigit()):
            raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number.")
        return int(value)

    def database(self, name: str, *, pool_size: int, may_be_made: bool = True) -> dict[str, object]:
        """Read sqlite:///… or postgres://… into Django's form, with our bounds on waiting.

        SQLite makes a file that is not there, empty, unless it may not.
        """
        url = self.text(name)
        try:
            database = dict(dj_database_url.parse(url))
        except (ValueError, dj_database_url.UnknownSchemeError) as error:
            raise ImproperlyConfigured(f"{name} cannot be read: {error}") from error
        if database["ENGINE"] == "django.db.backends.sqlite3":
            database["ENGINE"] = "tracker.sqlite"
            if not may_be_made:
                database["NAME"] = f"{Path(str(database['NAME'])).absolute().as_uri()}?mode=rw"
            # IMMEDIATE: a transaction that begins by reading and then writes cannot wait, it fails.
            options: dict[str, object] = {"transaction_mode": "IMMEDIATE", "timeout": 0.01}
            # Half a megabyte of memory for each thread's connection: what is read often lies in the system's own.
            options["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA cache_size=-128"
            # To open the file and set it up takes as long as a page's two questions.
            database["CONN_MAX_AGE"] = 60
        elif database["ENGINE"] == "django.db.backends.postgresql" and database["NAME"]:
            # A server that is gone without a word is noticed after five seconds, not after hours.
            options = {"connect_timeout": 2, "keepalives_idle": 2, "keepalives_interval": 1, "tcp_user_timeout": 5000}
            if pool_size:
                bounds = {"max_size": pool_size, "timeout": 2, "reconnect_timeout": 2}
                # By name: on SQLite PostgreSQL's driver would only take memory.
                bounded = import_string("tracker.postgresql.BoundedConnection")
                options["pool"] = {"min_size": 1, "connection_class": bounded, **bounds}
        else:
            raise ImproperlyConfigured(
                f"{name} must be like sqlite:////absolute/path or postgres://user:password@host/name."
            )
        database["OPTIONS"] = {**options, **dict(database.get("OPTIONS") or {})}  # type: ignore[call-overload]
        return database

    def mail_server(self, name: str) -> MailServer | None:
        """Read smtp+tls://user:password@host and its kin, or file:///folder; None where nothing is set."""
        url = self.text(name, "")
        try:
            server = _mail_server(urlsplit(url))
        except ValueError:
            server = None
        if url and server is None:
            raise ImproperlyConfigured(
                f"{name} must be like smtp+tls://user:password@host:587, smtps://user:password@host:465, smtp://host:25 "
                "(unencrypted: no password unless the host is this machine) or file:///absolute/folder."
            )
        return server

    def mail_address(self, name: str, default: str) -> str:
        address = self.text(name, default)
        try:
            if address != default:
                validate_email(address)
        except ValidationError as error:
            raise ImproperlyConfigured(f"{name} is {address!r}; write an address like news@example.org.") from error
        return address

    def folder(self, name: str, default: Path) -> Path:
        folder = Path(self.text(name, str(default)))
        if folder.exists() and not folder.is_dir():
            raise ImproperlyConfigured(f"{name} is {str(folder)!r}, which is not a folder.")
        return folder


def is_loopback(url: SplitResult) -> bool:
    """Whether a site address can be reached from its own machine only."""
    return url.hostname in _LOOPBACK


def _mail_server(url: SplitResult) -> MailServer | None:
    if url.query or url.fragment:
        return None
    return _mail_folder(url) if url.scheme == "file" else _smtp_server(url)


def _mail_folder(url: SplitResult) -> MailServer | None:
    folder = Path(unquote(url.path))
    is_usable = not url.netloc and folder.is_absolute() and folder != folder.parent
    is_usable = is_usable and (folder.is_dir() or not folder.exists())
    return MailServer("file", folder=folder) if is_usable else None


def _smtp_server(url: SplitResult) -> MailServer | None:
    user, password = unquote(url.username or ""), unquote(url.password or "")
    host_and_port = url.netloc.rpartition("@")[2]
    if url.scheme not in _MAIL_PORTS or url.path not in {"", "/"} or not _HOST.fullmatch(host_and_port):
        return None
    if bool(user) != bool(password) or (url.port is not None and not url.port):
        return None
    if password and url.scheme == "smtp" and not is_loopback(url):
        return None
    return MailServer(url.scheme, url.hostname or "", url.port or _MAIL_PORTS[url.scheme], user, password)
