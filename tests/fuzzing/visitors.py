"""Who asks: a stranger, an editor of each role, and somebody who knows a password but has no second factor."""

from dataclasses import dataclass
from io import StringIO

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.test import RequestFactory

from pledges.models import Editor
from pledges.roles import ROLES
from tests.factories import make_editor
from tests.fuzzing.requests import HOST

CSRF_FIELD, CSRF_SECRET = "csrfmiddlewaretoken", "lemons" * 5 + "ab"
PASSWORD = "a cart of sour lemons"  # noqa: S105
STRANGER, WITHOUT_FACTOR, CHIEF = "stranger", "without-second-factor", "superuser"
_PASSWORD = "a cart of sour lemons"  # noqa: S105


@dataclass(frozen=True)
class Visitor:
    name: str
    headers: dict[str, str]

    @property
    def is_editor(self) -> bool:
        return self.name != STRANGER


def make_visitor(name: str) -> Visitor:
    """Let somebody in who may do what their name says; their browser sends what passes for the site's own form."""
    csrf = f"{settings.CSRF_COOKIE_NAME}={CSRF_SECRET}"
    if name == STRANGER:
        return Visitor(name, {"Cookie": csrf})
    session = f"{settings.SESSION_COOKIE_NAME}={_log_in(_make_editor(name), by_factor=name != WITHOUT_FACTOR)}"
    return Visitor(name, {"Cookie": f"{csrf}; {session}", "Origin": f"https://{HOST}"})


def _make_editor(name: str) -> Editor:
    editor = make_editor(username=name, password=_PASSWORD, is_staff=True, is_superuser=name == CHIEF)
    if name in ROLES:
        call_command("setup_roles", stdout=StringIO())
        editor.groups.add(Group.objects.get(name=name))
    TOTP.activate(editor, generate_totp_secret())
    RecoveryCodes.activate(editor)
    return editor


def _log_in(editor: Editor, *, by_factor: bool) -> str:
    """Begin a session; gives its key."""
    request = RequestFactory().get("/")
    request.session, request.user = SessionStore(), editor
    login(request, editor, settings.AUTHENTICATION_BACKENDS[0])
    record_authentication(request, editor, "password")
    if by_factor:
        record_authentication(request, editor, "mfa", type=Authenticator.Type.TOTP)
    request.session.save()
    return str(request.session.session_key)
