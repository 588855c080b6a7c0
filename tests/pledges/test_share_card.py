"""The picture that goes with a link: what is on it, and what it does with what does not fit."""

import re
import time
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pledges import share_card
from pledges.content import SCHEMA, LabelContent, PledgeContent, RatingContent, SourceContent, VerdictContent
from pledges.labels import UNRATED
from pledges.models import Family
from tests.both_databases import DATABASE

pytestmark = pytest.mark.skipif(DATABASE != "sqlite", reason="once is enough: no database takes part")
LEMONS = "We will give everyone a lemon"
LONG = "We will end the use of lemon hotels, saving taxpayers €1,000,000 a year. " * 14
LABEL = LabelContent(1, "lemons", "Free Lemon Party")


def verdict(family: str = "kept", **changed: Any) -> VerdictContent:
    texts = dict.fromkeys(("explanation", "missing", "asked", "no_primary_reason", "attribution"), "")
    rating = RatingContent(1, family, family.capitalize(), family)
    said = VerdictContent(
        key=1, rating=rating, effective_on="2025", recorded_in=1, summary="All of them.", corrects=0, **texts
    )
    return replace(said, **changed)


def content(*verdicts: VerdictContent, **changed: Any) -> PledgeContent:
    said = PledgeContent(
        schema=SCHEMA,
        headline="A lemon for everyone",
        quotation=LEMONS,
        quotation_note="",
        promisor=LABEL,
        made_in=SourceContent(1, "The lemon manifesto", "Lemons", "https://lemons.example/", "manifesto", ""),
        made_in_locator="",
        made_on="2024-06",
        topic=LABEL,
        department=LABEL,
        kind="do",
        due_on="",
        measure="",
        background="",
        verdicts=verdicts,
        evidence=(),
        replies=(),
    )
    return replace(said, **changed)


def draw(said: PledgeContent) -> bytes:
    return share_card.share_card(said, published_on=date(2026, 5, 4), site_name="Pledge Tracker")


def promise(quotation: str, headline: str = "A lemon for everyone") -> list[str]:
    return share_card._promise(content(quotation=quotation, headline=headline)).lines


def colours(png: bytes) -> set[str]:
    with Image.open(BytesIO(png)) as card:
        return {f"#{pixel.hex()}" for pixel in _pixels(card.convert("RGB").tobytes())}


def _pixels(raw: bytes) -> set[bytes]:
    return {raw[start : start + 3] for start in range(0, len(raw), 3)}


def test_is_a_png_of_the_size_that_links_are_shown_in() -> None:
    with Image.open(BytesIO(draw(content(verdict())))) as card:
        assert (card.format, card.size) == ("PNG", (1200, 630))


def test_the_same_content_makes_the_same_bytes() -> None:
    said = content(verdict())

    assert draw(said) == draw(said)


@pytest.mark.parametrize(
    "changed",
    [
        {"quotation": "We will give everyone a lime"},
        {"promisor": LabelContent(2, "limes", "The Lime Party")},
        {"made_on": "2024-07"},
        {"verdicts": (verdict("broken"),)},
        {"verdicts": (verdict(rating=RatingContent(1, "kept", "Squeezed", "kept")),)},
        {"verdicts": (verdict(attribution="Rating as reported by Lemon Facts"),)},
        {"verdicts": ()},
    ],
)
def test_shows_who_promised_what_and_when_and_what_became_of_it(changed: dict[str, Any]) -> None:
    said = content(verdict())

    assert draw(replace(said, **changed)) != draw(said)


@pytest.mark.parametrize("family", [*Family.values, UNRATED])
def test_each_family_has_its_own_shape_and_colour(family: str) -> None:
    said = content(*([verdict(family)] if family != UNRATED else []))

    others = {share_card.COLOURS[other] for other in share_card.COLOURS if other != family} - {
        share_card.COLOURS[family],
        share_card.QUIET,
    }
    assert share_card.COLOURS[family] in colours(draw(said))
    assert not others & colours(draw(said))
    assert len({share_card._shape(other).tobytes() for other in share_card.COLOURS}) == 7


def test_colours_are_those_of_the_style_sheet() -> None:
    tokens = (Path(settings.BASE_DIR) / "static" / "css" / "tokens.css").read_text()
    light = dict(re.findall(r"--colour-(\w+): light-dark\((#[0-9a-f]+),", tokens))

    assert {str(family): light[family] for family in share_card.COLOURS} == share_card.COLOURS
    named = [light[name] for name in ("page", "text", "quiet", "line")]
    assert named == [share_card.PAGE, share_card.TEXT, share_card.QUIET, share_card.LINE]


def test_a_quotation_is_shown_whole_in_quotation_marks() -> None:
    assert " ".join(promise(LEMONS)) == f"“{LEMONS}”"


def test_a_long_quotation_is_made_smaller_and_then_ends_at_a_word() -> None:
    lines = promise(LONG)

    shown = " ".join(lines)
    assert shown.endswith("…”")
    assert f"“{LONG}".startswith(shown.removesuffix("…”"))
    assert LONG.removeprefix(shown.removesuffix("…”")[1:])[0] in " ,."
    assert len(lines) == 7


@given(st.lists(st.text(alphabet="abcdefghijklmnopé’-", min_size=1, max_size=90), min_size=1, max_size=60))
def test_no_word_is_cut_and_no_line_is_too_wide(words: list[str]) -> None:
    fitted = share_card._fit(" ".join(words), share_card._PROMISE)

    shown = " ".join(fitted.lines).removesuffix("…").split()
    # The end of a shortened text loses its last stop; nothing else is touched.
    assert all(one == word or one == word.rstrip("-") for one, word in zip(shown, words, strict=False))
    font = share_card._font(fitted.size, is_bold=True)
    assert all(font.getlength(line) <= share_card._PROMISE.width * 1.02 for line in fitted.lines)
    assert len(fitted.lines) * fitted.size * 1.25 <= share_card._PROMISE.height


@pytest.mark.parametrize("quotation", ["x" * 900, "Θα δώσουμε λεμόνια", "नींबू", "レモン"])
def test_what_cannot_be_written_gives_way_to_the_headline(quotation: str) -> None:
    assert promise(quotation, headline="A lemon for everyone") == ["A lemon for everyone"]
    assert promise(quotation, headline="レモン") == []


def test_signs_that_the_fonts_lack_are_left_out() -> None:
    assert promise("A lemon 🍋 for every\u2011one ☃") == ["“A lemon for every-one”"]


@pytest.mark.parametrize("sign", "€£–—“”‘’…éłőşțĦÿŸßæøåçñ")
def test_the_fonts_have_what_european_names_need(sign: str) -> None:
    assert promise(sign) == [f"“{sign}”"]


def test_a_rating_that_the_fonts_cannot_write_is_called_by_its_family() -> None:
    rating = RatingContent(1, "kept", "守られた", "kept")

    assert share_card._word(verdict(rating=rating)) == str(Family.KEPT.label)


def test_is_drawn_quickly() -> None:
    said = content(verdict(attribution="Rating as reported by Lemon Facts"), quotation=LONG)
    draw(said)
    began = time.process_time()

    draw(said)

    assert time.process_time() - began < 0.2  # 0.03 on a quiet machine
