"""What becomes of an uploaded picture, whatever it claims to be."""

import os
import random
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, PngImagePlugin

from pledges import pictures
from pledges.pictures import PictureError, recode
from tests.both_databases import DATABASE

once = pytest.mark.skipif(DATABASE != "sqlite", reason="Slow, and no database takes part.")
TOO_MANY = "too many pixels"
NO_PICTURE = "Use a JPEG, PNG, WebP or GIF picture"


def draw(mode: str = "RGB", size: tuple[int, int] = (24, 16)) -> Image.Image:
    """A picture whose four corners differ: red, green, blue and white."""
    picture = Image.new("RGB", size, "white")
    paint = ImageDraw.Draw(picture)
    width, height = size
    paint.rectangle((0, 0, width // 2 - 1, height // 2 - 1), fill="red")
    paint.rectangle((width // 2, 0, width, height // 2 - 1), fill="lime")
    paint.rectangle((0, height // 2, width // 2 - 1, height), fill="blue")
    return picture.convert(mode)


def encode(picture: Image.Image, kind: str, **options: object) -> bytes:
    written = BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = "Lemonphone"
    tags[0x8825] = {1: "N", 2: (51.0, 30.0, 26.0), 3: "W", 4: (0.0, 7.0, 39.0)}
    return tags


def png(width: int, height: int, *, depth: int = 1, colour: int = 0, rows: bytes = b"") -> bytes:
    """A PNG of any claimed size."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def webp(width: int, height: int) -> bytes:
    """A lossless WebP of any claimed size, without its pixels."""
    header = b"\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little") + b"\0" * 32
    chunk = b"VP8L" + struct.pack("<I", len(header)) + header + b"\0"
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


def gif(width: int, height: int) -> bytes:
    small = encode(draw(), "GIF")
    return small[:6] + struct.pack("<HH", width, height) + small[10:]


def jpeg(width: int, height: int, **options: object) -> bytes:
    """A JPEG of any claimed size, with the scans of a small one."""
    small = encode(draw(), "JPEG", **options)
    start = small.index(b"\xff\xc2" if options else b"\xff\xc0") + 5
    return small[:start] + struct.pack(">HH", height, width) + small[start + 4 :]


def bomb() -> bytes:
    """169 megapixels of 16-bit grey that take half a megabyte or less."""
    return png(13_000, 13_000, depth=16, rows=(b"\0" + b"\0" * 26_000) * 13_000)


BOMBS: dict[str, Callable[[], bytes]] = {
    "png-169-megapixels": bomb,
    "png-30000": lambda: png(30_000, 30_000),
    "png-2-to-the-31": lambda: png(2**31, 1),
    "png-widest": lambda: png(2**31 - 1, 1),
    "png-one-column": lambda: png(1, 2**31 - 1),
    "png-just-too-many": lambda: png(4_000, 3_751),
    "webp": lambda: webp(16_384, 16_384),
    "webp-just-too-many": lambda: webp(2_000, 1_900),
    "gif": lambda: gif(65_535, 65_535),
    "jpeg": lambda: jpeg(65_500, 65_500),
    "jpeg-in-passes": lambda: jpeg(6_000, 4_000, progressive=True, subsampling=0),
}


def opened(upload: bytes) -> Image.Image:
    picture = Image.open(BytesIO(recode(upload).content))
    picture.load()
    return picture


def pixel(picture: Image.Image, column: int, row: int) -> tuple[int, ...]:
    red, green, blue = (picture.convert("RGB").getchannel(name).getpixel((column, row)) for name in "RGB")
    return int(str(red)), int(str(green)), int(str(blue))


def corners(picture: Image.Image) -> list[str]:
    """Name the colours of the corners, clockwise from the upper left."""
    names: dict[tuple[bool, ...], str] = {
        (True, False, False): "red",
        (False, True, False): "lime",
        (False, False, True): "blue",
    }
    right, bottom = picture.width - 1, picture.height - 1
    places = ((0, 0), (right, 0), (right, bottom), (0, bottom))
    return [names.get(tuple(value > 128 for value in pixel(picture, *place)), "white") for place in places]


def furthest(one: Image.Image, other: Image.Image) -> int:
    """Give the largest difference of a channel of a pixel."""
    channels = zip(one.split(), other.split(), strict=True)
    return max(int(str(ImageChops.difference(*pair).getextrema()[1])) for pair in channels)


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


def mutate(upload: bytes, dice: random.Random) -> bytes:
    """Change, drop or insert bytes, more often in the header than elsewhere."""
    mutant = bytearray(upload)
    for _round in range(dice.choice((1, 1, 2, 4, 16))):
        place = dice.randrange(len(mutant) if dice.random() < 0.5 else min(len(mutant), 64))
        length = dice.randrange(1, 9)
        change = dice.choice(
            (dice.randbytes(1), bytes([mutant[place] ^ 1 << dice.randrange(8)]), b"\xff" * 4, b"\0" * 4, b"\x7f\xff")
        )
        mutant[place : place + dice.choice((len(change), 0, length))] = dice.choice((change, change, b"?", b""))
        mutant = mutant or bytearray(b"?")
    return bytes(mutant)


def whole_pictures() -> list[bytes]:
    noise = Image.effect_noise((24, 16), 60).convert("RGB")
    moving = {"save_all": True, "append_images": [noise.rotate(90), noise.rotate(180)]}
    return [
        *(encode(noise, kind, exif=exif(6)) for kind in ("JPEG", "PNG", "WEBP")),
        *(encode(noise, kind, **moving) for kind in ("PNG", "WEBP", "GIF")),
        encode(noise, "GIF"),
        encode(noise, "JPEG", progressive=True, subsampling=0),
        encode(noise.convert("CMYK"), "JPEG"),
        encode(noise, "WEBP", lossless=True, exif=exif(8)),
        encode(noise.quantize(8), "PNG", transparency=1),
        encode(noise.convert("L").convert("I;16"), "PNG"),
    ]


@once
def test_3000_mutated_pictures_raise_nothing_but_a_sentence() -> None:
    dice = random.Random(20261123)  # noqa: S311
    uploads = whole_pictures()
    kept, reasons = 0, set()

    for number in range(3_000):
        try:
            picture = recode(mutate(uploads[number % len(uploads)], dice))
            Image.open(BytesIO(picture.content)).verify()
            kept += 1
        except PictureError as error:
            reasons.add(str(error))

    assert 300 < kept < 2_000  # the mutants were neither all whole nor all unreadable
    assert len(reasons) == 3


MEASURE = """
import re, sys
from pathlib import Path
import django
django.setup()
from pledges.pictures import PictureError, recode

def peak():  # in kB; getrusage would begin with the peak of the process that started this one
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

small, *uploads = map(Path, sys.argv[1:])
recode(small.read_bytes())
before = peak()
for upload in uploads:
    try:
        recode(upload.read_bytes())
    except PictureError as error:
        assert re.search("too many pixels|damaged", str(error))
print(peak() - before)
"""


def memory_grown(folder: Path, uploads: dict[str, bytes]) -> float:
    """Give the megabytes by which a process of its own grew while it read the pictures."""
    for name, upload in {"0": encode(draw(), "PNG"), **uploads}.items():
        (folder / name).write_bytes(upload)
    command = [sys.executable, "-c", MEASURE, str(folder / "0"), *(str(folder / name) for name in uploads)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": "."})
    assert done.returncode == 0, done.stderr
    return int(done.stdout) / 1024


measured = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux says how much memory was used.")


@once
@measured
def test_no_bomb_takes_100_megabytes(tmp_path: Path) -> None:
    assert memory_grown(tmp_path, {name: make() for name, make in BOMBS.items()}) < 100


LARGEST: dict[str, Callable[[], bytes]] = {
    "png": lambda: encode(draw("RGBA", (5_120, 2_880)), "PNG"),
    "palette": lambda: encode(draw("P", (5_120, 2_880)), "PNG", transparency=0),
    "gif": lambda: encode(draw("P", (5_120, 2_880)), "GIF"),
    "jpeg": lambda: encode(draw(size=(3_984, 2_988)), "JPEG"),
    "jpeg-turned": lambda: encode(draw(size=(3_984, 2_988)), "JPEG", exif=exif(6)),
    "jpeg-in-passes": lambda: encode(draw(size=(2_440, 2_400)), "JPEG", progressive=True, subsampling=0),
    "webp": lambda: encode(draw(size=(2_560, 1_440)), "WEBP"),
    "webp-lossless": lambda: encode(draw("RGBA", (2_560, 1_440)), "WEBP", lossless=True, exact=True),
}


@once
@measured
@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_picture_that_is_taken_needs_less_than_100_megabytes(name: str, tmp_path: Path) -> None:
    upload = LARGEST[name]()
    assert recode(upload)

    assert 10 < memory_grown(tmp_path, {name: upload}) < 100


@once
@measured
def test_words_in_the_largest_picture_take_little_more(tmp_path: Path) -> None:
    picture = encode(draw("RGBA", (5_120, 2_880)), "PNG")
    words = PngImagePlugin.PngInfo()
    for number in range(62):
        words.add_text(f"k{number}", "a" * 1_000_000, zip=True)
    with_words = encode(draw(), "PNG", pnginfo=words)
    chunks = with_words[33 : with_words.index(b"IDAT") - 4]

    for upload in (picture[:33] + chunks + picture[33:], picture[:-12] + chunks + picture[-12:]):
        assert memory_grown(tmp_path, {"words": upload}) < 100
