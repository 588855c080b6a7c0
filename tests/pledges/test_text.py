"""One clean form for every text, and no character a reader cannot see."""

import unicodedata
from xml.parsers.expat import ParserCreate
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.text import clean, clean_line, hidden_marks, in_one_case, mixed_words

ANY_TEXT = st.text(st.characters())  # lone surrogates too
CONTROLS = [*range(0x20), *range(0x7F, 0xA0), 0xD800, 0xDFFF, 0xFFFE, 0xFFFF]
HIDDEN = [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0xAD]


@pytest.mark.parametrize("code", sorted({*CONTROLS} - {0x09, 0x0A, 0x0D}))
def test_clean_strips_control_characters(code: int) -> None:
    assert clean(f"lem{chr(code)}ons") == "lemons"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_clean_gives_plain_line_ends(line_end: str) -> None:
    assert clean(f"one{line_end}{line_end}two\tthree") == "one\n\ntwo\tthree"


def test_clean_composes_letters_and_accents() -> None:
    assert clean("Cafe\u0301") == "Caf\u00e9"


def test_clean_composes_what_a_control_character_kept_apart() -> None:
    assert clean("Cafe\x0b\u0301") == "Caf\u00e9"


@pytest.mark.parametrize("text", ["Plain words.", "“Čaj” – 5 €", "العربية", "日本語", "👍🏽", "a\u00a0b"])
def test_clean_keeps_what_people_write(text: str) -> None:
    assert clean(text) == text


@given(ANY_TEXT)
def test_clean_text_is_exact_and_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)

    assert unicodedata.is_normalized("NFC", cleaned)
    assert clean(cleaned) == cleaned


@given(ANY_TEXT)
def test_clean_text_stands_in_well_formed_xml(text: str) -> None:
    ParserCreate().Parse(f"<title>{escape(clean(text))}</title>".encode(), True)  # noqa: FBT003 (expat's signature)


@pytest.mark.parametrize("space", ["\n", "\r\n", "\t", "  ", "\u00a0", "\u2028", "\u2029", " \n "])
def test_clean_line_makes_one_space_of_any_run(space: str) -> None:
    assert clean_line(f"{space}one{space}two{space}") == "one two"


@given(ANY_TEXT)
def test_clean_line_is_one_exact_line_and_stays_as_it_is(text: str) -> None:
    line = clean_line(text)

    assert line.splitlines() in ([], [line])
    assert unicodedata.is_normalized("NFC", line)
    assert clean_line(line) == line


@pytest.mark.parametrize("code", HIDDEN)
def test_hidden_marks_names_the_mark_and_its_position(code: int) -> None:
    name = unicodedata.name(chr(code)).lower()

    assert hidden_marks(f"lemon{chr(code)}s") == [
        f"There is a hidden character ({name}) at character 6. Please remove it."
    ]


def test_hidden_marks_names_each_of_several() -> None:
    first, second = hidden_marks("\u202elemons\u202c")

    assert "(right-to-left override) at character 1." in first
    assert "(pop directional formatting) at character 8." in second


@pytest.mark.parametrize(
    "text", ["", "Plain words.", "“Čaj”\n\t– 5 €", "العربية", "עברית", "日本語", "👍🏽", "a\u00a0b"]
)
def test_hidden_marks_finds_none_in_what_people_write(text: str) -> None:
    assert hidden_marks(text) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Lаbour", "Lаbour"),  # noqa: RUF001 (the second letter is Cyrillic)
        ("we pledge Αthens", "Αthens"),  # noqa: RUF001 (the first letter is Greek)
    ],
)
def test_a_word_of_two_alphabets_is_named_with_its_position(text: str, named: str) -> None:
    (sentence,) = mixed_words(text)

    assert named in sentence
    assert f"character {text.index(named) + 1} " in sentence


@pytest.mark.parametrize("text", ["Labour", "Žižek café", "Москва and Athens", "β-carotene", "5µm", "naïve"])
def test_words_of_one_alphabet_pass(text: str) -> None:
    assert mixed_words(text) == []


@pytest.mark.parametrize("name", ["Straße", "STRASSE", "\u017ftra\u017fse", "strasse"])
def test_a_name_has_one_spelling_in_any_capitals(name: str) -> None:
    assert in_one_case(name) == "strasse"
