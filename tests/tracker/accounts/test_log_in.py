"""Logging in, and who and what does not get in."""

import pytest
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse

from pledges.models import Editor
from tests.conftest import Browser
from tests.factories import make_editor
from tests.tracker.accounts.logging_in import LOGIN, NAME, PASSWORD, is_logged_in, log_in
from tracker.accounts import EditorAdapter

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("lost", [{"is_active": False}, {"is_staff": False}])
def test_who_is_no_editor_does_not_get_in(editor: Editor, lost: dict[str, bool]) -> None:
    Editor.objects.update(**lost)
    visitor = Browser()

    response = log_in(visitor)

    assert response["Location"] == "/accounts/inactive/"
    assert "not in use" in visitor.get("/accounts/inactive/").content.decode()
    assert not is_logged_in(visitor)
