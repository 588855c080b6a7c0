"""Logging in, and what ends a session."""

import logging
import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, get_resolver, reverse
from pytest_django import Settings

from pledges.models import Editor
from tests.conftest import Browser
from tests.factories import make_editor, make_published_pledge
from tests.tracker.test_security import settings_with
from tracker.accounts import EditorAdapter

pytestmark = pytest.mark.django_db

NAME, PASSWORD = "petra-lemon", "a cart of sour lemons"
LOGIN = "/accounts/login/"
ADDRESS = "203.0.113.77"


@pytest.fixture(autouse=True)
def loopback(settings: Settings) -> None:
    """Nothing here is about the second factor."""
    settings.IS_LOOPBACK = True


@pytest.fixture
def editor() -> Editor:
    return make_editor(username=NAME, password=PASSWORD, is_staff=True)


def log_in(visitor: Client, password: str = PASSWORD, *, name: str = NAME, **options: Any) -> Any:
    return visitor.post(options.pop("path", LOGIN), {"login": name, "password": password}, **options)


def is_logged_in(visitor: Client) -> bool:
    return visitor.get("/admin/").status_code == 200


def words_of(response: HttpResponse, name: str) -> str:
    """Give the page without what differs at every request, and without the name that was typed."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return page.replace(name, "NAME")


def everything_stored() -> str:
    """Give every row of every table as text, and sessions and counters decoded."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += cursor.fetchall()
    return repr(rows) + repr([session.get_decoded() for session in Session.objects.all()])


def test_an_editor_logs_in_with_name_and_password(editor: Editor) -> None:
    visitor = Browser()

    response = log_in(visitor)

    assert (response.status_code, response["Location"]) == (302, "/admin/")
    assert is_logged_in(visitor)


def test_a_form_without_its_token_is_refused(editor: Editor, client: Client) -> None:
    assert log_in(client).status_code == 403
    assert not is_logged_in(client)


def test_the_admin_has_no_page_of_its_own_that_asks_for_passwords(editor: Editor) -> None:
    visitor = Browser()

    sent = visitor.get("/admin/pledges/pledge/", follow=True)
    posted = visitor.post("/admin/login/", {"username": NAME, "password": PASSWORD})

    assert sent.redirect_chain[-1][0] == "/accounts/login/?next=%2Fadmin%2Fpledges%2Fpledge%2F"
    assert (posted.status_code, posted["Location"]) == (302, "/accounts/login/?next=%2Fadmin%2F")
    assert not is_logged_in(visitor)


def test_log_in_goes_on_to_the_page_that_was_wanted(editor: Editor) -> None:
    response = log_in(Browser(), path="/accounts/login/?next=/admin/pledges/pledge/")

    assert response["Location"] == "/admin/pledges/pledge/"


@pytest.mark.parametrize("elsewhere", ["https://evil.test/", "//evil.test/", "/\\evil.test", "javascript:alert(1)"])
def test_log_in_never_goes_on_to_another_site(editor: Editor, elsewhere: str) -> None:
    response = Browser().post(LOGIN, {"login": NAME, "password": PASSWORD, "next": elsewhere})

    assert (response.status_code, response["Location"]) == (302, "/admin/")


@pytest.mark.parametrize("no_address", ["http://[::1", "http://[evil]/", "//[", "https://a:99999999/"])
@pytest.mark.parametrize("is_logged_in", [False, True])
def test_what_is_no_address_leads_nowhere(editor: Editor, no_address: str, *, is_logged_in: bool) -> None:
    visitor = Browser()
    if is_logged_in:
        visitor.force_login(editor)

    asked = visitor.get(LOGIN, {"next": no_address})
    sent = visitor.post(LOGIN, {"login": NAME, "password": PASSWORD, "next": no_address})

    assert asked.status_code == (302 if is_logged_in else 200)
    assert (sent.status_code, sent["Location"]) == (302, "/admin/")


@pytest.mark.parametrize("typed", ["Ärnst-ΝΊΚΟΣ", "ärnst-νίκος", "ÄRNST-νίκοσ", "Ärnst-νίκος"])
def test_a_name_may_be_typed_in_any_capitals(typed: str) -> None:
    make_editor(username="ärnst-Νίκος", password=PASSWORD, is_staff=True)
    visitor = Browser()

    log_in(visitor, name=typed)

    assert is_logged_in(visitor)


def test_the_admins_password_page_is_the_one_for_accounts(editor: Editor) -> None:
    visitor = Browser()
    visitor.force_login(editor)

    assert visitor.get("/admin/password_change/")["Location"] == "/accounts/password/"


def test_nobody_signs_up(client: Client) -> None:
    assert not EditorAdapter().is_open_for_signup(RequestFactory().get("/"))
    for path in ["signup/", "email/", "confirm-email/", "password/reset/", "social/signup/", "second-factor/trust/"]:
        assert client.get(f"/accounts/{path}").status_code == 404
    for name in ["account_signup", "account_reset_password", "account_email", "account_confirm_email"]:
        with pytest.raises(NoReverseMatch):
            reverse(name)


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(editor: Editor) -> None:
    wrong, unknown = log_in(Browser(), "a wrong guess"), log_in(Browser(), name="nobody-here")

    assert wrong.status_code == unknown.status_code == 200
    assert "do not belong together" in wrong.content.decode()
    assert words_of(wrong, NAME) == words_of(unknown, "nobody-here")
    assert {**wrong.headers, "Content-Length": ""} == {**unknown.headers, "Content-Length": ""}
    assert wrong.cookies.keys() == unknown.cookies.keys()


@pytest.mark.parametrize("name", [NAME, "nobody-here", "switched-off", "no-password"])
def test_a_refused_log_in_costs_one_password_hash_whoever_it_names(
    editor: Editor, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_editor(username="switched-off", password=PASSWORD, is_staff=True, is_active=False)
    make_editor(username="no-password", password=None, is_staff=True)
    hashed = []
    encode = MD5PasswordHasher.encode

    def counting(hasher: Any, password: str, salt: Any) -> str:
        hashed.append(password)
        return encode(hasher, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    log_in(Browser(), "a wrong guess", name=name)

    assert len(hashed) == 1


@pytest.mark.parametrize("name", [NAME, "nobody-here"])
def test_the_sixth_wrong_guess_in_five_minutes_is_refused_and_so_is_the_right_password(
    editor: Editor, name: str
) -> None:
    guesses = [log_in(Browser(), "a wrong guess", name=name) for _ in range(6)]
    right = log_in(Browser(), name=name)

    assert ["Too many" in guess.content.decode() for guess in guesses] == [False] * 5 + [True]
    assert "Too many" in right.content.decode()
    assert words_of(right, name) == words_of(guesses[5], name)


def test_guesses_are_counted_together_whatever_the_host_is_called(editor: Editor) -> None:
    hosts = [f"tracker.test:{port}" for port in (443, 1, 2, 3, 4, 5)]

    guesses = [log_in(Browser(), "a wrong guess", headers={"host": host}) for host in hosts]

    assert "Too many" in guesses[-1].content.decode()


def test_guesses_are_counted_where_every_process_sees_them(editor: Editor) -> None:
    assert settings.CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"

    log_in(Browser(), "a wrong guess")

    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM shared_cache")
        keys = {key for (key,) in cursor.fetchall()}
    # One a rate: of log-ins from an address; of failures from it, and twice for the name.
    assert sorted(re.sub(r"[0-9a-f]{64}", "…", key) for key in keys) == [
        ":1:allauth:rl:allauth.account:login:30/60/ip:ip:…",
        ":1:allauth:rl:allauth.account:login_failed:10/60/ip:ip:…",
        ":1:allauth:rl:allauth.account:login_failed:5/300.0/key:…",
        ":1:allauth:rl:allauth.account:login_failed:60/86400/key:…",
    ]


def test_many_names_from_one_address_are_refused_too(editor: Editor) -> None:
    for number in range(10):
        log_in(Browser(), name=f"name-{number}")

    assert "Too many" in log_in(Browser()).content.decode()
    assert log_in(Browser(), REMOTE_ADDR=ADDRESS).status_code == 302


def test_too_many_requests_get_a_page_in_our_own_words() -> None:
    answers = [Browser().post(LOGIN, {}) for _ in range(31)]

    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert "<h1>Too many attempts</h1>" in answers[-1].content.decode()
    assert "no-store" in answers[-1]["Cache-Control"]


@pytest.mark.parametrize(("behind_proxy", "is_let_in"), [(0, False), (1, True)])
def test_a_forwarded_address_counts_behind_a_proxy_only(
    editor: Editor, settings: Settings, behind_proxy: int, *, is_let_in: bool
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = behind_proxy
    for number in range(10):
        log_in(Browser(), name=f"name-{number}", HTTP_X_FORWARDED_FOR="198.51.100.1, 203.0.113.5")

    response = log_in(Browser(), HTTP_X_FORWARDED_FOR="198.51.100.1, 203.0.113.6")

    assert (response.status_code == 302) is is_let_in


@pytest.mark.parametrize(("value", "count"), [("", 0), ("1", 1)])
def test_the_setting_for_a_proxy_is_the_only_one_needed(value: str, count: int) -> None:
    assert settings_with("ALLAUTH_TRUSTED_PROXY_COUNT", BEHIND_PROXY=value) == {"ALLAUTH_TRUSTED_PROXY_COUNT": count}


def test_a_network_of_new_addresses_is_counted_as_one() -> None:
    adapter, factory = EditorAdapter(), RequestFactory()
    first, second, other = (
        adapter.get_client_ip(factory.get("/", REMOTE_ADDR=address))
        for address in ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"]
    )

    assert first == second != other


def test_no_address_is_stored_and_neither_name_nor_address_is_logged(
    editor: Editor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    visitor = Browser(REMOTE_ADDR=ADDRESS)

    log_in(visitor, "a wrong guess")
    log_in(visitor)
    Session.objects.update(session_data=_with_old_password(visitor))
    asked = visitor.post("/accounts/second-factor/recovery-codes/generate/", {"secret": "of the form"})

    assert asked["Location"].startswith("/accounts/reauthenticate/?next=")
    stored = everything_stored()
    assert NAME in stored
    assert ADDRESS not in stored
    assert "of the form" not in stored
    ours = [record for record in caplog.records if not record.name.startswith("django.db")]
    assert not [record for record in ours if ADDRESS in record.getMessage() or NAME in record.getMessage()]


def _with_old_password(visitor: Client) -> str:
    """Give a session's data as if the password had been typed an hour ago."""
    session = visitor.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    return session.encode(dict(session))


def test_the_password_is_asked_again_before_what_concerns_safety(editor: Editor) -> None:
    visitor = Browser()
    log_in(visitor)
    at_once = visitor.get("/accounts/second-factor/totp/activate/")
    Session.objects.update(session_data=_with_old_password(visitor))

    later = visitor.get("/accounts/second-factor/totp/activate/")
    wrong = visitor.post(later["Location"], {"password": "a wrong guess"})
    right = visitor.post(later["Location"], {"password": PASSWORD})

    assert at_once.status_code == 200
    assert later["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Fsecond-factor%2Ftotp%2Factivate%2F"
    assert wrong.status_code == 200
    assert right["Location"] == "/accounts/second-factor/totp/activate/"
    assert visitor.get(right["Location"]).status_code == 200


@pytest.mark.parametrize("lost", [{"is_active": False}, {"is_staff": False}])
@pytest.mark.parametrize("path", ["/admin/", "/admin/pledges/pledge/", "/accounts/password/"])
def test_a_lost_right_ends_the_session_at_the_next_request(editor: Editor, path: str, lost: dict[str, bool]) -> None:
    visitor = Browser()
    log_in(visitor)
    Editor.objects.update(**lost)

    response = visitor.get(path)
    assert response.status_code == 403
    assert "you were logged out" in response.content.decode()
    assert not Session.objects.exists()

    Editor.objects.update(is_active=True, is_staff=True)
    assert not is_logged_in(visitor)


@pytest.mark.parametrize("lost", [{"is_active": False}, {"is_staff": False}])
def test_who_is_no_editor_does_not_get_in(editor: Editor, lost: dict[str, bool]) -> None:
    Editor.objects.update(**lost)
    visitor = Browser()

    response = log_in(visitor)

    assert response["Location"] == "/accounts/inactive/"
    assert "not in use" in visitor.get("/accounts/inactive/").content.decode()
    assert not is_logged_in(visitor)


def test_a_new_password_ends_every_other_session(editor: Editor) -> None:
    here, elsewhere = Browser(), Browser()
    log_in(here)
    log_in(elsewhere)
    new = "another cart of lemons"

    response = here.post("/accounts/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert response.status_code == 302
    assert is_logged_in(here)
    assert not is_logged_in(elsewhere)
    assert log_in(elsewhere).status_code == 200
    assert log_in(elsewhere, new).status_code == 302


@pytest.mark.parametrize("weak", ["short", "petra-lemon12", "123456789012345"])
def test_a_weak_password_is_refused(editor: Editor, weak: str) -> None:
    visitor = Browser()
    log_in(visitor)

    response = visitor.post("/accounts/password/", {"oldpassword": PASSWORD, "password1": weak, "password2": weak})

    assert response.status_code == 200
    assert 'id="id_password1_error"' in response.content.decode()
    assert Editor.objects.get().check_password(PASSWORD)


def test_logging_out_takes_a_form_and_ends_the_session(editor: Editor) -> None:
    visitor = Browser()
    log_in(visitor)

    visitor.get("/accounts/logout/")
    assert is_logged_in(visitor)
    visitor.post("/accounts/logout/")

    assert not is_logged_in(visitor)
    assert not Session.objects.exists()


def test_a_reader_page_is_the_same_bytes_for_an_editor(editor: Editor) -> None:
    path = f"/pledges/{make_published_pledge().slug}/"
    visitor = Browser()
    log_in(visitor)

    response, as_reader = visitor.get(path), Browser().get(path)

    assert response.content == as_reader.content
    assert response.headers == as_reader.headers
    assert "Cookie" not in response.headers.get("Vary", "")


_routes: dict[Any, Any] = get_resolver().reverse_dict
ACCOUNT_PATHS = sorted(
    {
        "/" + pattern % dict.fromkeys(names, 1)
        for patterns, route, _defaults, _converters in _routes.values()
        if route.startswith("accounts/")
        for pattern, names in patterns
    }
)


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("path", [*ACCOUNT_PATHS, "/accounts/nowhere/"])
def test_account_pages_are_never_stored_and_have_the_editors_policy(
    path: str, *, is_known: bool, editor: Editor
) -> None:
    visitor = Browser()
    if is_known:
        log_in(visitor)

    for response in (visitor.get(path), visitor.post(path)):
        assert response.status_code in {200, 302, 404, 405}
        assert {"no-store", "private"} <= set(response["Cache-Control"].split(", "))
        assert "script-src 'self'" in response["Content-Security-Policy"]
        assert "unsafe" not in response["Content-Security-Policy"]


def test_the_account_pages_are_those_that_editors_need() -> None:
    assert [path.removeprefix("/accounts/") for path in ACCOUNT_PATHS] == [
        "inactive/",
        "login/",
        "logout/",
        "password/",
        "reauthenticate/",
        "second-factor/",
        "second-factor/authenticate/",
        "second-factor/reauthenticate/",
        "second-factor/recovery-codes/",
        "second-factor/recovery-codes/download/",
        "second-factor/recovery-codes/generate/",
        "second-factor/totp/activate/",
        "second-factor/totp/deactivate/",
    ]
