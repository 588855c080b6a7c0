"""The database's own refusal to change what was published, on SQLite and PostgreSQL alike.

Editions are append-only and continue the hash chain; a verdict that an edition contains is
frozen. The one exception is a redaction, which may blank texts that its entry names.
A migration that rebuilds a guarded table calls `remove_guards()` first and ends with
`install_guards()`: SQLite's table rebuild drops triggers, and fails while another table's
trigger mentions the table.
"""

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

EDITION, VERDICT = "pledges_edition", "pledges_verdict"

_EDITION_ERASABLE = ("content", "salt", "content_digest")
_EDITION_FIXED = (
    *("sequence", "pledge_id", "number", "kind", "published_at", "actor_id", "approver_id"),
    *("change_note", "entry", "hash", "previous_hash"),
)
_VERDICT_ERASABLE = ("summary", "explanation", "missing", "asked", "no_primary_reason", "attribution")
_VERDICT_FIXED = (
    *("id", "pledge_id", "rating_id", "effective_on", "corrects_id", "written_by_id", "first_edition_id"),
)


@dataclass(frozen=True)
class Guard:
    """One trigger: on which table, before which event, and what it refuses.

    `refusals` pairs the condition that is refused, in SQL that both engines read, with the
    sentence the database says.
    """

    table: str
    event: str
    refusals: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        return f"{self.table}_guard_{self.event.lower()}"


def _changed(columns: tuple[str, ...], same: str) -> str:
    return "(" + " OR ".join(f"NOT (NEW.{column} {same} OLD.{column})" for column in columns) + ")"


def _guards(vendor: str) -> list[Guard]:
    # "IS" compares NULLs too on SQLite; PostgreSQL spells that differently.
    same = "IS" if vendor == "sqlite" else "IS NOT DISTINCT FROM"
    last = f"SELECT {{}} FROM {EDITION} ORDER BY sequence DESC LIMIT 1"
    edition_redacted = _redacted(vendor, "OLD.sequence")
    verdict_redacted = _redacted(vendor, "OLD.first_edition_id")
    blanked = " AND ".join(f"NEW.{column} IS NULL" for column in _EDITION_ERASABLE)
    emptied = " AND ".join(f"(NEW.{column} = '' OR NEW.{column} = OLD.{column})" for column in _VERDICT_ERASABLE)
    frozen = f"SELECT 1 FROM {VERDICT} WHERE id = NEW.id AND first_edition_id IS NOT NULL"
    return [
        Guard(
            EDITION,
            "INSERT",
            (
                (
                    f"NOT (NEW.sequence {same} COALESCE(({last.format('sequence')}), 0) + 1)",
                    "editions are append-only: the sequence must continue without a gap",
                ),
                (
                    f"NOT (NEW.previous_hash {same} COALESCE(({last.format('hash')}), '{'0' * 64}'))",
                    "editions are append-only: the previous hash must be the last one",
                ),
                # REPLACE INTO deletes the row it collides with, and no DELETE trigger fires for that.
                (
                    f"EXISTS (SELECT 1 FROM {EDITION} WHERE hash = NEW.hash"
                    " OR (pledge_id = NEW.pledge_id AND number = NEW.number))",
                    "editions are append-only: hash and number must be new",
                ),
                (
                    f"NEW.published_at < ({last.format('published_at')})",
                    "editions are append-only: the moment cannot be earlier than the last one",
                ),
            ),
        ),
        Guard(
            EDITION,
            "UPDATE",
            (
                (
                    f"{_changed(_EDITION_FIXED, same)} OR NOT ({blanked}) OR NOT {edition_redacted}",
                    "editions are append-only: only a redaction may blank their content",
                ),
            ),
        ),
        Guard(EDITION, "DELETE", (("TRUE", "editions are append-only: none can be deleted"),)),
        Guard(VERDICT, "INSERT", ((f"EXISTS ({frozen})", "a published verdict cannot be replaced"),)),
        Guard(
            VERDICT,
            "UPDATE",
            (
                (
                    f"OLD.first_edition_id IS NULL AND NOT (NEW.id {same} OLD.id)",
                    "a verdict keeps its number",
                ),
                (
                    "OLD.first_edition_id IS NOT NULL AND"
                    f" ({_changed(_VERDICT_FIXED, same)} OR NOT ({emptied}) OR NOT {verdict_redacted})",
                    "a published verdict cannot be changed: write a new one",
                ),
            ),
        ),
        Guard(
            VERDICT, "DELETE", (("OLD.first_edition_id IS NOT NULL", "a published verdict cannot be deleted"),)
        ),
    ]


def _redacted(vendor: str, sequence: str) -> str:
    """Give the condition that a later redaction entry names this sequence."""
    if vendor == "sqlite":
        names = f"EXISTS (SELECT 1 FROM json_each(CAST(later.entry AS TEXT), '$.redacts') WHERE value = {sequence})"
    else:
        names = f"convert_from(later.entry, 'UTF8')::jsonb -> 'redacts' @> to_jsonb({sequence})"
    return (
        f"EXISTS (SELECT 1 FROM {EDITION} AS later"
        f" WHERE later.kind = 'redaction' AND later.sequence > {sequence} AND {names})"
    )


def _sqlite_trigger(guard: Guard) -> str:
    refusals = " ".join(
        f"SELECT RAISE(ABORT, '{sentence}') WHERE {condition};" for condition, sentence in guard.refusals
    )
    return f"CREATE TRIGGER {guard.name} BEFORE {guard.event} ON {guard.table} BEGIN {refusals} END"


def _postgresql_body(guard: Guard) -> str:
    refusals = " ".join(
        f"IF {condition} THEN RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation'; END IF;"
        for condition, sentence in guard.refusals
    )
    passed = "OLD" if guard.event == "DELETE" else "NEW"
    return f"BEGIN {refusals} RETURN {passed}; END"


def _postgresql_truncate_body(table: str) -> str:
    what = "editions" if table == EDITION else "published verdicts"
    condition = "TRUE" if table == EDITION else f"EXISTS (SELECT 1 FROM {VERDICT} WHERE first_edition_id IS NOT NULL)"
    return (
        f"BEGIN IF {condition} THEN RAISE EXCEPTION '{what} cannot be truncated'"
        " USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NULL; END"
    )


def _postgresql_triggers() -> dict[str, tuple[str, str, str, str]]:
    """Give, by name: table, event, level and body."""
    triggers = {
        guard.name: (guard.table, guard.event, "ROW", _postgresql_body(guard)) for guard in _guards("postgresql")
    }
    for table in (EDITION, VERDICT):
        triggers[f"{table}_guard_truncate"] = (table, "TRUNCATE", "STATEMENT", _postgresql_truncate_body(table))
    return triggers


def install_guards(connection: BaseDatabaseWrapper) -> None:
    """Put every guard in place anew; does nothing for tables that do not exist yet."""
    remove_guards(connection)
    tables = _existing_tables(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for guard in _guards("sqlite"):
                if guard.table in tables:
                    cursor.execute(_sqlite_trigger(guard))
            return
        for name, (table, event, level, body) in _postgresql_triggers().items():
            if table in tables:
                cursor.execute(f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
                cursor.execute(
                    f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {level} EXECUTE FUNCTION {name}()"
                )
                # "ALWAYS": a session that calls itself a replica does not get round it.
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def remove_guards(connection: BaseDatabaseWrapper) -> None:
    """Take every guard away, for a migration that rebuilds a guarded table."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for guard in _guards("sqlite"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name}")
            return
        for name in _postgresql_triggers():
            cursor.execute(f"DROP FUNCTION IF EXISTS {name}() CASCADE")


def missing_guards(connection: BaseDatabaseWrapper) -> list[str]:
    """Name the guards that are absent, switched off or not as this release makes them."""
    tables = _existing_tables(connection)
    if connection.vendor == "sqlite":
        wanted = {guard.name: _sqlite_trigger(guard) for guard in _guards("sqlite") if guard.table in tables}
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = dict(cursor.fetchall())
        return sorted(name for name, sql in wanted.items() if found.get(name) != sql)
    triggers = {name: trigger for name, trigger in _postgresql_triggers().items() if trigger[0] in tables}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgrelid::regclass::text, tgtype, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE tgenabled = 'A' AND tgqual IS NULL AND tgattr = ''"
        )
        stands = {name: (table, kind, body) for name, table, kind, body in cursor.fetchall()}
    return sorted(
        name
        for name, (table, event, level, body) in triggers.items()
        if stands.get(name) != (table, _POSTGRESQL_TYPES[event, level], body)
    )


# pg_trigger.tgtype: 1 row, 2 before, then 4 insert, 8 delete, 16 update, 32 truncate.
_POSTGRESQL_TYPES = {
    ("INSERT", "ROW"): 1 + 2 + 4,
    ("DELETE", "ROW"): 1 + 2 + 8,
    ("UPDATE", "ROW"): 1 + 2 + 16,
    ("TRUNCATE", "STATEMENT"): 2 + 32,
}


def _existing_tables(connection: BaseDatabaseWrapper) -> set[str]:
    return set(connection.introspection.table_names())
