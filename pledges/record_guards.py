"""What the database refuses to change of the record.

Editions are append-only and continue the hash chain; a verdict that an edition contains is frozen. The one exception
is a redaction, which may blank texts that its entry names, and what reviews tell of them. Checkpoints only grow.
"""

from pledges.guards import Guard, is_changed, rows_of
from pledges.verifier import FIRST_PREVIOUS_HASH

EDITION, VERDICT, REVIEW = "pledges_edition", "pledges_verdict", "pledges_review"
CHECKPOINT = "pledges_checkpoint"

_EDITION_ERASABLE = ("content", "salt", "content_digest")
_EDITION_FIXED = (
    *("sequence", "pledge_id", "number", "kind", "published_at", "actor_id", "approver_id"),
    *("change_note", "entry", "hash", "previous_hash"),
)
_VERDICT_ERASABLE = ("summary", "explanation", "missing", "asked", "no_primary_reason", "attribution")
_REVIEW_FIXED = ("id", "pledge_id", "kind", "change_note", "requested_by_id", "requested_at")
_REVIEW_ERASABLE = ("content_digest", "copies_digest")
_VERDICT_FIXED = ("id", "pledge_id", "rating_id", "effective_on", "corrects_id", "written_by_id", "first_edition_id")


def record_guards(vendor: str) -> list[Guard]:
    # "IS" compares NULLs too on SQLite; PostgreSQL spells that differently.
    same = "IS" if vendor == "sqlite" else "IS NOT DISTINCT FROM"
    truncate = [
        Guard(EDITION, "TRUNCATE", {"editions are append-only: they cannot be truncated": "TRUE"}),
        Guard(
            VERDICT,
            "TRUNCATE",
            {
                "published verdicts cannot be truncated": (
                    f"EXISTS (SELECT 1 FROM {rows_of(VERDICT, vendor)} WHERE first_edition_id IS NOT NULL)"
                )
            },
        ),
        Guard(CHECKPOINT, "TRUNCATE", {_ONLY_MORE: "TRUE"}),
    ]
    return [
        Guard(EDITION, "INSERT", _new_edition_refusals(vendor, same)),
        Guard(EDITION, "UPDATE", {_ONLY_BLANKING: _not_blanking(vendor, same)}),
        Guard(EDITION, "DELETE", {"editions are append-only: none can be deleted": "TRUE"}),
        *_verdict_guards(vendor, same),
        *_review_guards(vendor, same),
        *_checkpoint_guards(vendor),
        *([] if vendor == "sqlite" else truncate),
    ]


_ONLY_MORE = "checkpoints are append-only: a new one has more entries"
_ONLY_BLANKING = "editions are append-only: only a redaction may blank their content"


def _new_edition_refusals(vendor: str, same: str) -> dict[str, str]:
    rows = rows_of(EDITION, vendor)

    def last(column: str) -> str:
        return f"(SELECT {column} FROM {rows} ORDER BY sequence DESC LIMIT 1)"

    # REPLACE INTO deletes the row it collides with, and no DELETE trigger fires for that.
    collision = f"SELECT 1 FROM {rows} WHERE hash = NEW.hash OR (pledge_id = NEW.pledge_id AND number = NEW.number)"
    if vendor == "sqlite":
        collision += " OR rowid = NEW.rowid"  # hidden, as the primary key is a bigint, and unique as well
    return {
        "editions are append-only: the sequence must continue without a gap": (
            f"NOT (NEW.sequence {same} COALESCE({last('sequence')}, 0) + 1)"
        ),
        "editions are append-only: the previous hash must be the last one": (
            f"NOT (NEW.previous_hash {same} COALESCE({last('hash')}, '{FIRST_PREVIOUS_HASH}'))"
        ),
        "editions are append-only: hash and number must be new": f"EXISTS ({collision})",
        "editions are append-only: the moment cannot be earlier than the last one": (
            f"NEW.published_at < {last('published_at')}"
        ),
    }


def _not_blanking(vendor: str, same: str) -> str:
    blanked = " AND ".join(f"NEW.{column} IS NULL" for column in _EDITION_ERASABLE)
    fixed = (*_EDITION_FIXED, "rowid") if vendor == "sqlite" else _EDITION_FIXED
    return f"{is_changed(fixed, same)} OR NOT ({blanked}) OR NOT {_redacted(vendor, 'OLD.sequence')}"


def _verdict_guards(vendor: str, same: str) -> list[Guard]:
    emptied = " AND ".join(f"(NEW.{column} = '' OR NEW.{column} = OLD.{column})" for column in _VERDICT_ERASABLE)
    not_emptying = (
        f"{is_changed(_VERDICT_FIXED, same)} OR NOT ({emptied}) OR NOT {_redacted(vendor, 'OLD.first_edition_id')}"
    )
    rows, editions = rows_of(VERDICT, vendor), rows_of(EDITION, vendor)
    is_last = (
        f"EXISTS (SELECT 1 FROM {editions} AS last WHERE last.sequence = NEW.first_edition_id"
        f" AND last.pledge_id = NEW.pledge_id AND last.sequence = (SELECT MAX(sequence) FROM {editions}))"
    )
    return [
        Guard(
            VERDICT,
            "INSERT",
            {
                "a published verdict cannot be replaced": (
                    f"EXISTS (SELECT 1 FROM {rows} WHERE id = NEW.id AND first_edition_id IS NOT NULL)"
                ),
                "a verdict is published by an edition, after it was written": "NEW.first_edition_id IS NOT NULL",
            },
        ),
        Guard(
            VERDICT,
            "UPDATE",
            {
                "a verdict keeps its number": f"NOT (NEW.id {same} OLD.id)",
                "a verdict is first published by the last edition of its pledge": (
                    f"OLD.first_edition_id IS NULL AND NEW.first_edition_id IS NOT NULL AND NOT {is_last}"
                ),
                "a published verdict cannot be changed: write a new one": (
                    f"OLD.first_edition_id IS NOT NULL AND ({not_emptying})"
                ),
            },
        ),
        Guard(VERDICT, "DELETE", {"a published verdict cannot be deleted": "OLD.first_edition_id IS NOT NULL"}),
    ]


def _review_guards(vendor: str, same: str) -> list[Guard]:
    published = f"SELECT 1 FROM {rows_of(REVIEW, vendor)} WHERE id = NEW.id AND edition_id IS NOT NULL"
    erased = " AND ".join(f"(NEW.{column} = '' OR NEW.{column} = OLD.{column})" for column in _REVIEW_ERASABLE)
    decided = ("decision", "decided_by_id", "decided_at", "edition_id")
    redacted_later = (
        f"EXISTS (SELECT 1 FROM {rows_of(EDITION, vendor)} AS later WHERE later.kind = 'redaction'"
        " AND later.pledge_id = OLD.pledge_id AND later.sequence > OLD.edition_id)"
    )
    return [
        Guard(REVIEW, "INSERT", {"a published review cannot be replaced": f"EXISTS ({published})"}),
        Guard(
            REVIEW,
            "UPDATE",
            {
                "a review asks for what it asked for: make a new one": (
                    f"{is_changed(_REVIEW_FIXED, same)} OR {is_changed(_REVIEW_ERASABLE, same)}"
                    f" AND NOT ({erased} AND {_redacted(vendor, 'OLD.edition_id')})"
                ),
                "a published review cannot be changed": (
                    f"OLD.edition_id IS NOT NULL AND ({is_changed((*decided, 'publish_at'), same)}"
                    f" OR {is_changed(('comment',), same)} AND NOT (NEW.comment = '' AND {redacted_later}))"
                ),
                "an approval can only be taken back": (
                    "OLD.decision = 'approved' AND NEW.decision <> 'sent-back'"
                    f" AND {is_changed(('decision', 'decided_by_id', 'decided_at'), same)}"
                ),
            },
        ),
        Guard(REVIEW, "DELETE", {"a published review cannot be deleted": "OLD.edition_id IS NOT NULL"}),
    ]


def _checkpoint_guards(vendor: str) -> list[Guard]:
    rows = rows_of(CHECKPOINT, vendor)
    collides = f" OR EXISTS (SELECT 1 FROM {rows} WHERE rowid = NEW.rowid)" if vendor == "sqlite" else ""
    is_no_larger = f"NEW.size IS NULL OR NEW.size <= COALESCE((SELECT MAX(size) FROM {rows}), 0)"
    return [
        Guard(CHECKPOINT, "INSERT", {_ONLY_MORE: is_no_larger + collides}),
        Guard(CHECKPOINT, "UPDATE", {_ONLY_MORE: "TRUE"}),
        Guard(CHECKPOINT, "DELETE", {_ONLY_MORE: "TRUE"}),
    ]


def _redacted(vendor: str, sequence: str) -> str:
    """Give the condition that a later redaction entry of the same pledge names this sequence."""
    if vendor == "sqlite":
        names = f"EXISTS (SELECT 1 FROM json_each(CAST(later.entry AS TEXT), '$.redacts') WHERE value = {sequence})"
    else:
        names = f"convert_from(later.entry, 'UTF8')::jsonb -> 'redacts' @> to_jsonb({sequence})"
    return (
        f"EXISTS (SELECT 1 FROM {rows_of(EDITION, vendor)} AS later WHERE later.kind = 'redaction'"
        f" AND later.pledge_id = OLD.pledge_id AND later.sequence > {sequence} AND {names})"
    )
