"""What is answered while nothing can be asked of the database: why, and all that was filled in."""

import logging
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tracker.page_cache.unavailable import BUSY, REFUSAL, SILENT
from tracker.page_cache.wrapper import STATE

ADDRESS = 'ada"@lemons.example'
LETTER = "lemon-letter-0123456789"
CAUSES = {SILENT: "Our database does not answer.", BUSY: "More is asked of us at once than we can answer."}


def ask(client: Client, path: str, form: dict[str, Any] | None = None, why: str = SILENT) -> Any:
    said: dict[str, Any] = {REFUSAL: why}
    return client.get(path, **said) if form is None else client.post(path, form, **said)


def sign_up_form(html: str) -> str:
    (form,) = re.findall(r'<form method="post" action="/newsletter/">.*?</form>', html, re.DOTALL)
    return str(form)


@pytest.mark.parametrize("why", CAUSES)
@pytest.mark.parametrize("form", [None, {"address": ADDRESS}], ids=["read", "sent"])
def test_the_true_cause_is_said_and_no_other(form: dict[str, str] | None, why: str, client: Client) -> None:
    response = ask(client, "/newsletter/", form, why)

    html = response.content.decode()
    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert response.headers["Cache-Control"] == "no-store"
    assert [cause for cause in CAUSES.values() if cause in html] == [CAUSES[why]]


@pytest.mark.parametrize("why", CAUSES)
def test_a_sign_up_is_given_back_as_it_was_filled_in(why: str, client: Client) -> None:
    form = {"address": ADDRESS, "pledge": "lemons-for-all", "digest": "on"}

    html = ask(client, "/newsletter/", form, why).content.decode()

    given_back = sign_up_form(html)
    assert 'value="ada&quot;@lemons.example"' in given_back
    assert '<input type="hidden" name="pledge" value="lemons-for-all">' in given_back
    assert 'name="digest" checked' in given_back
    assert 'name="follow" checked' not in given_back
    assert "Nothing was saved." in html


def test_a_page_that_was_only_asked_for_has_an_empty_form(client: Client) -> None:
    html = ask(client, "/newsletter/").content.decode()

    assert 'name="address" value=""' in sign_up_form(html)
    assert "Nothing was saved." not in html


@pytest.mark.parametrize(
    ("page", "form"),
    [("confirm", {"until": "7"}), ("choices", {"digest": "on", "pledge": ["lemons", "plums"]}), ("leave", {})],
)
def test_the_form_of_a_letters_link_can_be_sent_again(page: str, form: dict[str, Any], client: Client) -> None:
    html = ask(client, f"/newsletter/{page}/{LETTER}/", form).content.decode()

    (again,) = re.findall(r'<form method="post">.*?</form>', html, re.DOTALL)
    sent = re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', again)
    assert sorted(sent) == sorted(
        (name, one) for name, value in form.items() for one in ([value] if isinstance(value, str) else value)
    )
    assert "Send it again" in again
    assert LETTER not in html


def test_what_an_editor_typed_can_be_copied(client: Client) -> None:
    html = ask(
        client, "/admin/pledges/pledge/1/change/", {"headline": "Lemons & plums", "password": "x7"}
    ).content.decode()

    assert "Lemons &amp; plums</pre>" in html
    assert "x7" not in html


def test_nothing_of_it_is_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        ask(client, "/newsletter/", {"address": ADDRESS})

    assert "lemons.example" not in caplog.text


@pytest.mark.parametrize(("is_silent", "status"), [(True, 503), (False, 200)])
def test_who_had_to_wait_for_a_turn_is_refused_if_the_database_fell_silent_meanwhile(
    *, is_silent: bool, status: int, client: Client
) -> None:
    cache: dict[str, Any] = {STATE: SimpleNamespace(journal=SimpleNamespace(is_silent=is_silent))}

    response = client.get("/accounts/login/", **cache)

    assert response.status_code == status


def test_whether_the_process_answers_is_answered(client: Client) -> None:
    assert ask(client, "/healthz").status_code == 200
