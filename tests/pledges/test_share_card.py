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
    """Give the large lines of a card, below who promised it."""
    _who, (_box, promised), *_elsewhere = share_card._promise(content(quotation=quotation, headline=headline))
    return promised.lines


def whole(said: PledgeContent) -> list[str]:
    """Give all that a card says of what was promised, a text a line."""
    return [" ".join(text.lines) for _box, text in share_card._promise(said)]


def word(verdict: VerdictContent) -> list[str]:
    return share_card._word(verdict).lines


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


BOXES = [share_card._PROMISE, share_card._VERDICT, share_card._ATTRIBUTION, share_card._WHO, share_card._WHEN]
TEXTS = st.text(alphabet="abcdefghijklmnopé’-WMil€%,.", min_size=1, max_size=90)


@given(st.lists(TEXTS, min_size=1, max_size=60), st.sampled_from(BOXES))
def test_no_word_is_cut_and_no_line_is_too_wide(words: list[str], box: Any) -> None:
    fitted = share_card._fit(" ".join(words), box)

    shown = " ".join(fitted.lines).removesuffix("…").split()
    # The end of a shortened text loses its last stops; nothing else is touched.
    assert all(one in (word, word.rstrip(".,;:–—")) for one, word in zip(shown, words, strict=False))
    font = share_card._font(fitted.size, is_bold=box.is_bold)
    assert all(font.getlength(line) <= box.width for line in fitted.lines)
    assert len(fitted.lines) <= box.lines_at(fitted.size)


@pytest.mark.parametrize("words", ["f" * 60, "W" * 30, "We will " * 60, "nail " * 90])
def test_nothing_is_drawn_in_the_margins(words: str) -> None:
    said = content(verdict(rating=RatingContent(1, "kept", words[:60], "kept"), attribution=words), quotation=words)

    with Image.open(BytesIO(draw(said))) as card:
        margin = card.crop((share_card.WIDTH - share_card._MARGIN + 2, 0, share_card.WIDTH, share_card.HEIGHT))

    assert _pixels(margin.tobytes()) == {bytes.fromhex(share_card.PAGE[1:])}


ON_THE_PAGE = "What was promised, word for word, is on the page of the pledge."


@pytest.mark.parametrize("quotation", ["x" * 900, "Θα δώσουμε λεμόνια", "नींबू", "レモン", "🍋 🍋"])
def test_what_cannot_be_written_gives_way_to_the_headline_and_says_where_it_is(quotation: str) -> None:
    said = content(quotation=quotation)

    assert whole(said)[1:] == ["A lemon for everyone", ON_THE_PAGE]
    assert whole(replace(said, headline="レモン"))[1:] == ["Free Lemon Party, June 2024", ON_THE_PAGE]
    unnamed = replace(said, headline="🍋", promisor=LabelContent(1, "lemons", "לימון"))
    assert whole(unnamed)[1:] == ["June 2024", ON_THE_PAGE]


@pytest.mark.parametrize("sign", ["≥", "≤", "≠", "‰", "→", "₂", "⅓", "q\u0307", "✓", "❌"])
def test_a_quotation_loses_no_sign_but_is_left_to_the_page(sign: str) -> None:
    shown = promise(f"Lemons {sign} 3")

    assert shown in ([f"“Lemons {sign} 3”"], ["A lemon for everyone"])
    assert (shown == ["A lemon for everyone"]) != all(map(share_card._is_in_fonts, sign))


def test_emoji_and_what_is_never_seen_are_left_out() -> None:
    assert promise("A lemon 🍋 for every\u2011one ☃\ufe0f 👩🏽\u200d🌾 le\u00admon") == [
        "“A lemon for every-one lemon”"
    ]


@pytest.mark.parametrize("sign", "€£–—“”‘’…éłőşțĦÿŸßæøåçñ")
def test_the_fonts_have_what_european_names_need(sign: str) -> None:
    assert promise(sign) == [f"“{sign}”"]


def named(name: str) -> VerdictContent:
    return verdict(rating=RatingContent(1, "kept", name, "kept"))


@pytest.mark.parametrize("name", ["守られた", "W" * 60, "Kept ✓", "🍋", "Not " * 80])
def test_a_rating_that_cannot_be_written_whole_is_called_by_its_family(name: str) -> None:
    assert word(named(name)) == [str(Family.KEPT.label)]


@pytest.mark.parametrize("name", ["squeezed" * 7, "Squeezed, although only in part and only in the first of two years"])
def test_a_long_rating_is_smaller_or_takes_two_lines(name: str) -> None:
    assert " ".join(word(named(name))) == name


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "Rating dated 2025"),
        ({"effective_on": "not before 2025-10"}, "Rating dated not before October 2025"),
        ({"attribution": "Rating as reported by Lemon Facts"}, "Rating as reported by Lemon Facts"),
        ({"attribution": "レモン"}, "Verdict, reported from elsewhere"),
    ],
)
def test_a_verdict_says_whose_it_is_or_from_when(changed: dict[str, Any], said: str) -> None:
    assert share_card._whose(verdict(**changed)) == said


def test_is_drawn_quickly() -> None:
    said = content(verdict(attribution="Rating as reported by Lemon Facts"), quotation=LONG)
    draw(said)
    began = time.process_time()

    draw(said)

    assert time.process_time() - began < 0.2  # 0.03 on a quiet machine
