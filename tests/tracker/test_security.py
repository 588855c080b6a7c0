"""Settings as they stand in production, and the headers of every answer."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory

from tests.both_databases import DATABASE
from tracker import settings as site_settings
from tracker.passwords import SmallArgon2Hasher
from tracker.security import ADMIN_POLICY, REPORTING, SecurityHeadersMiddleware

pytestmark = pytest.mark.skipif(DATABASE != "sqlite", reason="once is enough: no database takes part")
PRODUCTION = {
    "DJANGO_SECRET_KEY": "fbb5c5b5e1b04b9e9d9a1b6a5a0e7c4d-only-for-this-test-0123456789",
    "SITE_URL": "https://pledges.example.org",
    "DATABASE_URL": "sqlite:///:memory:",
}


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python where the site lives, with nothing set but what is given."""
    environment = {"PATH": os.environ["PATH"], **variables}
    return subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def settings_with(*names: str, **variables: str) -> dict[str, Any]:
    """Give the values that settings have in a process of its own."""
    program = (
        f"import json; from tracker import settings; print(json.dumps({{n: getattr(settings, n) for n in {names}}}))"
    )
    values: dict[str, Any] = json.loads(run("-c", program, **{**PRODUCTION, **variables}).stdout)
    return values


def test_production_settings_pass_the_deploy_check_without_a_warning() -> None:
    check = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert (check.returncode, check.stderr) == (0, "")
    assert check.stdout == "System check identified no issues (0 silenced).\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DJANGO_SECRET_KEY", "short"),
        ("SITE_URL", "pledges.example.org"),
        ("DATABASE_URL", ""),
        ("DJANGO_DEBUG", "maybe"),
    ],
)
def test_a_wrong_setting_stops_the_start_in_one_sentence_that_names_it(name: str, value: str) -> None:
    check = run("manage.py", "check", **{**PRODUCTION, name: value})

    assert check.returncode == 2
    assert check.stderr.startswith(f"{name} ")
    assert check.stderr.count("\n") == 1


TLS = ["SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"]
COOKIES = ["SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME"]


def test_an_https_address_switches_on_all_that_belongs_to_tls() -> None:
    values = settings_with("DEBUG", "IS_LOOPBACK", "ALLOWED_HOSTS", *TLS, *COOKIES)

    assert [values[name] for name in TLS] == [True, 63_072_000, True, True]
    assert [values[name] for name in COOKIES] == ["__Host-session", "__Host-csrf"]
    assert (values["DEBUG"], values["IS_LOOPBACK"], values["ALLOWED_HOSTS"]) == (False, False, ["pledges.example.org"])


def test_a_loopback_address_works_without_tls() -> None:
    values = settings_with("DEBUG", "IS_LOOPBACK", *TLS, *COOKIES, SITE_URL="http://127.0.0.1:8000")

    assert [values[name] for name in TLS] == [False, 0, False, False]
    assert [values[name] for name in COOKIES] == ["session", "csrf"]
    assert (values["DEBUG"], values["IS_LOOPBACK"]) == (False, True)


@pytest.mark.parametrize(("value", "header"), [("", None), ("0", None), ("1", ["HTTP_X_FORWARDED_PROTO", "https"])])
def test_a_forwarded_scheme_is_believed_behind_a_proxy_only(value: str, header: list[str] | None) -> None:
    assert settings_with("SECURE_PROXY_SSL_HEADER", BEHIND_PROXY=value) == {"SECURE_PROXY_SSL_HEADER": header}


def test_no_policy_allows_inline_code_or_another_host() -> None:
    public = site_settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    for policy in (public, ADMIN_POLICY):
        assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
        sources = {source for name in policy.keys() - REPORTING.keys() for source in policy[name]}
        assert sources <= {"'none'", "'self'", "data:"}
    assert "script-src" not in public
    assert "data:" not in ADMIN_POLICY["script-src"]


def through_the_middleware(response: HttpResponse) -> HttpResponse:
    return SecurityHeadersMiddleware(lambda _request: response)(RequestFactory().get("/"))


def test_every_answer_carries_the_headers() -> None:
    headers = dict(through_the_middleware(HttpResponse()).headers)

    assert all(part.endswith("=()") for part in headers.pop("Permissions-Policy").split(", "))
    assert headers == {
        "Content-Type": "text/html; charset=utf-8",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Origin-Agent-Cluster": "?1",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Reporting-Endpoints": 'csp="/csp-report"',
        "X-Content-Type-Options": "nosniff",
        "X-Permitted-Cross-Domain-Policies": "none",
    }


def test_a_view_may_set_a_header_of_its_own() -> None:
    response = through_the_middleware(HttpResponse(headers={"Cross-Origin-Resource-Policy": "cross-origin"}))

    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize(("status", "stored"), [(200, "public"), (404, "public"), (500, "no-store"), (503, "no-store")])
def test_an_error_of_ours_is_never_kept(status: int, stored: str) -> None:
    response = through_the_middleware(HttpResponse(status=status, headers={"Cache-Control": "public"}))

    assert response.headers["Cache-Control"] == stored


def test_a_password_is_kept_by_argon2id_at_the_cost_we_chose() -> None:
    hasher = SmallArgon2Hasher()
    encoded = hasher.encode("sour lemons", hasher.salt())

    assert site_settings.PASSWORD_HASHERS == ["tracker.passwords.SmallArgon2Hasher"]
    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert hasher.verify("sour lemons", encoded)
    assert not hasher.verify("sweet lemons", encoded)
    assert not hasher.must_update(encoded)
