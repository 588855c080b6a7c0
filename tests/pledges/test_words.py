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
        ("£1,500bn", "1500 bn"),
        ("10bn", "１０ bn"),  # noqa: RUF001 (full-width digits)
        ("the 1980s", "1980’s"),
        ("U.K. and N.H.S.", "UK, NHS"),
        ("the U.S.’s G.D.P", "US GDP"),
        ("co-operate by E‑mail", "cooperate by email"),  # noqa: RUF001
        ("re-elect", "reelect"),
        ("organizations analyze", "organisation analyse"),
        ("an organizer, realizing", "an organiser, realising"),
        *[(f"O{sign}Hara", "O'Hara") for sign in "’‘`´‛′\u02b9\u02bb\u02bc\uff07"],  # noqa: RUF001
        ("Ħal Ŧor ıɓ Øŋ", "hal tor ib on"),
        ("sŏft\u00adly \u202eun\u202cseen", "softly unseen"),
        ("שָׁלוֹם", "שלום"),
        ("مَدِينَة", "مدينة"),
        ("مـدينة", "مدينة"),
        ("ｶﾞｽ", "ガス"),
        ("葛\U000e0100城", "葛城"),
    ],
)
def test_what_is_said_the_same_is_found_the_same(one: str, other: str) -> None:
    assert tokens(one) == tokens(other) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10m", "ten million"),
        ("labour", "labor"),
        ("size", "sise"),
        ("citizens", "citisens"),
        ("हिन्दी", "हन्द"),
        ("ガス", "カス"),
        ("я" * 40 + "а", "я" * 40 + "б"),  # noqa: RUF001
    ],
)
def test_what_is_not_the_same_or_takes_a_dictionary_stays_two(one: str, other: str) -> None:
    assert tokens(one) != tokens(other)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("US trade deal", ["us", "trade", "deal"]),
        ("give us a deal, U.S. style", ["give", "deal", "us", "style"]),
        ("WHO’s IT budget", ["who", "it", "budget"]),
        ("who says it’s IT", ["it"]),
        ("in May 2026", ["may", "2026"]),
        ("May 2026", ["may", "2026"]),
        ("Theresa May’s cuts", ["theresa", "may", "cut"]),
        ("May it last. Will it?", ["last"]),
        ("ask Will, who may", ["ask", "will"]),
        ("3 a.m.", ["3"]),
    ],
)
def test_a_common_word_counts_where_it_is_a_name(text: str, said: list[str]) -> None:
    assert tokens(text) == said


def test_signs_of_scripts_without_spaces_are_words() -> None:
    assert tokens("東京都")[:2] == tokens("東京") == [*tokens("東"), *tokens("京")]


@pytest.mark.parametrize("text", ["שָׁלוֹם", "हिन्दी", "cafe\u0301", "1\ufe0f\u20e3", "が"])
def test_a_word_ends_behind_the_marks_of_its_last_letter(text: str) -> None:
    assert [text[word.start : word.end] for word in words(f"{text}, ")] == [text]


@pytest.mark.parametrize(
    "text", ["", "what about the", "did it ever really happen", "we’ll", "— … ?!", "🍋", "\x00\ud800"]
)
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
