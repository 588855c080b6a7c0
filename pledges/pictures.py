"""Pictures that editors put into a text: whatever arrives, what leaves is small, plain and ours.

Nothing of the uploaded file is kept but what can be seen: its pixels are read, turned the right way up,
made small enough for a page and written anew, without a place, a device or a name in it.
"""

import re
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from math import ceil, floor, sqrt
from time import monotonic

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from PIL import ExifTags, Image, PngImagePlugin, UnidentifiedImageError
from PIL.Image import Resampling, Transpose
from PIL.JpegImagePlugin import JpegImageFile

MOST_BYTES = 8 * 1024 * 1024
MOST_MEMORY = 60_000_000  # bytes that reading may take, reckoned from the header before anything is read
MOST_PIXELS = 50_000_000
MOST_SCANS = 100  # of a JPEG; cameras and programs make a dozen at the most, and each goes over the whole picture
MOST_SEGMENTS = 10_000
MOST_SECONDS = 10
ENOUGH_PIXELS = 3_000_000  # of the picture that is kept: twice as many as a page shows

# Two kinds that every mail program shows too. Of a moving picture the first is kept: what moves keeps people from reading.
CONTENT_TYPES = {"jpg": "image/jpeg", "png": "image/png"}
_WRITTEN_AS = {"JPEG": "jpg", "WEBP": "jpg", "PNG": "png", "GIF": "png"}
_FORMATS = {"jpg": "JPEG", "png": "PNG"}

_MARKER = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]")  # those that begin a segment with its length, and the end
_SCAN, _END = b"\xff\xda", b"\xff\xd9"
_WEBP_COPIES = 4  # its decoder and Pillow each keep more than one
_TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
# What Pillow's readers raise when bytes are not what they say they are.
_DAMAGE = (
    *(OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError, AssertionError),
    *(RuntimeError, MemoryError, EOFError, struct.error, zlib.error),
)
# One at a time and always in the same thread: the memory of several would add up, and each thread keeps some of its
# own for the next time. It also guards `warnings`, which threads share.
_READER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")


# Of words in a PNG, which we drop: Pillow would unpack 64 MB.
PngImagePlugin.MAX_TEXT_MEMORY = 8 * PngImagePlugin.MAX_TEXT_CHUNK


class PictureError(ValueError):
    """This is no picture that we can keep; the message says why, to the editor."""


@dataclass(frozen=True)
class Picture:
    """The bytes of a file of ours, and the end of its name: a key of `CONTENT_TYPES`."""

    content: bytes
    extension: str


def recode(upload: bytes) -> Picture:
    """Give the picture in `upload` as a new file; raise `PictureError` for anything else."""
    if len(upload) > MOST_BYTES:
        raise too_large()
    return _READER.submit(_recode_or_say_why, upload).result()


def for_editors(html: str) -> str:
    """Have a preview show its pictures from where editors get all of them: readers get those of public pages alone."""
    return html.replace('src="/media/', f'src="{reverse("markdownx_upload")}')


def too_large() -> PictureError:
    return PictureError(_("This picture is larger than 8 MB."))


def _too_laborious() -> PictureError:
    return PictureError(_("This picture takes too long to read. Save it anew and try again."))


def _too_many_pixels() -> PictureError:
    return PictureError(_("This picture has too many pixels. Make it smaller: 2,000 by 1,500 are enough for a page."))


def _recode_or_say_why(upload: bytes) -> Picture:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata, which we drop
        try:
            return _recode(upload)
        except PictureError:
            raise
        except UnidentifiedImageError as error:
            raise PictureError(_("Use a JPEG, PNG, WebP or GIF picture.")) from error
        except Image.DecompressionBombError as error:
            raise _too_many_pixels() from error
        except _DAMAGE as error:
            raise PictureError(_("This picture is damaged. Save it anew and try again.")) from error


def _recode(upload: bytes) -> Picture:
    with _open(upload) as image:
        extension = _WRITTEN_AS[str(image.format)]
        if image.width * image.height > MOST_PIXELS or _memory_to_read(image, upload) > MOST_MEMORY:
            raise _too_many_pixels()
        turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
        kept = _shrink(image, _size_to_keep(image))
    if turn is not None:
        kept = kept.transpose(turn)
    return _write(kept, extension if kept.mode == "RGB" else "png")


def _open(upload: bytes) -> Image.Image:
    """Read the header only."""
    if not upload.startswith(b"\xff\xd8\xff"):
        return Image.open(_Watched(upload), formats=["PNG", "WEBP", "GIF"])
    if _has_many_parts(upload):
        raise _too_laborious()
    return JpegImageFile(_Watched(upload))


class _Watched(BytesIO):
    """Can be read for so long only: a decoder that is kept busy keeps coming for more."""

    def __init__(self, upload: bytes) -> None:
        super().__init__(upload)
        self.until = monotonic() + MOST_SECONDS

    def read(self, size: int | None = -1) -> bytes:
        if monotonic() > self.until:
            raise _too_laborious()
        return super().read(size)


def _has_many_parts(jpeg: bytes) -> bool:
    """Whether a decoder would go through more scans, or segments, than any camera or program makes."""
    scans, at = 0, 2
    for _part in range(MOST_SEGMENTS):
        found = _MARKER.search(jpeg, at)
        if found is None or found[0] == _END:
            return scans > MOST_SCANS
        scans += found[0] == _SCAN
        at = found.end() + max(2, int.from_bytes(jpeg[found.end() : found.end() + 2]))
    return True


def _write(picture: Image.Image, extension: str) -> Picture:
    written = BytesIO()
    picture.save(written, format=_FORMATS[extension], quality=85)
    return Picture(written.getvalue(), extension)


def _size_to_keep(image: Image.Image) -> tuple[int, int]:
    scale = min(1, sqrt(ENOUGH_PIXELS / (image.width * image.height)))
    return max(1, floor(image.width * scale)), max(1, floor(image.height * scale))


def _memory_to_read(image: Image.Image, upload: bytes) -> int:
    """Reckon the bytes that reading the picture takes; a JPEG is told to read itself smaller where it can."""
    if isinstance(image, JpegImageFile):
        passes = 0 if _comes_in_one_pass(image, upload) else _coefficients(image)
        width, height = _size_to_keep(image)
        if passes and passes + _pixels(image) > MOST_MEMORY:
            width, height = ceil(width / 2), ceil(height / 2)
        image.draft(None, (width, height))
        return passes + _pixels(image)
    return _pixels(image) * (_WEBP_COPIES if image.format == "WEBP" else 1)


def _pixels(image: Image.Image) -> int:
    return 4 * image.width * image.height


def _comes_in_one_pass(image: JpegImageFile, upload: bytes) -> bool:
    """Say whether the first scan, whose header was the last thing read, holds all there is of the picture."""
    header = struct.pack(">HHB", 0xFFDA, 6 + 2 * image.layers, image.layers)
    start = image.fp.tell() - (8 + 2 * image.layers) if image.fp else 0
    return "progressive" not in image.info and upload[start:].startswith(header)


def _coefficients(image: JpegImageFile) -> int:
    """Reckon the bytes that a JPEG sent in several passes keeps until the last one has come."""
    most = max(across * down for _name, across, down, _table in image.layer)
    samples = sum(across * down for _name, across, down, _table in image.layer)
    return 2 * image.width * image.height * samples // most


def _shrink(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Draw the picture anew in the given size, a strip at a time: converting it whole would take its memory twice."""
    mode = "RGBA" if image.has_transparency_data else "RGB"
    kept = Image.new(mode, size)
    ratio = image.height / kept.height
    for top in range(0, kept.height, 32):
        # Four more rows above and below, or the filter would see an edge between two strips.
        first, last = max(0, top - 4), min(kept.height, top + 36)
        upper, lower = floor(first * ratio), min(image.height, ceil(last * ratio))
        strip = image.crop((0, upper, image.width, lower))
        box = (0, first * ratio - upper, image.width, min(last * ratio - upper, strip.height))
        drawn = _in_colour(strip, mode).resize((kept.width, last - first), Resampling.LANCZOS, box)
        kept.paste(drawn.crop((0, top - first, kept.width, drawn.height)), (0, top))
    return kept


def _in_colour(strip: Image.Image, mode: str) -> Image.Image:
    if strip.mode.startswith("I"):  # 16 bits a pixel: Pillow would cut off what is bright
        strip = strip.convert("I").point(lambda shade: shade * (1 / 256)).convert("L")
    return strip.convert(mode)
