from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from tracker.accounts import redirect_with_next
from tracker.requests import EDITORS_PAGES

Handler = Callable[[HttpRequest], HttpResponse]

# What a session may see that has not used the second factor of its account.
_OPEN_PAGES = ("account_login", "account_logout", "account_inactive", "mfa_authenticate", "mfa_reauthenticate")


def require_second_factor(get_response: Handler) -> Handler:
    """Middleware: an editor sees nothing of the admin before enrolling a second factor and using it in this session.

    Having one is not enough: a session that began with the password alone, perhaps another person's,
    must not be let in the moment its owner enrols elsewhere. Neither is it let near the account itself, whose pages
    show recovery codes and remove the factor. A site on a loopback address asks for none.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        is_for_editors = request.path_info.startswith(EDITORS_PAGES)
        if settings.IS_LOOPBACK or not is_for_editors or not request.user.is_authenticated:
            return get_response(request)
        return _sent_elsewhere(request) or get_response(request)

    return middleware


def _sent_elsewhere(request: HttpRequest) -> HttpResponse | None:
    if is_mfa_enabled(request.user, [Authenticator.Type.TOTP]):
        if _has_used_one(request) or request.path_info in map(reverse, _OPEN_PAGES):
            return None
        return redirect_with_next("mfa_reauthenticate", request.get_full_path())
    is_admin_page = request.path_info.startswith(reverse("admin:index"))
    return redirect("mfa_activate_totp") if is_admin_page else None


def _has_used_one(request: HttpRequest) -> bool:
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


class EnrolView(ActivateTOTPView):  # type: ignore[misc]  # allauth has no types
    """Sets up an authenticator app: a code of it was typed in this session, and every other of the account ends."""

    def form_valid(self, form: Any) -> Any:
        response = super().form_valid(form)
        record_authentication(self.request, self.request.user, "mfa", type=Authenticator.Type.TOTP)
        self.request.session.cycle_key()
        _end_other_sessions(self.request)
        return response


def _end_other_sessions(request: HttpRequest) -> None:
    # A session does not say outside its data whose it is.
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        is_other = session.session_key != request.session.session_key
        if is_other and session.get_decoded().get(SESSION_KEY) == request.session[SESSION_KEY]:
            session.delete()
