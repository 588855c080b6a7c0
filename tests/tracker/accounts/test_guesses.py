"""Who guesses learns nothing, and is soon refused."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from pledges.models import Editor
from tests.conftest import Browser
from tests.factories import make_editor
from tests.tracker.accounts.logging_in import ADDRESS, LOGIN, NAME, PASSWORD, log_in
from tests.tracker.test_security import settings_with
from tracker.accounts import EditorAdapter

pytestmark = pytest.mark.django_db


def words_of(response: HttpResponse, name: str) -> str:
    """Give the page without what differs at every request, and without the name that was typed."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return page.replace(name, "NAME")


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
