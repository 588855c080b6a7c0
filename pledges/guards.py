"""How the database itself refuses to change what must stay, on SQLite and PostgreSQL alike.

An app says at its start which guards its tables have; they are put in place after every migration. A migration that
rebuilds a guarded table calls `remove_guards()` first and ends with `install_guards()`: SQLite's table rebuild drops
triggers, and fails while another table's trigger mentions the table.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

_COLUMN = re.compile(r"\b(?:NEW|OLD)\.(\w+)")


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
    def columns(self) -> set[str]:
        """The columns of its table that must be there, or it would refuse everything."""
        return set(_COLUMN.findall(" ".join(self.refusals.values()))) - {"rowid"}

    @property
    def level(self) -> str:
        return "STATEMENT" if self.event == "TRUNCATE" else "ROW"


Guards = Callable[[str], list[Guard]]  # of a vendor: "sqlite" or "postgresql"
_registered: list[Guards] = []


def register(guards: Guards) -> None:
    """Have an app's guards put in place, and missed, with all others."""
    _registered.append(guards)


def install_guards(connection: BaseDatabaseWrapper) -> None:
    """Put every guard in place anew; passes over those of tables and columns that do not exist yet."""
    remove_guards(connection)
    guards = _guards(connection.vendor)
    with connection.cursor() as cursor:
        tables = {guard.table for guard in guards} & {*connection.introspection.table_names(cursor)}
        described = {table: connection.introspection.get_table_description(cursor, table) for table in tables}
        columns = {table: {column.name for column in described[table]} for table in tables}
        for guard in guards:
            if guard.table in tables and guard.columns <= columns[guard.table]:
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
    return [guard for guards in _registered for guard in guards(vendor)]


def rows_of(table: str, vendor: str) -> str:
    """Name a table so that no other of that name, and none that inherits from it, is taken for it."""
    return table if vendor == "sqlite" else f"ONLY public.{table}"


def is_changed(columns: tuple[str, ...], same: str) -> str:
    return "(" + " OR ".join(f"NOT (NEW.{column} {same} OLD.{column})" for column in columns) + ")"


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
