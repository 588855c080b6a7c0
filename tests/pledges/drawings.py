"""Pictures as people and attackers send them, and what can be seen of those that are kept."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageDraw

from pledges.pictures import recode
from tests.both_databases import DATABASE

once = pytest.mark.skipif(DATABASE != "sqlite", reason="Slow, and no database takes part.")


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
