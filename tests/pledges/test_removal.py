import json
import time
from typing import Any

import pytest

from pledges.content import canonical
from pledges.markdown import plain
from pledges.removal import NotRemovableError, Removal, is_fixed, pictures_in, removed_between, texts_of

NAME = Removal(["Rudolf Rassendyll"])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Rudolf Rassendyll ate it.", "[removed] ate it."),
        ("Said RUDOLF\n  rassendyll, twice: Rudolf Rassendyll.", "Said [removed], twice: [removed]."),
        ("Rudolf and Rassendyll", "Rudolf and Rassendyll"),
        ("", ""),
    ],
)
def test_a_passage_is_found_across_lines_and_in_any_case(text: str, left: str) -> None:
    assert NAME.without(text) == left
    assert NAME.concerns(text) == (text != left)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Planning in Hannover: Ann’s plan.", "Planning in Hannover: [removed]’s plan."),
        ("_Ann_, ann, ANN; (Ann) Annä", "_[removed]_, [removed], [removed]; ([removed]) Annä"),
        ("Ann1 1Ann", "Ann1 1Ann"),
    ],
)
def test_a_word_is_not_found_within_others(text: str, left: str) -> None:
    assert Removal(["Ann"]).without(text) == left


WITH_MARKS = [
    "Rudolf **Rassendyll**",
    "*Rudolf* __Rassendyll__",
    "Rudolf [Rassen](/x 'y')dyll",
    "Rudolf [Rassen][1]dyll\n\n[1]: https://lemons.example/",
    "Rudolf[^1] Rassendyll\n\n[^1]: A note.",
    "Rudolf ![Rassendyll](/media/x.png)",
    "> Rudolf\n> Rassendyll",
    "Rudolf Rassend&#121;ll",
    "Rudolf ~~Rassen~~`dyll`",
    "Rudolf [Rassen](/x(1))dyll",
]


@pytest.mark.parametrize("text", WITH_MARKS)
def test_a_passage_with_marks_within_is_found_and_has_to_be_named_as_it_is_written(text: str) -> None:
    with pytest.raises(NotRemovableError, match="“background” of 3 the text is written otherwise"):
        NAME.from_content(canonical({"key": 3, "background": text}))

    assert Removal(["Rudolf Rassendyll", text]).from_field("background", text, 3) == "[removed]"


@pytest.mark.parametrize(
    ("passage", "text"),
    [
        ("O’Barbar", "Said O'Barbar."),
        ("O'Barbar", "Said O&rsquo;Barbar."),
        ("Eselstraße", "In der ESELSTRASSE."),
        ("Jean-Luc", "By Jean\u2011Luc."),
        ("Rassendyll", "By Rassen&shy;dyll."),
        ("Rudolf Rassendyll", "See [the paper](https://lemons.example/Rudolf%20Rassendyll/)."),
        ("Rudolf Rassendyll", "See [the paper][1].\n\n[1]: https://lemons.example/?q=Rudolf+Rassendyll"),
    ],
)
def test_another_way_to_write_a_passage_is_found_and_has_to_be_named_too(passage: str, text: str) -> None:
    removal = Removal([passage])

    assert removal.concerns(text)
    with pytest.raises(NotRemovableError, match="name it as it is written there, too"):
        removal.from_field("background", text, 3)


def test_an_address_that_holds_a_passage_in_escapes_is_replaced_whole() -> None:
    address = "https://lemons.example/Rudolf%20Rassendyll"

    assert NAME.from_field("url", address, 7) == "https://removed.invalid/7"


@pytest.mark.parametrize("text", WITH_MARKS)
def test_the_page_shows_such_a_passage_as_the_name(text: str) -> None:
    assert "Rudolf Rassendyll" in plain(text)


def test_what_was_removed_before_may_go_as_a_whole() -> None:
    assert Removal(whole=["[removed]"]).from_field("background", "[removed]", 1) == "[removed]"


def test_what_is_removed_is_given_with_what_was_there() -> None:
    before = canonical({"background": "By Rudolf Rassendyll", "evidence": [{"title": "Lemons"}]})

    assert removed_between(before, NAME.from_content(before)) == [
        ("background", "By Rudolf Rassendyll", "By [removed]")
    ]


def test_signs_in_a_passage_are_taken_as_they_stand() -> None:
    removal = Removal(["a.b (c)", "/media/x.png"])

    assert removal.without("a.b (c), axb (c), /media/x.png") == "[removed], axb (c), [removed]"


def test_a_whole_text_goes_only_as_a_whole() -> None:
    removal = Removal(whole=["A lemon."])

    assert removal.without("A lemon.") == "[removed]"
    assert not removal.concerns("A lemon. Or two.")


@pytest.mark.parametrize("passage", ["", "  ", "a", "\n ab "])
def test_a_passage_that_would_stand_everywhere_is_refused(passage: str) -> None:
    with pytest.raises(NotRemovableError, match="at least 3 characters"):
        Removal([passage])


def stripped(**said: Any) -> Any:
    return json.loads(NAME.from_content(canonical(said)))


def test_a_content_keeps_its_shape() -> None:
    said = {"schema": 7, "background": "By Rudolf Rassendyll", "evidence": [{"key": 1, "title": "Lemons"}]}

    assert stripped(**said) == {**said, "background": "By [removed]"}


def test_a_published_verdict_loses_the_text_and_gets_no_other() -> None:
    rating = {"key": 2, "name": "Rudolf Rassendyll’s own", "slug": "own"}
    said = stripped(verdicts=[{"key": 1, "summary": "By Rudolf Rassendyll", "missing": "A count", "rating": rating}])

    assert said["verdicts"] == [
        {"key": 1, "summary": "", "missing": "A count", "rating": {**rating, "name": "[removed]’s own"}}
    ]


def test_an_address_is_replaced_whole() -> None:
    removal = Removal(["lemons.example/rudolf"])
    source = {"key": 7, "url": "https://lemons.example/rudolf/1", "title": "Lemons"}

    said = json.loads(removal.from_content(canonical({"made_in": source})))

    assert said["made_in"] == {**source, "url": "https://removed.invalid/7"}


@pytest.mark.parametrize("name", ["slug", "kind", "made_on", "answer_by"])
def test_what_is_no_text_cannot_be_blanked(name: str) -> None:
    assert is_fixed(name)
    with pytest.raises(NotRemovableError, match=f"“{name}” of 3"):
        NAME.from_content(canonical({"topic": {"key": 3, name: "Rudolf Rassendyll"}}))


def test_every_text_is_given_with_its_field() -> None:
    stored = canonical({"a": "x", "b": [{"c": "y", "d": 1}, {"c": ""}], "e": {"f": ["z"]}})

    assert list(texts_of(stored)) == [("a", "x"), ("c", "y"), ("c", ""), ("f", "z")]


def test_pictures_of_ours_are_named() -> None:
    name = "0" * 32 + ".png"

    assert pictures_in(f"![a](/media/{name}) ![b](https://lemons.example/media/x.png)") == {name}


@pytest.mark.parametrize("unit", ["[", "[^", "](", "][", "!["])
def test_a_text_that_is_full_of_openings_takes_no_long_time(unit: str) -> None:
    started = time.process_time()

    assert not NAME.concerns(unit * 30_000)

    assert time.process_time() - started < 1
