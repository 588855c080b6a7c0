"""What stands between a password and the admin."""

import re
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.test import Client
from pytest_django import Settings

from pledges.models import Editor
from tests.conftest import Browser
from tests.factories import make_editor
from tests.tracker.accounts.logging_in import NAME, PASSWORD, log_in
from tests.tracker.authenticator import (
    CODE,
    CODE_AGAIN,
    ENROL,
    FACTOR,
    code_for,
    enrol,
    give_factor,
    is_in,
    recovery_codes,
    wrong_code_for,
)

pytestmark = pytest.mark.django_db

FACTOR_PAGES = [
    FACTOR,
    *(f"{FACTOR}totp/{page}/" for page in ("activate", "deactivate")),
    *(f"{FACTOR}recovery-codes/{page}" for page in ("", "download/", "generate/")),
]


@pytest.fixture
def editor() -> Editor:
    return make_editor(username=NAME, password=PASSWORD, is_staff=True, is_superuser=True)


@pytest.fixture
def visitor(editor: Editor) -> Client:
    """Somebody who has given the password and no more."""
    visitor = Browser()
    log_in(visitor)
    return visitor


def _admin_paths() -> list[str]:
    lists = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry]
    return ["/admin/", *lists, *(f"{path}add/" for path in lists), *(f"{path}1/change/" for path in lists)]


@pytest.mark.parametrize("path", [*_admin_paths(), "/admin/jsi18n/", "/admin/logout/", "/admin/nowhere/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_editor_without_a_second_factor_sees_only_where_to_set_one_up(
    visitor: Client, path: str, method: str
) -> None:
    response = getattr(visitor, method)(path)

    assert (response.status_code, response["Location"]) == (302, ENROL)


def test_a_site_on_a_loopback_address_asks_for_none(visitor: Client, settings: Settings) -> None:
    assert not is_in(visitor)

    settings.IS_LOOPBACK = True

    assert is_in(visitor)


def test_enrolment_is_scanned_or_typed_and_its_code_lets_this_session_in(visitor: Client) -> None:
    page = visitor.get("/admin/", follow=True).content.decode()
    assert 'src="data:image/svg+xml;base64,' in page

    enrol(visitor)

    assert len(recovery_codes(visitor)) == 10
    assert is_in(visitor)


def test_a_wrong_code_enrols_nobody(visitor: Client) -> None:
    page = visitor.get(ENROL).content.decode()
    secret = re.findall(r"<code>(\w+)</code>", page)[0]

    response = visitor.post(ENROL, {"code": wrong_code_for(secret)})

    assert "Incorrect code." in response.content.decode()
    assert secret in response.content.decode()
    assert not Authenticator.objects.exists()


def test_enrolment_ends_every_other_session_of_the_account_and_no_other(visitor: Client) -> None:
    thief, colleague = Browser(), Browser()
    make_editor(username="karl-lemon", password=PASSWORD, is_staff=True)
    log_in(thief)
    log_in(colleague, name="karl-lemon")

    enrol(visitor)

    assert thief.get(ENROL)["Location"].startswith("/accounts/login/")
    assert colleague.get(ENROL).status_code == 200
    assert is_in(visitor)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ["/admin/", "/accounts/password/", "/accounts/reauthenticate/", *FACTOR_PAGES])
def test_a_session_with_the_password_alone_does_nothing_once_its_account_has_a_factor(
    visitor: Client, editor: Editor, path: str, method: str
) -> None:
    secret = give_factor(editor)

    response = getattr(visitor, method)(f"{path}?q=a")

    assert response["Location"] == f"{CODE_AGAIN}?next={quote(path, safe='')}%3Fq%3Da"
    assert Authenticator.objects.count() == 2
    assert visitor.post(response["Location"], {"code": code_for(secret)})["Location"] == f"{path}?q=a"
    assert is_in(visitor)


def test_a_session_with_the_password_alone_can_still_log_out(visitor: Client, editor: Editor) -> None:
    give_factor(editor)

    visitor.post("/accounts/logout/")

    assert visitor.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/accounts/login/")


def test_log_in_takes_password_and_code(visitor: Client) -> None:
    secret = enrol(visitor)
    later = Browser()

    first = log_in(later, path="/accounts/login/?next=/admin/pledges/pledge/")
    assert first["Location"] == CODE
    assert not is_in(later)

    wrong = later.post(CODE, {"code": wrong_code_for(secret)})
    assert "Incorrect code." in wrong.content.decode()
    assert not is_in(later)

    right = later.post(CODE, {"code": code_for(secret)})
    assert right["Location"] == "/admin/pledges/pledge/"
    assert is_in(later)


def test_a_code_works_once(visitor: Client) -> None:
    code = code_for(enrol(visitor))
    first, second = Browser(), Browser()
    for one in (first, second):
        log_in(one)
        one.post(CODE, {"code": code})

    assert is_in(first)
    assert not is_in(second)


def test_a_recovery_code_works_once(visitor: Client) -> None:
    enrol(visitor)
    code, *others = recovery_codes(visitor)
    first, second = Browser(), Browser()
    for one in (first, second):
        log_in(one)
        one.post(CODE, {"code": code})

    assert is_in(first)
    assert not is_in(second)
    assert recovery_codes(first) == others


def test_the_sixth_wrong_code_in_five_minutes_is_refused_and_so_is_the_right_one(visitor: Client) -> None:
    secret = enrol(visitor)
    later = Browser()
    log_in(later)

    guesses = [later.post(CODE, {"code": wrong_code_for(secret)}).content.decode() for _ in range(6)]

    assert ["Too many" in guess for guess in guesses] == [False] * 5 + [True]
    later.post(CODE, {"code": code_for(secret)})
    assert not is_in(later)


def test_a_right_code_clears_the_count_of_wrong_ones(visitor: Client) -> None:
    secret = enrol(visitor)
    later = Browser()
    log_in(later)
    for _ in range(4):
        later.post(CODE, {"code": wrong_code_for(secret)})

    later.post(CODE, {"code": code_for(secret)})

    assert is_in(later)
    assert "Incorrect" in visitor.post(CODE_AGAIN, {"code": wrong_code_for(secret)}).content.decode()
    assert "Incorrect" in visitor.post(CODE_AGAIN, {"code": wrong_code_for(secret)}).content.decode()


@pytest.mark.parametrize("path", [CODE, CODE_AGAIN])
def test_a_code_page_does_nothing_for_a_stranger(path: str) -> None:
    response = Browser().post(path, {"code": "123456"})

    assert response["Location"].startswith("/accounts/login/")


def test_who_loses_the_second_factor_sets_up_another(visitor: Client) -> None:
    secret = enrol(visitor)
    visitor.post(CODE_AGAIN, {"code": code_for(secret)})
    assert is_in(visitor)

    Authenticator.objects.all().delete()

    assert visitor.get("/admin/")["Location"] == ENROL


def test_removing_the_app_takes_the_recovery_codes_along(visitor: Client) -> None:
    enrol(visitor)

    visitor.post(f"{FACTOR}totp/deactivate/")

    assert not Authenticator.objects.exists()
    assert visitor.get("/admin/")["Location"] == ENROL


def test_recovery_codes_alone_are_no_second_factor(visitor: Client) -> None:
    enrol(visitor)
    Authenticator.objects.exclude(type="recovery_codes").delete()

    assert visitor.get("/admin/")["Location"] == ENROL


def test_new_recovery_codes_replace_the_old(visitor: Client) -> None:
    enrol(visitor)
    old = recovery_codes(visitor)

    visitor.post(f"{FACTOR}recovery-codes/generate/")

    assert len(set(old) | set(recovery_codes(visitor))) == 20
    download = visitor.get(f"{FACTOR}recovery-codes/download/")
    assert download.content.decode().split() == recovery_codes(visitor)
    assert download["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("answer", [{}, {"credential": "{}"}, {"credential": '{"id": 1, "response": []}'}])
def test_an_answer_without_a_code_is_refused(visitor: Client, answer: dict[str, str]) -> None:
    enrol(visitor)
    later = Browser()
    log_in(later)

    response = later.post(CODE, answer)

    assert response.status_code == 200
    assert not is_in(later)


PAGES = [
    *("/accounts/login/", "/accounts/inactive/"),
    *("/accounts/logout/", "/accounts/password/", "/accounts/reauthenticate/", FACTOR, CODE_AGAIN),
    *(f"{FACTOR}recovery-codes/", f"{FACTOR}recovery-codes/generate/", f"{FACTOR}totp/deactivate/"),
]


@pytest.mark.parametrize("path", [*PAGES, ENROL, CODE])
def test_account_pages_are_whole_pages_with_nothing_inline_or_from_elsewhere(visitor: Client, path: str) -> None:
    somebody: Client = visitor
    if path != ENROL:
        enrol(visitor)
    if path in {CODE, "/accounts/login/"}:
        somebody = Browser()
    if path == CODE:
        log_in(somebody)

    response = somebody.get(path)
    html = response.content.decode()

    assert response.status_code == 200
    assert html.count("<h1") == html.count("<main ") == 1
    assert re.search(r"<title>[^<]+ – Pledge Tracker</title>", html)
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script", html)
    fetched = re.findall(r"<(?:img|link)\b[^>]*?(?:src|href)=\"([^\"]*)\"", html)
    assert all(address.startswith(("/static/", "data:image/svg+xml;")) for address in fetched)
    ids = re.findall(r"\sid=\"([^\"]+)\"", html)
    assert len(ids) == len(set(ids))
