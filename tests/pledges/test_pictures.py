"""What becomes of an uploaded picture, whatever it claims to be."""

import struct
from io import BytesIO

import pytest
from PIL import Image

from pledges import pictures
from pledges.pictures import recode
from tests.pledges.drawings import corners, draw, encode, exif, furthest, once, opened, pixel, png


@pytest.mark.parametrize(
    ("kind", "options", "extension", "format_"),
    [
        ("JPEG", {"quality": 95}, "jpg", "JPEG"),
        ("JPEG", {"quality": 95, "progressive": True}, "jpg", "JPEG"),
        ("PNG", {}, "png", "PNG"),
        ("GIF", {}, "png", "PNG"),
        ("WEBP", {"quality": 95}, "jpg", "JPEG"),
        ("WEBP", {"lossless": True}, "jpg", "JPEG"),
    ],
)
def test_a_picture_is_kept_in_one_of_two_kinds(kind: str, options: dict, extension: str, format_: str) -> None:
    picture = recode(encode(draw(), kind, **options))

    kept = Image.open(BytesIO(picture.content))
    assert (picture.extension, kept.format, kept.size) == (extension, format_, (24, 16))
    assert corners(kept) == ["red", "lime", "white", "blue"]


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "YCbCr"])
def test_any_way_of_writing_colours_is_read(mode: str) -> None:
    upload = encode(draw(mode), "PNG" if mode in {"1", "P"} else "JPEG", quality=95)

    kept = opened(upload)

    assert kept.mode == "RGB"
    for place in ((0, 0), (23, 0), (23, 15), (0, 15)):
        assert pixel(kept, *place) == pytest.approx(pixel(draw(mode), *place), abs=12)


def test_sixteen_bits_a_pixel_keep_their_shades() -> None:
    row = b"\0" + b"".join(struct.pack(">H", shade * 4096) for shade in range(16))

    kept = opened(png(16, 2, depth=16, rows=row * 2)).convert("L")

    assert [kept.getpixel((column, 0)) for column in range(16)] == [shade * 16 for shade in range(16)]


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_can_be_seen_through_stays_so(kind: str) -> None:
    picture = draw("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))

    kept = opened(encode(picture, kind, lossless=True))

    assert (kept.format, kept.mode) == ("PNG", "RGBA")
    assert furthest(kept.getchannel("A"), picture.getchannel("A")) < 3


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_only_the_first_of_moving_pictures_is_kept(kind: str) -> None:
    moving = encode(draw(), kind, save_all=True, append_images=[draw().rotate(90), draw().rotate(180)])

    kept = opened(moving)

    assert getattr(kept, "n_frames", 1) == 1
    assert corners(kept) == ["red", "lime", "white", "blue"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_is_left_of_place_device_or_words(kind: str) -> None:
    words = {"comment": b"Lemonphone", "xmp": b"<x:xmpmeta>Lemonphone</x:xmpmeta>", "icc_profile": b"Lemonphone" * 20}
    upload = encode(draw(), kind, exif=exif(), **words)
    assert b"Lemonphone" in upload

    picture = recode(upload)

    assert b"Lemonphone" not in picture.content
    assert not {"exif", "xmp", "comment", "icc_profile"} & set(opened(upload).info)
    assert dict(Image.open(BytesIO(picture.content)).getexif()) == {}


@pytest.mark.parametrize(
    ("orientation", "upright"),
    [
        (1, ["red", "lime", "white", "blue"]),
        (2, ["lime", "red", "blue", "white"]),
        (3, ["white", "blue", "red", "lime"]),
        (4, ["blue", "white", "lime", "red"]),
        (5, ["red", "blue", "white", "lime"]),
        (6, ["blue", "red", "lime", "white"]),
        (7, ["white", "lime", "red", "blue"]),
        (8, ["lime", "white", "blue", "red"]),
        (9, ["red", "lime", "white", "blue"]),
    ],
)
def test_a_picture_is_turned_the_right_way_up(orientation: int, upright: list[str]) -> None:
    kept = opened(encode(draw(), "JPEG", quality=95, exif=exif(orientation)))

    assert corners(kept) == upright
    assert kept.size == ((16, 24) if orientation in {5, 6, 7, 8} else (24, 16))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
def test_a_large_picture_is_made_small_enough_for_a_page(kind: str) -> None:
    large = draw(size=(3_200, 1_600))

    kept = opened(encode(large, kind))

    assert kept.size == (2_449, 1_224)
    assert kept.width * kept.height <= pictures.ENOUGH_PIXELS
    assert corners(kept) == ["red", "lime", "white", "blue"]


def test_a_picture_drawn_in_strips_has_no_seams() -> None:
    large = Image.effect_noise((2_100, 1_600), 90).convert("RGB")

    kept = opened(encode(large, "PNG", compress_level=1))

    whole = large.resize(kept.size, Image.Resampling.LANCZOS)
    assert furthest(kept, whole) <= 1


@once
@pytest.mark.parametrize("size", [(4_032, 3_024), (5_712, 4_284), (8_000, 6_000)])
def test_the_photographs_of_telephones_are_taken(size: tuple[int, int]) -> None:
    assert 1_990 <= opened(encode(draw(size=size), "JPEG", quality=50)).width <= 2_000
