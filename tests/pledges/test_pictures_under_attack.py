"""Mutated and monstrous pictures give a sentence at the worst, and take little memory."""

import os
import random
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from pledges.pictures import PictureError, recode
from tests.pledges.drawings import BOMBS, draw, encode, exif, once


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
