from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tracker.accounts import redirect_with_next

Handler = Callable[[HttpRequest], HttpResponse]


def require_second_factor(get_response: Handler) -> Handler:
    """Middleware: an editor sees nothing of the admin before enrolling a second factor and using it in this session.

    Having one is not enough: a session that began with the password alone, perhaps another person's,
    must not be let in the moment its owner enrols elsewhere. A site on a loopback address asks for none.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        is_admin_page = request.path_info.startswith(reverse("admin:index"))
        if settings.IS_LOOPBACK or not is_admin_page or not request.user.is_authenticated:
            return get_response(request)
        if not is_mfa_enabled(request.user, [Authenticator.Type.TOTP]):
            return redirect("mfa_activate_totp")
        if not _has_used_one(request):
            return redirect_with_next("mfa_reauthenticate", request.get_full_path())
        return get_response(request)

    return middleware


def _has_used_one(request: HttpRequest) -> bool:
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))
