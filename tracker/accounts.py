"""Editors' log-ins: what differs from django-allauth's own ways."""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ReauthenticationRequired
from allauth.core.internal.ratelimit import truncate_ip
from csp.decorators import csp_replace
from django import forms
from django.contrib.auth import REDIRECT_FIELD_NAME, SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from pledges.models import Editor
from tracker import errors
from tracker.security import ADMIN_POLICY

Handler = Callable[[HttpRequest], HttpResponse]
_LOST = _("Your account may not be used at present, so you were logged out. Ask an administrator.")


class EditorAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator, for editors only."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("That name and that password do not belong together."),
        "too_many_login_attempts": _("Too many attempts. Please wait a few minutes."),
    }

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: Editor, **options: Any) -> Any:
        if not user.is_staff:
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **options)

    def is_reauthentication_required(self, **options: Any) -> bool:
        """Ask again for the password, but not of somebody who gave it just now in order to log in."""
        records = get_authentication_records(context.request, context.request.user)
        is_fresh = any(time.time() - record["at"] < REAUTHENTICATION_TIMEOUT for record in records)
        return not is_fresh and bool(super().is_reauthentication_required(**options))

    def is_safe_url(self, url: str) -> bool:
        """Say where a log-in may go on to; to what is no address at all it may not, and allauth fails at that."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Find a name as it is stored, however it was typed: databases do not agree on capitals beyond A to Z."""
        name = Editor.normalize_username(credentials.get("username", ""))
        return super().authenticate(request, **{**credentials, "username": name})

    def _get_login_attempts_cache_key(self, _request: HttpRequest, **credentials: Any) -> str:
        # By name alone: with the host in the key, as allauth has it, every port would have a count of its own.
        return str(Editor.normalize_username(credentials.get("username", "")))

    def get_client_ip(self, request: HttpRequest) -> str:
        """Name a visitor by a keyed hash: what throttles count is stored, and an address never is."""
        address = truncate_ip(super().get_client_ip(request))
        return salted_hmac("tracker.accounts", address, algorithm="sha256").hexdigest()


class NoSecurityKey(forms.Form):
    """Stands where allauth reads a security key from an answer without a code, though the site takes none."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.pop("user")
        super().__init__(*args, **options)

    def clean(self) -> None:
        raise forms.ValidationError(_("A code is needed."))


def account_pages(get_response: Handler) -> Handler:
    """Middleware: account pages have the editors' policy and are never stored."""
    account_page = cast("Handler", csp_replace(ADMIN_POLICY)(never_cache(get_response)))

    def middleware(request: HttpRequest) -> HttpResponse:
        return (account_page if _is_account_page(request) else get_response)(request)

    return middleware


def end_lost_sessions(get_response: Handler) -> Handler:
    """Middleware: whose account was disabled, or who is no editor any more, is logged out and told at the next request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        # Pages for readers never look at the session: they are the same for everyone.
        is_for_editors = _is_account_page(request) or request.path_info.startswith(reverse("admin:index"))
        # A session that ended in another way, as by a new password, is empty once the user was looked up.
        if is_for_editors and not request.user.is_staff and SESSION_KEY in request.session:
            logout(request)
            response = get_response(request)
            # The log-in page, to which strangers are sent, would ask for a password that no longer helps.
            is_sent_away = response.status_code == HTTPStatus.FOUND
            return errors.page(request, HTTPStatus.FORBIDDEN, str(_LOST)) if is_sent_away else response
        return get_response(request)

    return middleware


class AskForPasswordAgain:
    """Sends to the page that asks for the password again.

    allauth's own way keeps the whole refused request in the session: the form, and the visitor's address.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ReauthenticationRequired):
            return None
        ways = get_adapter().get_reauthentication_methods(request.user)
        return redirect_with_next(ways[0]["url"] if ways else "account_login", request.path)


def redirect_with_next(page: str, address: str) -> HttpResponse:
    """Go to a page which, when it is done, goes on to an address."""
    return redirect(f"{resolve_url(page)}?{urlencode({REDIRECT_FIELD_NAME: address})}")


def too_many_requests(request: HttpRequest) -> HttpResponse:
    return render(request, "account/too_many_requests.html", status=429)


def _is_account_page(request: HttpRequest) -> bool:
    return request.path_info.startswith("/accounts/")
