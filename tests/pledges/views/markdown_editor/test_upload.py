"""A picture that is sent is kept under a name of ours, or refused in words."""

import re
import tempfile
import threading
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.test import Client
from PIL import Image
from pytest_django import Settings

from pledges.views import markdown_editor
from tests.both_databases import DATABASE
from tests.pledges.drawings import bomb, draw, encode, exif
from tests.pledges.views.markdown_editor.writing import (
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


@pytest.mark.parametrize(("kind", "extension"), [("JPEG", "jpg"), ("PNG", "png"), ("GIF", "png"), ("WEBP", "jpg")])
def test_a_picture_is_kept_and_its_code_given(kind: str, extension: str, media: Path, writer: Client) -> None:
    response = send(writer, picture(content=encode(draw(), kind)))

    assert response.status_code == 200
    (kept,) = stored(media)
    assert re.fullmatch(rf"[0-9a-f]{{32}}\.{extension}", kept.name)
    assert kept.parent == media
    assert response.json() == {"image_code": f"![describe the picture](/media/{kept.name})"}
    assert writer.get(f"/admin/markdown/picture/{kept.name}").content == kept.read_bytes()


def test_the_code_shows_the_picture_in_the_preview(writer: Client) -> None:
    code = send(writer).json()["image_code"]

    html = writer.post(PREVIEW, {"content": code}).content.decode()

    assert re.fullmatch(
        r'<p><img src="/admin/markdown/picture/[0-9a-f]{32}\.png" alt="describe the picture"></p>\n', html
    )


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
