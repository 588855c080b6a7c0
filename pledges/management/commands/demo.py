import os
import secrets
import socket
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection, transaction

from pledges.actions import samples
from pledges.models import Editor, Pledge

WRITER, REVIEWER = "demonstration-writer", "demonstration-reviewer"
ACCOUNTS = {WRITER: "writer", REVIEWER: "reviewer"}
# Besides, so that two people can try everything. What each may not do alone stays so: the actions see to it.
ROLES_OF_BOTH = ("newsletter", "administrator")
MAIL_DOMAIN = "example.org"  # belongs to nobody
FIXTURES = Path(settings.BASE_DIR) / "fixtures"
HOST = "127.0.0.1"
MARK = "made_by_demonstration"


class Command(BaseCommand):
    help = "Set up a demonstration with the sample pledges published, and serve it. Running it again does no harm."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="the port to serve on (8000)")
        parser.add_argument("--no-serve", action="store_true", help="prepare everything, but do not serve")
        parser.add_argument(
            "--new-passwords", action="store_true", help="give both accounts new passwords and print them"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        serve = not options["no_serve"]
        if serve:
            _require_free_port(options["port"])
        _require_own_database()
        self._prepare(new_passwords=options["new_passwords"])
        if serve:
            self._serve(options["port"])

    def _prepare(self, *, new_passwords: bool) -> None:
        self._say("Collecting the style sheets …")
        call_command("collectstatic", interactive=False, verbosity=0)  # pages, and parts of them, name what it makes
        self._say("Preparing the database …")
        _mark_database()
        call_command("migrate", verbosity=0)
        call_command("setup_roles", stdout=StringIO())
        editors = [_account(name, role) for name, role in ACCOUNTS.items()]
        self._publish_samples()
        call_command("verify_log", stdout=StringIO(), stderr=StringIO())
        unprinted = [editor for editor in editors if new_passwords or not editor.has_usable_password()]
        for editor in unprinted:
            password = _new_password(editor)
            self._say(
                f"Log-in for {settings.SITE_URL}/admin/ (shown only now): {editor.username}  password: {password}"
            )
        if unprinted:
            self._say(f"Both are also {' and '.join(ROLES_OF_BOTH)}: what the one has written, the other can approve.")
        else:
            self._say("The log-ins are those printed the first time; --new-passwords makes new ones.")

    def _publish_samples(self) -> None:
        self._say("Loading the rating scale, topics, departments and promisors …")
        samples.load(FIXTURES / "rating_scale.json")
        samples.load(FIXTURES / "groupings.json")
        fixtures = sorted((FIXTURES / "pledges").glob("*.json"))
        writer, reviewer = (Editor.objects.get(username=name) for name in (WRITER, REVIEWER))
        for fixture in fixtures:
            samples.load(fixture)
        drafts = Pledge.objects.filter(slug__in=[fixture.stem for fixture in fixtures], editions=None, reviews=None)
        for done, pledge in enumerate(drafts, start=1):
            samples.publish(pledge, FIXTURES / "pledges" / f"{pledge.slug}.json", writer=writer, reviewer=reviewer)
            self._say(f"Published {done} of {len(drafts)}: {pledge.slug}")
        for site_text in samples.publish_site_texts(FIXTURES / "site_texts.json", by=reviewer):
            self._say(f"Published the text “{site_text}”")

    def _serve(self, port: int) -> None:
        self._say(f"Serving {settings.SITE_URL}/ – stop with Ctrl-C. Mails become files in .demo/mail/.")
        connection.close()
        os.chdir(settings.BASE_DIR)
        _start_sender()
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--config",
            "python:tracker.gunicorn_conf",
            "--bind",
            f"{HOST}:{port}",
        ]
        os.environ.setdefault("REQUEST_LOG", "0")  # a newcomer's terminal is no log
        os.execv(sys.executable, command)  # noqa: S606

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _start_sender() -> None:
    """Send what waits in a process that ends with this one, which becomes the server."""
    subprocess.Popen([sys.executable, "manage.py", "send_newsletter", "--with-parent"])


def _require_free_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise CommandError(f"Port {port} of {HOST} cannot be used: give another with --port.") from error


def _require_own_database() -> None:
    """Refuse a database that holds anything, unless the mark of an earlier demonstration is in it."""
    try:
        tables = connection.introspection.table_names()
    except DatabaseError as error:
        raise CommandError(f"The database cannot be read: {error}") from error
    if tables and MARK not in tables:
        raise CommandError(
            "The database was not made by demo, so nothing was changed. Point DATABASE_URL at an empty one."
        )


def _mark_database() -> None:
    # Before anything else, so that a demonstration interrupted at any moment can go on.
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {MARK} (made integer)")


@transaction.atomic
def _account(name: str, role: str) -> Editor:
    """Make sure of a demonstration account, without a password as long as none was printed."""
    editor = Editor.objects.filter(username=name).first()
    if editor is None:
        editor = Editor(username=name, handle=name, is_staff=True)
        editor.set_unusable_password()
    if not editor.email:  # new, or of an older release; later its roles are what somebody has made of them
        editor.email = f"{name}@{MAIL_DOMAIN}"
        editor.save()
        editor.groups.add(*Group.objects.filter(name__in=[role, *ROLES_OF_BOTH]))
    return editor


def _new_password(editor: Editor) -> str:
    password = secrets.token_urlsafe(12)
    editor.set_password(password)
    editor.save()
    return password
