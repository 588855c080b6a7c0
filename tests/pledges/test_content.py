"""The exact bytes of what a page says."""

import json
from dataclasses import replace
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.content import (
    EvidenceContent,
    LabelContent,
    PledgeContent,
    RatingContent,
    ReplyContent,
    SourceContent,
    VerdictContent,
    canonical,
    digest,
    read,
    standing_rating,
    write,
)

MANIFESTO = SourceContent(1, "Manifesto", "Lemon Party", "https://lemons.example/", "manifesto", "2024")
GAZETTE = SourceContent(2, "Gazette", "Ministry", "https://lemons.example/2", "statistic", "")
VERDICT = VerdictContent(
    key=3,
    rating=RatingContent(1, "squeezed", "Squeezed", "kept"),
    effective_on="not before 2025-10",
    recorded_in=1,
    summary="Everyone has a lemon.",
    explanation="The *carts* arrived.",
    missing="",
    asked="",
    no_primary_reason="",
    attribution="",
    corrects=0,
)
CONTENT = PledgeContent(
    schema=2,
    headline="A lemon for everyone",
    quotation="We’ll give “everyone” a lemon",
    quotation_note="",
    promisor=LabelContent(1, "lemon-party", "Lemon Party"),
    made_in=MANIFESTO,
    made_in_locator="page 1",
    made_on="2024-06-01",
    topic=LabelContent(1, "lemons", "Lemons"),
    department=LabelContent(1, "lemons", "Ministry"),
    kind="do",
    due_on="",
    background="Čaj\nwith lemon",
    measure="Carts, counted",
    verdicts=(VERDICT,),
    evidence=(EvidenceContent(4, "2025-03", "Lemons delivered", "A cart came.", "", "supports", (GAZETTE, MANIFESTO)),),
    replies=(ReplyContent(5, "Ministry", "2025-04-01", "2025-04-15", "", ""),),
)
# Published editions are read by these bytes: if they change, add a schema instead of changing this one.
BYTES = (
    '{"background":"Čaj\\nwith lemon","department":{"key":1,"name":"Ministry","slug":"lemons"},"due_on":"",'
    '"evidence":[{"account":"A cart came.","direction":"supports","happened_on":"2025-03","key":4,"quotation":"",'
    '"sources":[{"key":2,"kind":"statistic","published_on":"","publisher":"Ministry","title":"Gazette",'
    '"url":"https://lemons.example/2"},{"key":1,"kind":"manifesto","published_on":"2024","publisher":"Lemon Party",'
    '"title":"Manifesto","url":"https://lemons.example/"}],"title":"Lemons delivered"}],'
    '"headline":"A lemon for everyone","kind":"do","made_in":{"key":1,"kind":"manifesto","published_on":"2024",'
    '"publisher":"Lemon Party","title":"Manifesto","url":"https://lemons.example/"},"made_in_locator":"page 1",'
    '"made_on":"2024-06-01","measure":"Carts, counted",'
    '"promisor":{"key":1,"name":"Lemon Party","slug":"lemon-party"},'
    '"quotation":"We’ll give “everyone” a lemon","quotation_note":"","replies":[{"answer":"","answer_by":"2025-04-15",'
    '"answered_on":"","asked_of":"Ministry","asked_on":"2025-04-01","key":5}],"schema":2,'
    '"topic":{"key":1,"name":"Lemons","slug":"lemons"},"verdicts":[{"asked":"","attribution":"","corrects":0,'
    '"effective_on":"not before 2025-10","explanation":"The *carts* arrived.","key":3,"missing":"",'
    '"no_primary_reason":"","rating":{"family":"kept","key":1,"name":"Squeezed","slug":"squeezed"},"recorded_in":1,'
    '"summary":"Everyone has a lemon."}]}'
).encode()

NFC_TEXTS = st.text().map(lambda text: normalize("NFC", text))
VALUES = st.recursive(
    st.one_of(st.integers(), NFC_TEXTS),
    lambda values: st.one_of(st.lists(values), st.dictionaries(NFC_TEXTS, values)),
)


# The same as an edition of schema 1 said it.
BYTES_OF_1 = BYTES.replace(b'"measure":"Carts, counted",', b"").replace(b'"schema":2', b'"schema":1')


def test_write_gives_the_bytes_of_schema_2() -> None:
    assert write(CONTENT) == BYTES


def test_read_gives_back_what_those_bytes_say() -> None:
    assert read(BYTES) == CONTENT


def test_read_takes_what_an_older_schema_lacked_as_not_said() -> None:
    assert read(BYTES_OF_1) == replace(CONTENT, measure="")


def test_the_rating_that_stands_is_found_in_the_bytes_of_any_schema() -> None:
    assert standing_rating(BYTES_OF_1) == standing_rating(BYTES) == ("squeezed", "not before 2025-10")


def test_digest_is_the_sha_256_of_the_bytes() -> None:
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest(BYTES) != digest(BYTES + b" ")


@given(NFC_TEXTS, NFC_TEXTS, st.integers())
def test_write_and_read_lose_nothing(headline: str, summary: str, key: int) -> None:
    content = replace(CONTENT, headline=headline, verdicts=(replace(VERDICT, summary=summary, key=key), VERDICT))

    assert read(write(content)) == content


@pytest.mark.parametrize("part", ["verdicts", "evidence", "replies"])
def test_read_gives_back_empty_parts(part: str) -> None:
    empty: dict[str, Any] = {part: ()}
    content = replace(CONTENT, **empty)

    assert read(write(content)) == content


@pytest.mark.parametrize("schema", [0, 3, 99])
def test_read_refuses_an_unknown_schema(schema: int) -> None:
    with pytest.raises(ValueError, match=f"^Content of schema {schema} cannot be read by this release.$"):
        read(write(replace(CONTENT, schema=schema)))


@given(VALUES)
def test_canonical_keeps_the_value_and_is_the_only_form(value: Any) -> None:
    again = json.loads(canonical(value))

    assert again == value
    assert canonical(again) == canonical(value)


def test_canonical_sorts_keys_and_writes_no_spaces_and_plain_utf_8() -> None:
    assert canonical({"b": [1, "é x"], "a": {"d": "", "c": -2}}) == '{"a":{"c":-2,"d":""},"b":[1,"é x"]}'.encode()


@pytest.mark.parametrize("value", [1.0, float("nan"), None, True, False, b"bytes", {1, 2}])
def test_canonical_refuses_what_has_no_exact_bytes(value: Any) -> None:
    for holder in (value, [value], {"key": [{"key": value}]}):
        with pytest.raises(TypeError, match=r"^Only strings and integers have exact bytes, not "):
            canonical(holder)


@pytest.mark.parametrize("holder", ["Cafe\u0301", ["Cafe\u0301"], {"key": "Cafe\u0301"}, {"Cafe\u0301": 1}])
def test_canonical_refuses_a_text_that_is_not_in_nfc(holder: Any) -> None:
    with pytest.raises(ValueError, match=r"^A text is not in NFC"):
        canonical(holder)


def test_canonical_refuses_half_a_character() -> None:
    with pytest.raises(ValueError, match="surrogates not allowed"):
        canonical("\ud800")


def test_the_verdict_that_stands_is_the_last_that_none_corrects() -> None:
    first, second = replace(VERDICT, key=1), replace(VERDICT, key=2)
    correction = replace(VERDICT, key=3, corrects=2)

    assert replace(CONTENT, verdicts=(first, second)).verdict == second
    assert replace(CONTENT, verdicts=(first, correction, second)).verdict == correction
    assert replace(CONTENT, verdicts=()).verdict is None


def test_sources_lists_each_cited_source_once_the_pledges_own_first() -> None:
    assert CONTENT.sources == (MANIFESTO, GAZETTE)
