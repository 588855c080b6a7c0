"""What is no picture, or too much of one, is refused in a sentence."""

from io import BytesIO

import pytest
from PIL import Image

from pledges import pictures
from pledges.pictures import PictureError, recode
from tests.pledges.drawings import BOMBS, bomb, draw, encode, jpeg, png, webp

TOO_MANY = "too many pixels"
NO_PICTURE = "Use a JPEG, PNG, WebP or GIF picture"


def with_scans(count: int) -> bytes:
    """A progressive JPEG with scans that say nothing more, as many as wanted in all."""
    plain = encode(draw("L"), "JPEG", progressive=True)
    start = plain.rindex(b"\xff\xda")
    empty = plain[start:-2]
    return plain[:-2] + empty * (count - plain.count(b"\xff\xda")) + plain[-2:]


def test_a_picture_in_very_many_scans_is_refused_unread() -> None:
    with pytest.raises(PictureError, match="takes too long to read"):
        recode(with_scans(101))
    with pytest.raises(PictureError, match="takes too long to read"):
        recode(b"\xff\xd8" + b"\xff\xc0\0\0" * 2_000_000)


def test_what_stands_behind_a_picture_or_in_its_metadata_is_no_scan() -> None:
    film = b"\xff\xda\0\2" * 200
    picture = encode(draw(), "JPEG", comment=film)

    assert recode(picture + film).extension == "jpg"


def test_reading_takes_no_longer_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_SECONDS", -1)

    for kind in ("JPEG", "PNG", "WEBP", "GIF"):
        with pytest.raises(PictureError, match="takes too long to read"):
            recode(encode(draw(), kind))


@pytest.mark.parametrize(
    "upload",
    [
        b"",
        b"\0" * 100,
        b"<html><script>alert(1)</script>",
        b"GIF89a<script>alert(1)</script>",
        b"<?php system($_GET[0]);",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"%PDF-1.7",
        encode(draw(), "TIFF"),
        encode(draw(), "BMP"),
        encode(draw(), "ICO"),
        encode(draw(), "PPM"),
    ],
    ids=["nothing", "zeros", "html", "html-as-gif", "php", "svg", "pdf", "tiff", "bmp", "ico", "ppm"],
)
def test_what_is_no_picture_of_the_four_kinds_is_refused(upload: bytes) -> None:
    with pytest.raises(PictureError, match=f"{NO_PICTURE}|damaged"):
        recode(upload)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_half_a_picture_is_refused(kind: str) -> None:
    upload = encode(Image.effect_noise((64, 64), 50), kind)

    with pytest.raises(PictureError, match="damaged"):
        recode(upload[: len(upload) // 2])


def test_code_behind_a_picture_does_not_survive() -> None:
    picture = recode(encode(draw(), "GIF") + b"<script>alert(1)</script>")

    assert b"script" not in picture.content


def test_more_than_8_megabytes_are_refused_unread() -> None:
    fits = encode(draw(), "PNG").ljust(pictures.MOST_BYTES, b"\0")

    assert recode(fits).extension == "png"
    with pytest.raises(PictureError, match="larger than 8 MB"):
        recode(fits + b"\0")


@pytest.mark.parametrize("upload", [png(0, 0), png(0, 5), png(5, 0), webp(1, 1)[:30], jpeg(0, 0), jpeg(0, 9)])
def test_a_picture_without_pixels_is_refused(upload: bytes) -> None:
    with pytest.raises(PictureError):
        recode(upload)


def test_the_bomb_is_small_and_whole() -> None:
    upload = bomb()

    assert len(upload) < 500_000
    Image.MAX_IMAGE_PIXELS, usual = None, Image.MAX_IMAGE_PIXELS
    try:
        assert Image.open(BytesIO(upload)).size == (13_000, 13_000)
    finally:
        Image.MAX_IMAGE_PIXELS = usual


@pytest.mark.parametrize("name", BOMBS)
def test_too_many_pixels_are_refused(name: str) -> None:
    with pytest.raises(PictureError, match=TOO_MANY):
        recode(BOMBS[name]())
