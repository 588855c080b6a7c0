from dataclasses import replace
from typing import Any

import pytest

from pledges.compose import compose
from pledges.content import PledgeContent, ReplyContent
from pledges.content_diffs import compare_contents
from tests.factories import make_evidence, make_pledge, make_rated_pledge, make_rating, make_verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def content() -> PledgeContent:
    return compose(make_rated_pledge())


def test_the_same_content_differs_in_nothing(content: PledgeContent) -> None:
    assert compare_contents(content, content) == []


@pytest.mark.parametrize(
    ("field", "text"),
    [
        *((name, "Else") for name in ("headline", "quotation", "quotation_note", "background", "measure")),
        *((name, "2031-05") for name in ("made_on", "due_on")),
        ("kind", "abstain"),
    ],
)
def test_a_changed_text_is_one_change(content: PledgeContent, field: str, text: str) -> None:
    changed: dict[str, Any] = {field: text}

    assert len(compare_contents(content, replace(content, **changed))) == 1


@pytest.mark.parametrize("part", ["verdicts", "evidence"])
def test_every_field_of_a_part_is_compared(content: PledgeContent, part: str) -> None:
    (row,) = getattr(content, part)
    texts = {name: "2031-05" for name, value in vars(row).items() if isinstance(value, str)}

    for name, value in texts.items():
        parts: dict[str, Any] = {part: (replace(row, **{name: value}),)}

        assert len(compare_contents(content, replace(content, **parts))) == 1, name


def test_every_field_of_a_reply_is_compared(content: PledgeContent) -> None:
    reply = ReplyContent(1, "The ministry", "2025-01-01", "2025-02-01", "", "")
    before = replace(content, replies=(reply,))

    for name in ("asked_of", "asked_on", "answer_by", "answered_on", "answer"):
        changed: dict[str, Any] = {name: "2031-05-04"}
        assert len(compare_contents(before, replace(content, replies=(replace(reply, **changed),)))) == 1, name


def test_removed_evidence_is_shown_as_deleted(content: PledgeContent) -> None:
    changes = compare_contents(content, replace(content, evidence=()))

    assert changes
    assert all(piece.mark == "deleted" for change in changes for piece in change.pieces)


def test_parts_are_named_as_a_reader_knows_them() -> None:
    pledge = make_pledge()
    wrong = make_verdict(pledge, rating=make_rating(name="Squeezed"), effective_on="2025-03")
    before = compose(pledge)
    make_verdict(pledge, rating=make_rating(name="Peeled"), effective_on="not before 2025-10", corrects=wrong)
    make_evidence(pledge, title="A cart", happened_on="2025-04-03", direction="against")

    texts = {change.label: change.pieces[0].text for change in compare_contents(before, compose(pledge))}

    name = "Verdict “Peeled” (not before October 2025)"
    assert texts[f"{name}: rating"] == "Peeled, not before October 2025"
    assert texts[f"{name}: verdict that it puts right"] == "Verdict “Squeezed” (March 2025)"
    assert texts["Evidence “A cart” (3 April 2025): direction"] == "Points against the pledge being kept"
