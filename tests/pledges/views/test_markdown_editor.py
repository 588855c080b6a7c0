"""The two addresses that the Markdown editor asks, and whom they answer."""

import re
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import DjangoAssertNumQueries, Settings

from pledges.markdown import MAX_LENGTH, render
from pledges.models import Editor
from pledges.views import markdown_editor
from tests.both_databases import DATABASE
from tests.conftest import Browser
from tests.factories import make_editor
from tests.pledges.test_pictures import bomb, draw, encode, exif

pytestmark = pytest.mark.django_db

PREVIEW, UPLOAD = "/admin/markdown/preview/", "/admin/markdown/picture/"
EVERY_ADDRESS = pytest.mark.parametrize("address", [PREVIEW, UPLOAD])
HOSTILE = (
    "<script>alert(1)</script>\n\n[x](javascript:alert(1)) <img src=x onerror=alert(1)> ![x](https://evil.test/p.png)"
)


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.IS_LOOPBACK = True  # no second factor: tests/tracker/test_second_factor.py is about it
    settings.MEDIA_ROOT = tmp_path / "media"
    return Path(settings.MEDIA_ROOT)


def stored(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def make_staff(*permissions: str, **fields: Any) -> Editor:
    editor = make_editor(is_staff=True, **fields)
    editor.user_permissions.set(Permission.objects.filter(codename__in=permissions, content_type__app_label="pledges"))
    assert editor.user_permissions.count() == len(permissions)
    return editor


def logged_in(editor: Editor) -> Client:
    """Without the check of the token of forms, which has tests of its own."""
    client = Browser()
    client.force_login(editor)
    return client


@pytest.fixture
def writer() -> Client:
    return logged_in(make_staff("view_pledge", "change_evidence"))


def picture(name: str = "lemons.png", content: bytes | None = None, kind: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, encode(draw(), "PNG") if content is None else content, kind)


def send(client: Client, upload: SimpleUploadedFile | None = None) -> Any:
    return client.post(UPLOAD, {"image": upload or picture()})


def reasons(response: Any) -> list[str]:
    assert response.headers["Content-Type"] == "application/json"
    found: list[str] = response.json()["reasons"]
    assert found
    assert all(reason and reason[-1] in ".!" for reason in found)
    return found


def test_the_packages_names_lead_to_our_views_and_its_own_views_nowhere(writer: Client) -> None:
    assert (reverse("markdownx_markdownify"), reverse("markdownx_upload")) == (PREVIEW, UPLOAD)
    for address in ("/markdownx/markdownify/", "/markdownx/upload/"):
        assert writer.post(address, {"content": "x"}).status_code == 404


# Who may ask.

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


@pytest.mark.parametrize("permission", ["change_pledge", "change_evidence", "change_verdict"])
def test_who_may_write_a_text_may_add_a_picture(permission: str, media: Path) -> None:
    client = logged_in(make_staff(permission))

    assert send(client).status_code == 200
    assert client.post(PREVIEW, {"content": "x"}).status_code == 403
    assert len(stored(media)) == 1


def test_who_may_only_look_may_have_a_preview_but_add_no_picture(media: Path) -> None:
    client = logged_in(make_staff("view_pledge"))

    assert client.post(PREVIEW, {"content": "x"}).status_code == 200
    assert send(client).status_code == 403
    assert stored(media) == []


@EVERY_ADDRESS
@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options", "trace"])
def test_only_a_post_is_answered(address: str, method: str) -> None:
    client = logged_in(make_staff("view_pledge", "change_pledge"))

    response = getattr(client, method)(address)

    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert "no-store" in response.headers["Cache-Control"]


@EVERY_ADDRESS
def test_a_request_without_the_token_of_a_form_is_refused(address: str, media: Path) -> None:
    client = Browser(enforce_csrf_checks=True)
    client.force_login(make_staff("view_pledge", "change_pledge"))

    response = client.post(address, {"content": "x", "image": picture()})

    assert response.status_code == 403
    assert b"reload the page" in response.content
    assert stored(media) == []


@EVERY_ADDRESS
def test_a_request_with_the_token_is_answered(address: str) -> None:
    client = Browser(enforce_csrf_checks=True)
    client.force_login(make_staff("view_pledge", "change_pledge"))
    token = "t" * 32
    client.cookies["__Host-csrf"] = token
    headers = {"X-CSRFToken": token, "Referer": "https://tracker.test/admin/"}

    response = client.post(address, {"content": "x", "image": picture()}, headers=headers)

    assert response.status_code == 200


# The preview.


@pytest.mark.parametrize("text", ["# A *lemon*", "", "a[^1]\n\n[^1]: b", "| a |\n|---|\n| b |", HOSTILE])
def test_the_preview_is_what_readers_will_see(text: str, writer: Client) -> None:
    response = writer.post(PREVIEW, {"content": text})

    assert (response.status_code, response.content.decode()) == (200, render(text))
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "no-store" in response.headers["Cache-Control"]


def test_the_preview_runs_nothing(writer: Client) -> None:
    html = writer.post(PREVIEW, {"content": HOSTILE}).content.decode()

    assert not re.search(r"<script|<img[^>]*(onerror|src)|href=\"javascript", html)


def test_the_preview_drops_what_saving_drops(writer: Client) -> None:
    html = writer.post(PREVIEW, {"content": "a\x00\x0bb\r\nc\ufffe"}).content.decode()

    assert html == "<p>ab\nc</p>\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a" * (MAX_LENGTH + 1), "This text has 60001 characters; the most is 60000."),
        ("[" * 10_000, "This text has 10000 “[” signs; the most is 500."),
        ("<a " * 10_000, "This text has 10000 “<” signs; the most is 500."),
        (">" * 200 + " x", "Quotes and lists may be nested 20 deep at the most."),
    ],
)
def test_a_text_that_could_not_be_saved_has_no_preview(text: str, reason: str, writer: Client) -> None:
    began = time.perf_counter()
    response = writer.post(PREVIEW, {"content": text})

    assert (response.status_code, reasons(response)) == (400, [reason])
    assert time.perf_counter() - began < 1


def test_a_preview_of_nothing_is_refused(writer: Client) -> None:
    response = writer.post(PREVIEW, {"text": "x"})

    assert (response.status_code, reasons(response)) == (400, ["There is no text to show."])


def test_a_text_of_3_megabytes_is_refused_in_words(writer: Client) -> None:
    response = writer.post(PREVIEW, {"content": "a" * 3_000_000})

    assert response.status_code == 400
    assert b"<h1>" in response.content


# Pictures.


@pytest.mark.parametrize(("kind", "extension"), [("JPEG", "jpg"), ("PNG", "png"), ("GIF", "png"), ("WEBP", "jpg")])
def test_a_picture_is_kept_and_its_code_given(kind: str, extension: str, media: Path, writer: Client) -> None:
    response = send(writer, picture(content=encode(draw(), kind)))

    assert response.status_code == 200
    (kept,) = stored(media)
    assert re.fullmatch(rf"[0-9a-f]{{32}}\.{extension}", kept.name)
    assert kept.parent == media
    assert response.json() == {"image_code": f"![describe the picture](/media/{kept.name})"}
    assert writer.get(f"/media/{kept.name}").content == kept.read_bytes()


def test_the_code_shows_the_picture_in_the_preview(writer: Client) -> None:
    code = send(writer).json()["image_code"]

    html = writer.post(PREVIEW, {"content": code}).content.decode()

    assert re.fullmatch(r'<p><img src="/media/[0-9a-f]{32}\.png" alt="describe the picture"></p>\n', html)


def test_two_equal_pictures_have_two_names(media: Path, writer: Client) -> None:
    send(writer)
    send(writer)

    assert len({path.name for path in stored(media)}) == 2


@pytest.mark.parametrize(
    "name",
    [
        "../../x.png",
        "/etc/passwd",
        "a" * 300 + ".png",
        "\u202egnp.exe",
        "a.png.php",
        "x.html",
        "x.svg",
        "..",
        "a\tb",
        "💣",
    ],
)
@pytest.mark.parametrize("kind", ["image/png", "text/html", "image/svg+xml", "nonsense"])
def test_what_the_picture_was_called_is_forgotten(name: str, kind: str, media: Path, writer: Client) -> None:
    boundary = "b" * 20
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
    body = head.encode() + encode(draw(), "PNG") + f"\r\n--{boundary}--\r\n".encode()

    response = writer.post(UPLOAD, body, content_type=f"multipart/form-data; boundary={boundary}")

    if name == "..":  # Django takes no file without a name
        assert (response.status_code, stored(media)) == (400, [])
        return
    assert response.status_code == 200
    assert [re.fullmatch(r"[0-9a-f]{32}\.png", path.name) is not None for path in stored(media)] == [True]
    assert list(media.parent.iterdir()) == [media]


def test_where_the_picture_was_taken_is_forgotten(media: Path, writer: Client) -> None:
    content = encode(draw(), "JPEG", exif=exif(6))
    assert b"Lemonphone" in content

    send(writer, picture(content=content))

    (kept,) = stored(media)
    assert b"Lemonphone" not in kept.read_bytes()
    assert b"Exif" not in kept.read_bytes()
    with Image.open(kept) as turned:
        assert turned.size == (16, 24)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<html><script>alert(1)</script>", "Use a JPEG, PNG, WebP or GIF picture."),
        (b"<?php phpinfo();", "Use a JPEG, PNG, WebP or GIF picture."),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "Use a JPEG, PNG, WebP or GIF picture."),
        (encode(draw(), "JPEG")[:300], "This picture is damaged. Save it anew and try again."),
        (b"\0" * (8 * 1024 * 1024 + 1), "This picture is larger than 8 MB."),
        (b"\0" * 9_000_000, "This picture is larger than 8 MB."),
    ],
    ids=["html", "php", "svg", "damaged", "one-byte-more", "9-megabytes"],
)
def test_a_bad_picture_is_refused_in_words(content: bytes, reason: str, media: Path, writer: Client) -> None:
    response = send(writer, picture("x.gif", content, "image/gif"))

    assert (response.status_code, reasons(response)) == (400, [reason])
    assert stored(media) == []


def test_a_bomb_is_refused_in_words(media: Path, writer: Client) -> None:
    response = send(writer, picture(content=bomb()))

    assert response.status_code == 400
    assert "too many pixels" in reasons(response)[0]
    assert stored(media) == []


@pytest.mark.parametrize("fields", [{}, {"image": "text"}, {"picture": "x"}])
def test_an_upload_of_nothing_is_refused(fields: dict[str, str], writer: Client) -> None:
    response = writer.post(UPLOAD, fields)

    assert (response.status_code, reasons(response)) == (400, ["There is no picture to keep."])


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "application/json", ""])
def test_a_request_that_can_hold_no_file_is_refused(kind: str, writer: Client) -> None:
    response = writer.post(UPLOAD, "image=x", content_type=kind)

    assert (response.status_code, reasons(response)) == (400, ["There is no picture to keep."])


def test_no_upload_touches_a_disk_before_it_is_a_picture(
    writer: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "there-is-no-such-folder"))
    noise = BytesIO()
    Image.effect_noise((2_000, 1_700), 60).save(noise, "PNG")
    assert noise.tell() > 2_500_000  # Django would put it into a temporary file

    assert send(writer, picture(content=noise.getvalue())).status_code == 200


def test_200_pictures_in_an_hour_are_enough(media: Path, writer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (markdown_editor.PICTURES.most, markdown_editor.PICTURES.per) == (200, timedelta(hours=1))
    monkeypatch.setattr(markdown_editor, "PICTURES", replace(markdown_editor.PICTURES, most=3))
    assert [send(writer).status_code for _round in range(4)] == [200, 200, 200, 429]

    response = send(writer)

    assert reasons(response) == ["You have sent 3 pictures in an hour. Wait a little."]
    assert 0 < int(response.headers["Retry-After"]) <= 3600
    assert len(stored(media)) == 3
    assert send(logged_in(make_staff("change_pledge"))).status_code == 200


@pytest.mark.skipif(DATABASE != "postgresql", reason="Every thread would have an SQLite in memory of its own.")
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("guarded_transactions")
def test_pictures_sent_at_once_are_counted_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown_editor, "PICTURES", replace(markdown_editor.PICTURES, most=5))
    editor = make_staff("change_pledge")
    clients = [logged_in(editor) for _number in range(8)]
    statuses: list[int] = []

    def send_two(client: Client) -> None:
        statuses.extend(send(client).status_code for _round in range(2))
        connection.close()

    threads = [threading.Thread(target=send_two, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [200] * 5 + [429] * 11


@pytest.mark.parametrize("error", [PermissionError(13, "read-only"), OSError(28, "full")])
def test_a_disk_that_refuses_is_said_so(
    error: OSError, media: Path, writer: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_storage: FileSystemStorage, name: str, _content: Any) -> str:
        media.mkdir()
        (media / name).write_bytes(b"half")
        raise error

    monkeypatch.setattr(FileSystemStorage, "_save", fail)

    response = send(writer)

    assert response.status_code == 503
    assert reasons(response)[0].startswith("The picture could not be stored.")
    assert response.headers["Cache-Control"] == "no-store"
    assert "A picture could not be stored." in caplog.text
    assert stored(media) == []


def test_a_folder_that_cannot_be_made_is_said_so(settings: Settings, tmp_path: Path, writer: Client) -> None:
    (tmp_path / "file").write_bytes(b"")
    settings.MEDIA_ROOT = tmp_path / "file" / "media"

    assert send(writer).status_code == 503


def test_a_name_that_is_taken_leaves_both_files_alone(
    media: Path, writer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    media.mkdir()
    (media / f"{'a' * 32}.png").write_bytes(b"another picture")
    monkeypatch.setattr("pledges.views.markdown_editor.token_hex", lambda length: "a" * 2 * length)

    assert send(writer).status_code == 503

    assert [path.read_bytes() for path in stored(media)] == [b"another picture"]
