import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.words import LONGEST_TOKEN, tokens, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lemons", "lemon"),
        ("HOMES", "home"),
        ("café", "CAFE"),
        (unicodedata.normalize("NFD", "Zoë"), "zoe"),
        ("the grower’s press", "growers press"),
        ("don't", "dont"),
        ("O’Lemon", "O'Lemon"),
        ("anti-lemon", "anti lemon"),
        ("anti‑lemon", "anti-lemon"),  # noqa: RUF001 (a hyphen that does not break)
        ("1,500 lemons", "1500 lemons"),
        ("ŁÓDŹ", "lodz"),
        ("Straße", "strasse"),
        ("ﬁnest", "finest"),
        ("lemon_tree", "lemon tree"),
    ],
)
def test_what_is_said_the_same_is_found_the_same(one: str, other: str) -> None:
    assert tokens(one) == tokens(other) != []


@pytest.mark.parametrize("text", ["", "what about the", "we’ll", "— … ?!", "🍋", "\x00\ud800"])
def test_what_says_nothing_has_no_tokens(text: str) -> None:
    assert tokens(text) == []


def test_decimals_and_percentages_are_phrases() -> None:
    assert tokens("2.5% of GDP by 2027") == ["2", "5", "gdp", "2027"]


def test_words_are_told_where_they_stand() -> None:
    text = "Two carts’ worth, won’t we"

    assert [(text[word.start : word.end], word.tokens) for word in words(text)] == [
        ("Two", ("two",)), ("carts", ("cart",)), ("worth", ("worth",)), ("won’t", ("wont",)), ("we", ()),
    ]  # fmt: skip


@given(st.text())
def test_tokens_are_plain_whatever_the_text(text: str) -> None:
    for token in tokens(text):
        assert set(token) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
        assert 0 < len(token) <= LONGEST_TOKEN
        assert not token.startswith("_")
