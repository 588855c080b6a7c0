"""What a session leaves behind, and what ends it."""

import logging

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from pledges.models import Editor
from tests.conftest import Browser
from tests.factories import make_published_pledge
from tests.tracker.accounts.logging_in import ADDRESS, NAME, PASSWORD, is_logged_in, log_in

pytestmark = pytest.mark.django_db


def everything_stored() -> str:
    """Give every row of every table as text, and sessions and counters decoded."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += cursor.fetchall()
    return repr(rows) + repr([session.get_decoded() for session in Session.objects.all()])


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
