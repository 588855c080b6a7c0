import hashlib
import json
from typing import Any

import pytest

from pledges import log
from pledges.content import canonical
from pledges.models import Edition, Editor
from pledges.verifier import entry_hash
from tests.factories import make_published_pledge, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def editions() -> list[Edition]:
    pledge = make_published_pledge()
    publish(pledge, kind="update")
    make_published_pledge()
    return list(Edition.objects.order_by("sequence"))


def problems(editions: list[Edition]) -> list[tuple[int | None, str]]:
    handles = dict(Editor.objects.values_list("pk", "handle"))
    found = log.verify(editions, handles, redactions=[one for one in editions if one.kind == "redaction"])
    return [(problem.sequence, problem.sentence) for problem in found]


def rewrite(edition: Edition, **changed: Any) -> None:
    """Forge the line of an edition with a hash that fits it."""
    edition.entry = canonical(json.loads(bytes(edition.entry)) | changed)
    edition.hash = entry_hash(edition.entry)


def test_an_untouched_log_holds(editions: list[Edition]) -> None:
    assert problems(editions) == []


def test_the_hash_is_the_leaf_hash_of_rfc_6962(editions: list[Edition]) -> None:
    assert editions[0].hash == hashlib.sha256(b"\x00" + bytes(editions[0].entry)).hexdigest()


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("number", 9, "number"),
        ("kind", "minor", "kind differs"),
        ("change_note", "Nothing happened.", "change note differs"),
        ("previous_hash", "f" * 64, "previous hash"),
        ("hash", "f" * 64, "not the hash of its line"),
        ("entry", b"{}", "not the hash of its line"),
        ("content", b"{}", "not what its line commits to"),
        ("salt", b"pepper", "not what its line commits to"),
        ("content_digest", "f" * 64, "content digest"),
    ],
)
def test_a_changed_column_is_found(editions: list[Edition], column: str, value: Any, says: str) -> None:
    setattr(editions[1], column, value)

    assert problems(editions)[0][0] == 2
    assert says in " ".join(sentence for _, sentence in problems(editions))


def test_a_missing_edition_is_found(editions: list[Edition]) -> None:
    del editions[1]

    assert problems(editions)[0] == (3, "the sequence does not continue after 1.")


def test_editions_in_another_order_are_found(editions: list[Edition]) -> None:
    assert problems([editions[1], editions[0], editions[2]])[0][0] == 2


def test_a_rewritten_line_breaks_at_the_next_one(editions: list[Edition]) -> None:
    rewrite(editions[0], commitment=json.loads(bytes(editions[0].entry))["commitment"], extra="forged")

    assert problems(editions) == [(2, "its previous hash is not the hash of the entry before it.")]


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ("rating", "its rating is not the one in its content."),
        ("effective_on", "its rating is not the one in its content."),
        ("actor", "its actor differs from its line."),
        ("approver", "its approver differs from its line."),
        ("change_note", "its change note differs from its line."),
    ],
)
def test_a_last_line_rewritten_with_a_hash_that_fits_is_found(editions: list[Edition], field: str, says: str) -> None:
    rewrite(editions[-1], **{field: "forged"})

    assert problems(editions) == [(3, says)]


def test_a_line_that_is_not_canonical_is_found(editions: list[Edition]) -> None:
    editions[2].entry = json.dumps(json.loads(bytes(editions[2].entry))).encode()
    editions[2].hash = entry_hash(editions[2].entry)

    assert problems(editions) == [(3, "its line is not a canonical one.")]


def test_an_earlier_moment_is_found(editions: list[Edition]) -> None:
    rewrite(editions[2], published_at="2001-01-01T00:00:00.000000Z")

    assert "earlier" in problems(editions)[0][1]


def test_a_moment_that_differs_from_its_line_is_found(editions: list[Edition]) -> None:
    editions[2].published_at = editions[0].published_at.replace(year=2001)

    assert problems(editions) == [(3, "its published at differs from its line.")]


def test_blanked_content_without_a_redaction_is_found(editions: list[Edition]) -> None:
    editions[0].content = editions[0].salt = editions[0].content_digest = None

    assert problems(editions) == [(1, "its content is gone and no later redaction of the pledge names it.")]


def test_blanked_content_is_named_in_its_place(editions: list[Edition]) -> None:
    blank(editions[0])
    editions[1].change_note = "Falsified"

    assert [sequence for sequence, _ in problems(editions)] == [1, 2]


@pytest.mark.parametrize("redacts", [1, ["1"], [[1]]], ids=repr)
def test_a_redaction_that_cannot_be_read_excuses_nothing(editions: list[Edition], redacts: Any) -> None:
    blank(editions[0])
    editions[1].kind = "redaction"
    rewrite(editions[1], kind="redaction", redacts=redacts)

    assert problems(editions)[:2] == [
        (1, "its content is gone and no later redaction of the pledge names it."),
        (2, "it cannot be read."),
    ]


def blank(edition: Edition) -> None:
    edition.content = edition.salt = edition.content_digest = None


def test_blanked_content_that_a_redaction_names_is_in_order(editions: list[Edition]) -> None:
    blank(editions[0])
    editions[1].kind = "redaction"
    rewrite(editions[1], kind="redaction", redacts=[1])
    editions[2].previous_hash = editions[1].hash
    rewrite(editions[2], previous_hash=editions[1].hash)

    assert problems(editions) == []


@pytest.mark.parametrize(("place", "names"), [(2, [1]), (0, [1])], ids=["of another pledge", "of itself"])
def test_a_redaction_excuses_only_earlier_editions_of_its_pledge(
    editions: list[Edition], place: int, names: list[int]
) -> None:
    blank(editions[0])
    editions[place].kind = "redaction"
    rewrite(editions[place], kind="redaction", redacts=names)

    assert (1, "its content is gone and no later redaction of the pledge names it.") in problems(editions)
