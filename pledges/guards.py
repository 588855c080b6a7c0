"""The database's own refusal to change what was published, on SQLite and PostgreSQL alike.

Editions are append-only and continue the hash chain; a verdict that an edition contains is
frozen. The one exception is a redaction, which may blank texts that its entry names, and what reviews tell of them.
A migration that rebuilds a guarded table calls `remove_guards()` first and ends with
`install_guards()`: SQLite's table rebuild drops triggers, and fails while another table's
trigger mentions the table.
"""

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

EDITION, VERDICT, REVIEW = "pledges_edition", "pledges_verdict", "pledges_review"
CHECKPOINT = "pledges_checkpoint"

_FIRST_PREVIOUS_HASH = "0" * 64
_EDITION_ERASABLE = ("content", "salt", "content_digest")
_EDITION_FIXED = (
    *("sequence", "pledge_id", "number", "kind", "published_at", "actor_id", "approver_id"),
    *("change_note", "entry", "hash", "previous_hash"),
)
_VERDICT_ERASABLE = ("summary", "explanation", "missing", "asked", "no_primary_reason", "attribution")
_REVIEW_FIXED = ("id", "pledge_id", "kind", "change_note", "requested_by_id", "requested_at")
_VERDICT_FIXED = ("id", "pledge_id", "rating_id", "effective_on", "corrects_id", "written_by_id", "first_edition_id")


@dataclass(frozen=True)
class Guard:
    """One trigger before an event on a table.

    `refusals` gives, for each sentence the database says, the condition that is refused.
    """

    table: str
    event: str
    refusals: dict[str, str]

    @property
    def name(self) -> str:
        return f"{self.table}_guard_{self.event.lower()}"

    @property
    def level(self) -> str:
        return "STATEMENT" if self.event == "TRUNCATE" else "ROW"


def install_guards(connection: BaseDatabaseWrapper) -> None:
    """Put every guard in place anew; passes over tables that do not exist yet."""
    remove_guards(connection)
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for guard in _guards(connection.vendor):
            if guard.table in tables:
                for statement in _create(guard, connection.vendor):
                    cursor.execute(statement)


def remove_guards(connection: BaseDatabaseWrapper) -> None:
    """Take every guard away, for a migration that rebuilds a guarded table."""
    drop = "DROP TRIGGER IF EXISTS {}" if connection.vendor == "sqlite" else "DROP FUNCTION IF EXISTS {}() CASCADE"
    with connection.cursor() as cursor:
        for guard in _guards(connection.vendor):
            cursor.execute(drop.format(guard.name))


def missing_guards(connection: BaseDatabaseWrapper) -> list[str]:
    """Name the guards that are absent, switched off or not as this release makes them.

    In a migrated database, that is: a guarded table that is not there has lost all of its guards.
    """
    find = _find_sqlite if connection.vendor == "sqlite" else _find_postgresql
    standing = find(connection)
    return sorted(
        guard.name
        for guard in _guards(connection.vendor)
        if standing.get(guard.name) != _shape(guard, connection.vendor)
    )


def _guards(vendor: str) -> list[Guard]:
    # "IS" compares NULLs too on SQLite; PostgreSQL spells that differently.
    same = "IS" if vendor == "sqlite" else "IS NOT DISTINCT FROM"
    truncate = [
        Guard(EDITION, "TRUNCATE", {"editions are append-only: they cannot be truncated": "TRUE"}),
        Guard(
            VERDICT,
            "TRUNCATE",
            {
                "published verdicts cannot be truncated": (
                    f"EXISTS (SELECT 1 FROM {_rows_of(VERDICT, vendor)} WHERE first_edition_id IS NOT NULL)"
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
    rows = _rows_of(EDITION, vendor)

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
            f"NOT (NEW.previous_hash {same} COALESCE({last('hash')}, '{_FIRST_PREVIOUS_HASH}'))"
        ),
        "editions are append-only: hash and number must be new": f"EXISTS ({collision})",
        "editions are append-only: the moment cannot be earlier than the last one": (
            f"NEW.published_at < {last('published_at')}"
        ),
    }


def _not_blanking(vendor: str, same: str) -> str:
    blanked = " AND ".join(f"NEW.{column} IS NULL" for column in _EDITION_ERASABLE)
    fixed = (*_EDITION_FIXED, "rowid") if vendor == "sqlite" else _EDITION_FIXED
    return f"{_changed(fixed, same)} OR NOT ({blanked}) OR NOT {_redacted(vendor, 'OLD.sequence')}"


def _verdict_guards(vendor: str, same: str) -> list[Guard]:
    emptied = " AND ".join(f"(NEW.{column} = '' OR NEW.{column} = OLD.{column})" for column in _VERDICT_ERASABLE)
    not_emptying = (
        f"{_changed(_VERDICT_FIXED, same)} OR NOT ({emptied}) OR NOT {_redacted(vendor, 'OLD.first_edition_id')}"
    )
    rows, editions = _rows_of(VERDICT, vendor), _rows_of(EDITION, vendor)
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
    published = f"SELECT 1 FROM {_rows_of(REVIEW, vendor)} WHERE id = NEW.id AND edition_id IS NOT NULL"
    decided = ("decision", "decided_by_id", "decided_at", "edition_id")
    redacted_later = (
        f"EXISTS (SELECT 1 FROM {_rows_of(EDITION, vendor)} AS later WHERE later.kind = 'redaction'"
        " AND later.pledge_id = OLD.pledge_id AND later.sequence > OLD.edition_id)"
    )
    return [
        Guard(REVIEW, "INSERT", {"a published review cannot be replaced": f"EXISTS ({published})"}),
        Guard(
            REVIEW,
            "UPDATE",
            {
                "a review asks for what it asked for: make a new one": (
                    f"{_changed(_REVIEW_FIXED, same)} OR {_changed(('content_digest',), same)}"
                    f" AND NOT (NEW.content_digest = '' AND {_redacted(vendor, 'OLD.edition_id')})"
                ),
                "a published review cannot be changed": (
                    f"OLD.edition_id IS NOT NULL AND ({_changed((*decided, 'publish_at'), same)}"
                    f" OR {_changed(('comment',), same)} AND NOT (NEW.comment = '' AND {redacted_later}))"
                ),
                "an approval can only be taken back": (
                    "OLD.decision = 'approved' AND NEW.decision <> 'sent-back'"
                    f" AND {_changed(('decision', 'decided_by_id', 'decided_at'), same)}"
                ),
            },
        ),
        Guard(REVIEW, "DELETE", {"a published review cannot be deleted": "OLD.edition_id IS NOT NULL"}),
    ]


def _checkpoint_guards(vendor: str) -> list[Guard]:
    rows = _rows_of(CHECKPOINT, vendor)
    collides = f" OR EXISTS (SELECT 1 FROM {rows} WHERE rowid = NEW.rowid)" if vendor == "sqlite" else ""
    is_no_larger = f"NEW.size IS NULL OR NEW.size <= COALESCE((SELECT MAX(size) FROM {rows}), 0)"
    return [
        Guard(CHECKPOINT, "INSERT", {_ONLY_MORE: is_no_larger + collides}),
        Guard(CHECKPOINT, "UPDATE", {_ONLY_MORE: "TRUE"}),
        Guard(CHECKPOINT, "DELETE", {_ONLY_MORE: "TRUE"}),
    ]


def _rows_of(table: str, vendor: str) -> str:
    """Name a table so that no other of that name, and none that inherits from it, is taken for it."""
    return table if vendor == "sqlite" else f"ONLY public.{table}"


def _changed(columns: tuple[str, ...], same: str) -> str:
    return "(" + " OR ".join(f"NOT (NEW.{column} {same} OLD.{column})" for column in columns) + ")"


def _redacted(vendor: str, sequence: str) -> str:
    """Give the condition that a later redaction entry of the same pledge names this sequence."""
    if vendor == "sqlite":
        names = f"EXISTS (SELECT 1 FROM json_each(CAST(later.entry AS TEXT), '$.redacts') WHERE value = {sequence})"
    else:
        names = f"convert_from(later.entry, 'UTF8')::jsonb -> 'redacts' @> to_jsonb({sequence})"
    return (
        f"EXISTS (SELECT 1 FROM {_rows_of(EDITION, vendor)} AS later WHERE later.kind = 'redaction'"
        f" AND later.pledge_id = OLD.pledge_id AND later.sequence > {sequence} AND {names})"
    )


def _create(guard: Guard, vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [_sqlite_trigger(guard)]
    name, table = guard.name, guard.table
    return [
        # The path is fixed: an operator or table of the session's own is never taken for the real one.
        (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET {_PATH[0].replace('=', ' = ')}"
            f" AS $${_postgresql_body(guard)}$$"
        ),
        f"CREATE TRIGGER {name} BEFORE {guard.event} ON {table} FOR EACH {guard.level} EXECUTE FUNCTION {name}()",
        # "ALWAYS": a session that calls itself a replica does not get round it.
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
    ]


def _sqlite_trigger(guard: Guard) -> str:
    refusals = " ".join(f"SELECT RAISE(ABORT, '{say}') WHERE {condition};" for say, condition in guard.refusals.items())
    return f"CREATE TRIGGER {guard.name} BEFORE {guard.event} ON {guard.table} BEGIN {refusals} END"


def _postgresql_body(guard: Guard) -> str:
    refusals = " ".join(
        f"IF {condition} THEN RAISE EXCEPTION '{say}' USING ERRCODE = 'integrity_constraint_violation'; END IF;"
        for say, condition in guard.refusals.items()
    )
    passed = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(guard.event, "NEW")
    return f"BEGIN {refusals} RETURN {passed}; END"


# pg_trigger.tgtype is a sum: 1 row, 2 before, 4 insert, 8 delete, 16 update, 32 truncate.
_PATH = ["search_path=pg_catalog, public, pg_temp"]
_POSTGRESQL_TYPES = {"INSERT": 1 + 2 + 4, "DELETE": 1 + 2 + 8, "UPDATE": 1 + 2 + 16, "TRUNCATE": 2 + 32}


def _shape(guard: Guard, vendor: str) -> tuple[object, ...]:
    if vendor == "sqlite":
        return (_sqlite_trigger(guard),)
    return guard.table, _POSTGRESQL_TYPES[guard.event], _postgresql_body(guard), _PATH


def _find_sqlite(connection: BaseDatabaseWrapper) -> dict[str, tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return {name: (sql,) for name, sql in cursor.fetchall()}


def _find_postgresql(connection: BaseDatabaseWrapper) -> dict[str, tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, relname, tgtype, prosrc, proconfig FROM pg_catalog.pg_trigger"
            " JOIN pg_catalog.pg_proc ON pg_proc.oid = tgfoid JOIN pg_catalog.pg_class ON pg_class.oid = tgrelid"
            " JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace AND nspname = 'public'"
            " WHERE relkind = 'r' AND tgenabled = 'A' AND tgqual IS NULL AND tgattr = ''"
        )
        return {name: tuple(shape) for name, *shape in cursor.fetchall()}
