import pytest

from pledges.passages import Passage, running_text, tokens_of
from pledges.search import Query
from pledges.snippets import LONGEST, Snippet, mark, snippet


def cut_from(passages: list[Passage], question: str) -> Snippet | None:
    return snippet(passages, running_text(tokens_of(passages)), Query.parse(question).wanted)


def shown(found: Snippet | None) -> str:
    return "".join(f"[{text}]" if is_found else text for text, is_found in found.pieces) if found else ""


def test_is_cut_from_the_text_that_has_the_most() -> None:
    passages = [
        Passage("headline", "Two lemons and limes"),
        Passage("quotation", "We promise a lemon"),
        Passage("background", "Lemons, and even a lime"),
    ]

    found = cut_from(passages, "limes lemons")

    assert shown(found) == "[Lemons], and even a [lime]"
    assert found is not None
    assert found.place == "background"


def test_there_is_none_when_only_the_headline_has_it() -> None:
    assert cut_from([Passage("headline", "Lemons"), Passage("quotation", "Limes")], "lemon") is None
    assert cut_from([Passage("headline", "Lemons")], "lemon") is None


def test_a_text_without_a_word_moves_no_other() -> None:
    passages = [Passage("headline", "…"), Passage("quotation", "the"), Passage("background", "A lemon")]

    assert shown(cut_from(passages, "lemon")) == "A [lemon]"


def test_a_long_text_is_cut_between_words_around_what_was_found() -> None:
    text = "sour " * 100 + "a lemon here " + "sweet " * 100

    line = shown(cut_from([Passage("background", text.strip())], "lemon"))

    assert line.startswith("… sour ")
    assert " a [lemon] here " in line
    assert line.endswith("sweet …")
    assert len(line) <= LONGEST + 10


@pytest.mark.parametrize(
    "text", ["x" * 1_000 + " lemon", "lemon" + "x" * 1_000 + " lemon", "東" * 900 + " lemon " + "京" * 900]
)
def test_a_text_without_a_place_to_cut_still_shows_what_was_found(text: str) -> None:
    assert "[lemon]" in shown(cut_from([Passage("background", text)], "lemon"))


def test_marks_a_phrase_only_where_its_words_stand_in_a_row() -> None:
    pieces = mark("the cost of living, a living, a cost", Query.parse('"cost of living"').wanted)

    assert [text for text, is_found in pieces if is_found] == ["cost", "living"]
    assert "".join(text for text, _ in pieces) == "the cost of living, a living, a cost"


def test_marks_signs_of_a_script_without_spaces_as_one() -> None:
    assert mark("東京都 and が", Query.parse("東京 が").wanted) == (
        ("東京", True), ("都 and ", False), ("が", True),
    )  # fmt: skip


def test_a_mark_ends_behind_what_stands_on_the_last_letter() -> None:
    assert mark("a lemoñ, שָׁלוֹם.", Query.parse("lemon שלום").wanted)[1::2] == (("lemoñ", True), ("שָׁלוֹם", True))
