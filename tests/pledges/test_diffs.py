import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.diffs import MOST_STEPS, Effort, Piece, compare_texts, shorten


def shown(old: str, new: str, effort: Effort | None = None) -> str:
    marks = {"same": "{}", "inserted": "[+{}]", "deleted": "[-{}]"}
    return "".join(marks[piece.mark].format(piece.text) for piece in compare_texts(old, new, effort))


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
        (
            "We see one lemon, not two limes.",
            "We buy no fig, only big limes.",
            "We [-see one lemon, not two][+buy no fig, only big] limes.",
        ),
    ],
)
def test_marks_words(old: str, new: str, expected: str) -> None:
    assert shown(old, new) == expected


TEXTS = st.text(max_size=200) | st.text(alphabet="ab ,\n", max_size=200)


@given(TEXTS, TEXTS, st.sampled_from([0, 20, 200, MOST_STEPS]))
def test_the_pieces_give_back_both_texts_whatever_the_effort(old: str, new: str, steps: int) -> None:
    pieces = compare_texts(old, new, Effort(steps))

    assert "".join(piece.text for piece in pieces if piece.mark != "inserted") == old
    assert "".join(piece.text for piece in pieces if piece.mark != "deleted") == new


def test_a_few_changes_in_a_very_long_text_are_still_marked_word_by_word() -> None:
    old = " ".join(f"lemon{number}" for number in range(6_500))

    assert len(old) > 60_000
    changed = old.replace("lemon17 ", "lime ").replace("lemon5000 ", "lime ")
    assert [piece.text for piece in compare_texts(old, changed) if piece.mark == "deleted"] == ["lemon17", "lemon5000"]


def test_what_takes_too_long_word_by_word_is_compared_by_paragraphs() -> None:
    kept = "The lemons stay.\n"
    old, new = (kept.join(f"{name}{number} {name} and {name}\n" for number in range(9)) for name in ("pip", "zest"))

    assert compare_texts(old, new, Effort(900))[:4] == (
        Piece("deleted", "pip0 pip and pip\n"),
        Piece("inserted", "zest0 zest and zest\n"),
        Piece("same", kept),
        Piece("deleted", "pip1 pip and pip\n"),
    )


def test_what_takes_too_long_even_by_paragraphs_is_shown_whole() -> None:
    assert shown("sour\nlemon", "lime\nlemon", Effort(0)) == "[-sour\nlemon][+lime\nlemon]"


LENGTH = 60_000
HARD = {
    "all different": ("".join(f"a{n} " for n in range(9_000)), "".join(f"b{n} " for n in range(9_000))),
    "every other word": (
        "".join(f"w{n} " for n in range(9_000)),
        "".join(f"{'wx'[n % 2]}{n} " for n in range(9_000)),
    ),
    "all the same": ("a " * (LENGTH // 2), "a " * (LENGTH // 2 - 999)),
    "out of step": ("a b " * (LENGTH // 4), "b a " * (LENGTH // 4)),
    "backwards": ("".join(f"w{n} " for n in range(9_000)), "".join(f"w{n} " for n in range(9_000, 0, -1))),
    "one word": ("a" * LENGTH, "b" * LENGTH),
    "only signs": (".,;" * (LENGTH // 3), ";.,," * (LENGTH // 4)),
    "short lines": (
        "".join(f"{n % 7}\n" for n in range(LENGTH // 2)),
        "".join(f"{n % 5}\n" for n in range(LENGTH // 2)),
    ),
}


@pytest.mark.parametrize("texts", HARD.values(), ids=HARD)
def test_the_work_is_bounded_for_any_two_texts(texts: tuple[str, str]) -> None:
    effort = Effort()

    pieces = compare_texts(*texts, effort)

    assert "".join(piece.text for piece in pieces if piece.mark != "inserted") == texts[0]
    # What one run of equal units takes is not cut off in the middle.
    assert MOST_STEPS - effort.left <= MOST_STEPS + 2 * LENGTH


def test_many_hard_texts_share_one_effort() -> None:
    effort = Effort(20_000)

    for _ in range(50):
        compare_texts(*HARD["backwards"], effort)

    assert effort.left > 0


@pytest.mark.parametrize("hard", HARD)
def test_taking_many_long_texts_apart_counts_too(hard: str) -> None:
    effort = Effort()

    for _ in range(200):
        compare_texts(*HARD[hard], effort)

    # What is left is too little to take even one more pair apart, so that no further one can have taken any time.
    assert effort.left < sum(map(len, HARD[hard])) // 3
    assert MOST_STEPS - effort.left <= MOST_STEPS + 2 * LENGTH


def test_a_text_that_is_new_takes_nothing() -> None:
    effort = Effort()

    assert compare_texts("", "lemon " * 9_000, effort) == (Piece("inserted", "lemon " * 9_000),)
    assert effort.left == MOST_STEPS


def test_what_is_far_from_any_difference_is_left_out() -> None:
    same, change = Piece("same", "lemon " * 100), Piece("inserted", "lime")

    assert shorten([same, change, same, change, same], beside=12) == (
        *(Piece("left out", ""), Piece("same", "lemon lemon ")),
        change,
        *(Piece("same", "lemon lemon "), Piece("left out", ""), Piece("same", "lemon lemon ")),
        change,
        *(Piece("same", "lemon lemon "), Piece("left out", "")),
    )
    assert shorten([Piece("same", "a lemon"), change]) == (Piece("same", "a lemon"), change)
