from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.compose import compose
from pledges.content import PledgeContent
from pledges.diffs import compare_contents, compare_texts
from tests.factories import make_rated_pledge


def shown(old: str, new: str) -> str:
    marks = {"same": "{}", "inserted": "[+{}]", "deleted": "[-{}]"}
    return "".join(marks[piece.mark].format(piece.text) for piece in compare_texts(old, new))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Lemons are sour.", "Lemons are sweet.", "Lemons are [-sour][+sweet]."),
        ("Lemons", "Lemons are sour", "Lemons[+ are sour]"),
        ("a lemon here", "a here", "a [-lemon ]here"),
        ("", "new", "[+new]"),
        ("old", "", "[-old]"),
        ("same", "same", "same"),
        ("one\ntwo", "one\nthree", "one\n[-two][+three]"),
    ],
)
def test_marks_words(old: str, new: str, expected: str) -> None:
    assert shown(old, new) == expected


@given(st.text(max_size=200), st.text(max_size=200))
def test_the_pieces_give_back_both_texts(old: str, new: str) -> None:
    pieces = compare_texts(old, new)

    assert "".join(piece.text for piece in pieces if piece.mark != "inserted") == old
    assert "".join(piece.text for piece in pieces if piece.mark != "deleted") == new


def test_very_long_texts_are_compared_line_by_line() -> None:
    line = "lemon " * 2000

    assert shown(f"{line}\nsour", f"{line}\nsweet") == f"{line}\n[-sour][+sweet]"


@pytest.fixture
def content(db: None) -> PledgeContent:
    return compose(make_rated_pledge())


def test_the_same_content_differs_in_nothing(content: PledgeContent) -> None:
    assert compare_contents(content, content) == []


@pytest.mark.parametrize(
    "field", ["headline", "quotation", "quotation_note", "made_on", "kind", "due_on", "background"]
)
def test_a_changed_text_is_one_change(content: PledgeContent, field: str) -> None:
    changed = replace(content, **{field: "Something else"})  # type: ignore[arg-type]

    assert len(compare_contents(content, changed)) == 1


@pytest.mark.parametrize("part", ["verdicts", "evidence"])
def test_every_field_of_a_part_is_compared(content: PledgeContent, part: str) -> None:
    (row,) = getattr(content, part)
    texts = {name: "Something else" for name, value in vars(row).items() if isinstance(value, str)}

    for name, value in texts.items():
        parts: dict[str, Any] = {part: (replace(row, **{name: value}),)}
        changed = replace(content, **parts)

        assert len(compare_contents(content, changed)) == 1, name


def test_removed_evidence_is_shown_as_deleted(content: PledgeContent) -> None:
    changes = compare_contents(content, replace(content, evidence=()))

    assert changes
    assert all(piece.mark == "deleted" for change in changes for piece in change.pieces)
