"""One answer, given in several encodings and recognised by its bytes."""

import gzip
import time

import brotli  # type: ignore[import-untyped]
import pytest

from tracker.page_cache.entries import Entry, best_encoding, is_for_all, is_known, tags_of

BODY = b"<p>Lemons are sour.</p>" * 50


def make_entry() -> Entry:
    headers = [("Content-Type", "text/html"), ("Content-Length", str(len(BODY))), ("X-Lemon", "1")]
    return Entry("200 OK", headers, BODY, frozenset({"site"}), time.monotonic() + 60)


@pytest.mark.parametrize(
    ("encoding", "unpack"),
    [("br", brotli.decompress), ("gzip", gzip.decompress), ("", bytes)],
    ids=["br", "gzip", "plain"],
)
def test_every_encoding_unpacks_to_the_same_bytes(encoding: str, unpack: object) -> None:
    reply = make_entry().reply(encoding)

    assert unpack(reply.body) == BODY  # type: ignore[operator]
    assert dict(reply.headers)["Content-Length"] == str(len(reply.body))
    assert dict(reply.headers).get("Content-Encoding", "") == encoding
    assert dict(reply.headers)["Vary"] == "Accept-Encoding"


def test_each_encoding_has_a_tag_of_its_own() -> None:
    entry = make_entry()

    assert len({entry.reply(encoding).etag for encoding in ("br", "gzip", "")}) == 3


def test_it_is_compressed_once() -> None:
    entry = make_entry()

    assert entry.reply("br") is entry.reply("br")


def test_an_answer_without_a_body_names_no_type_and_no_length() -> None:
    names = {name for name, _ in make_entry().reply("br").not_modified}

    assert names == {"X-Lemon", "ETag", "Vary"}


@pytest.mark.parametrize(
    ("accepted", "best"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.1", "br"),
        ("*", "br"),
        ("*;q=0", ""),
        ("identity", ""),
        ("", ""),
        ("br;q=lemon", ""),
        ("brotli", ""),
    ],
)
def test_the_best_encoding_that_is_accepted(accepted: str, best: str) -> None:
    assert best_encoding(accepted) == best


@pytest.mark.parametrize("header", ['"a"', 'W/"a"', '"b", "a"', '"b",W/"a"', "*", ' "a" '])
def test_a_tag_is_recognised_in_a_list_and_weak(header: str) -> None:
    assert is_known('"a"', header)


@pytest.mark.parametrize("header", ['"b"', "a", '"a', 'w/"a"', ""])
def test_another_tag_is_not(header: str) -> None:
    assert not is_known('"a"', header)


def test_tags_are_those_of_the_header() -> None:
    headers = [("Surrogate-Key", "site lists"), ("Cache-Control", "public"), ("Vary", "Accept-Encoding")]

    assert tags_of(headers) == {"site", "lists"}
    assert is_for_all(headers)


@pytest.mark.parametrize(
    "header",
    [
        ("Set-Cookie", "a=b"),
        ("Cache-Control", "private"),
        ("Cache-Control", "no-store"),
        ("Vary", "Cookie"),
        ("Vary", "Accept-Encoding, Cookie"),
    ],
)
def test_what_is_for_one_person_is_not_for_all(header: tuple[str, str]) -> None:
    assert not is_for_all([("Surrogate-Key", "site"), header])
