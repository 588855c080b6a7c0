"""The two addresses that the Markdown editor asks, and whom they answer."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from tests.conftest import Browser
from tests.factories import make_editor
from tests.pledges.views.markdown_editor.writing import (
    EVERY_ADDRESS,
    PREVIEW,
    UPLOAD,
    logged_in,
    make_staff,
    picture,
    reasons,
    send,
    stored,
)

pytestmark = pytest.mark.django_db


def test_the_packages_names_lead_to_our_views_and_its_own_views_nowhere(writer: Client) -> None:
    assert (reverse("markdownx_markdownify"), reverse("markdownx_upload")) == (PREVIEW, UPLOAD)
    for address in ("/markdownx/markdownify/", "/markdownx/upload/"):
        assert writer.post(address, {"content": "x"}).status_code == 404


STRANGERS: dict[str, Callable[[], Client]] = {
    "anonymous": Browser,
    "no-editor": lambda: logged_in(make_editor()),
    "superuser-but-no-staff": lambda: logged_in(make_editor(is_superuser=True)),
    "disabled": lambda: logged_in(make_staff("view_pledge", "change_pledge", is_active=False)),
    "no-permission": lambda: logged_in(make_staff()),
    "other-permission": lambda: logged_in(make_staff("view_evidence", "change_topic", "add_pledge")),
}


@EVERY_ADDRESS
@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("method", ["get", "post", "put", "head"])
def test_a_stranger_is_refused(address: str, stranger: str, method: str, media: Path) -> None:
    response = getattr(STRANGERS[stranger](), method)(address)

    assert response.status_code == 403
    assert response.headers["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    if method != "head":
        assert reasons(response) == ["You may not do this, or you are no longer logged in."]
    assert stored(media) == []


@pytest.mark.parametrize("stranger", STRANGERS)
def test_nothing_a_stranger_sends_is_written_anywhere(
    stranger: str, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(spool))
    monkeypatch.setattr("django.http.request.HttpRequest._load_post_and_files", None)  # reading the body would fail
    client = STRANGERS[stranger]()

    response = send(client, picture(content=b"\0" * 3_000_000))

    assert response.status_code == 403
    assert (stored(media), stored(spool)) == ([], [])


def test_a_stranger_is_refused_without_a_query_and_in_no_time(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client, upload = Browser(), picture(content=b"\0" * 1_000_000)
    client.post(UPLOAD)
    times = []

    with django_assert_num_queries(0):
        for _round in range(5):
            upload.seek(0)
            began = time.perf_counter()
            client.post(UPLOAD, {"image": upload})
            times.append(time.perf_counter() - began)

    assert min(times) < 0.1  # the test's own client takes most of it


@pytest.mark.parametrize("record", ["pledge", "evidence", "verdict", "reply", "sitetext"])
def test_who_may_write_a_text_may_have_a_preview_and_add_a_picture(record: str, media: Path) -> None:
    client = logged_in(make_staff(f"change_{record}"))

    assert client.post(PREVIEW, {"content": "x"}).status_code == 200
    assert send(client).status_code == 200
    assert len(stored(media)) == 1


@pytest.mark.parametrize(("permission", "status"), [("view_pledge", 403), ("view_verdict", 403), ("change_issue", 200)])
def test_who_may_write_no_text_with_pictures_may_add_none(permission: str, status: int, media: Path) -> None:
    client = logged_in(make_staff(permission))

    assert client.post(PREVIEW, {"content": "x"}).status_code == status
    assert send(client).status_code == 403
    assert stored(media) == []


@EVERY_ADDRESS
@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options", "trace"])
def test_only_a_post_is_answered(address: str, method: str) -> None:
    client = logged_in(make_staff("change_pledge"))

    response = getattr(client, method)(address)

    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert "no-store" in response.headers["Cache-Control"]


@EVERY_ADDRESS
def test_a_request_without_the_token_of_a_form_is_refused(address: str, media: Path) -> None:
    client = Browser(enforce_csrf_checks=True)
    client.force_login(make_staff("change_pledge"))

    response = client.post(address, {"content": "x", "image": picture()})

    assert response.status_code == 403
    assert b"reload the page" in response.content
    assert stored(media) == []


@EVERY_ADDRESS
def test_a_request_with_the_token_is_answered(address: str) -> None:
    client = Browser(enforce_csrf_checks=True)
    client.force_login(make_staff("change_pledge"))
    token = "t" * 32
    client.cookies["__Host-csrf"] = token
    headers = {"X-CSRFToken": token, "Referer": "https://tracker.test/admin/"}

    response = client.post(address, {"content": "x", "image": picture()}, headers=headers)

    assert response.status_code == 200
