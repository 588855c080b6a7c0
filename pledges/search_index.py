"""Each database's own index over the terms of `SearchText`, which nothing but the database keeps in step with them.

PostgreSQL indexes an expression; SQLite has a full-text table beside the rows and triggers that fill it. Both only look up
terms: what a term is, `pledges.passages` decides. SQLite's table rebuild drops triggers: `migrate` puts them back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models.expressions import RawSQL

AnyOf = tuple[str, ...]  # terms, at least one
TABLE, INDEX = "pledges_searchtext", "pledges_searchindex"

_BEGIN, _TICK = datetime(2000, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)
_TICKS, _KEYS = 2**42, 2**21  # 139 years, two million pledges: together they fill a number of the database

_ADD = f"INSERT INTO {INDEX} (rowid, terms) VALUES (NEW.place, NEW.terms);"
_DROP = f"INSERT INTO {INDEX} ({INDEX}, rowid, terms) VALUES ('delete', OLD.place, OLD.terms);"
_TRIGGERS = {
    f"{INDEX}_{event.lower()}": f"AFTER {event} ON {TABLE} BEGIN {steps} END"
    for event, steps in {"INSERT": _ADD, "DELETE": _DROP, "UPDATE": f"{_DROP} {_ADD}"}.items()
}
_TERMS = "detail=none, columnsize=0, tokenize=\"unicode61 remove_diacritics 0 tokenchars '_'\""
_SQLITE = [
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} USING fts5(terms, content='{TABLE}', content_rowid='place', {_TERMS})",
    *(f"CREATE TRIGGER IF NOT EXISTS {name} {what}" for name, what in _TRIGGERS.items()),
    f"INSERT INTO {INDEX} ({INDEX}) VALUES ('rebuild')",
]
_PARTS = [INDEX, *_TRIGGERS]
# PostgreSQL's index knows no order. Of a common word the first page is nearly always among so many rows at the end, and only
# these are then read; the others only if they are needed.
_NEAR_END = 2_000
_VECTOR = "array_to_tsvector(string_to_array(btrim(terms), ' '))"
_POSTGRESQL = [
    # Without fastupdate a bulk load leaves no list of what is still to be indexed, which every search would read.
    f"CREATE INDEX IF NOT EXISTS {INDEX} ON {TABLE} USING gin (({_VECTOR})) WITH (fastupdate = off)",
    # Without statistics every term counts as rare: the planner never reads the whole table for a common one.
    f"ALTER INDEX {INDEX} ALTER COLUMN 1 SET STATISTICS 0",
]


@dataclass(frozen=True)
class Asked:
    """What is looked up: the search texts that have a term of all that is wanted (at least one), and of no unwanted group.

    They lie after one place and before another. Terms hold nothing that either database would take for an operator.
    """

    wanted: Sequence[AnyOf]
    unwanted: Sequence[Sequence[AnyOf]] = ()
    after: int | None = None
    before: int | None = None

    def finds(self, terms: str) -> bool:
        """Whether a search text with these terms, each between spaces, is among what is looked up, wherever it lies."""
        has_unwanted = any(_has_all(terms, group) for group in self.unwanted)
        return not has_unwanted and _has_all(terms, self.wanted)


def _has_all(terms: str, group: Sequence[AnyOf]) -> bool:
    return all(any(f" {term} " in terms for term in any_of) for any_of in group)


def install_index(connection: BaseDatabaseWrapper) -> None:
    """Put the index in place, filled, if any part of it is missing; not on the table of an older release."""
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, TABLE)
        if "terms" not in {column.name for column in columns}:
            return
        if connection.vendor == "sqlite":
            cursor.execute("SELECT COUNT(*) FROM sqlite_master WHERE name IN (%s, %s, %s, %s)", _PARTS)
            if cursor.fetchone() == (len(_PARTS),):
                return
        for statement in _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL:
            cursor.execute(statement)


def remove_index(connection: BaseDatabaseWrapper) -> None:
    """Take the index away, before its table goes."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for trigger in _TRIGGERS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}")
            cursor.execute(f"DROP TABLE IF EXISTS {INDEX}")
        else:
            cursor.execute(f"DROP INDEX IF EXISTS {INDEX}")


def make_index_anew(connection: BaseDatabaseWrapper) -> None:
    """Have SQLite's index agree with the texts, whatever became of it; PostgreSQL's, which only owners may touch, always does."""
    if connection.vendor == "sqlite":
        remove_index(connection)
        install_index(connection)


def index_faults(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """Say, in sentences, why searches may not find what is there.

    On SQLite it takes the turn to write, as nothing else reads the whole index, and is not to be called within a transaction
    that only reads.
    """
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        names = set(_missing_parts(cursor, connection.vendor))
    yield from (f"The search index lacks {name}: migrate puts it back." for name in sorted(names))
    if connection.vendor == "sqlite" and not names and not _is_whole(connection):
        yield "The search index is not that of the search texts: rebuild_public makes it again."


def _missing_parts(cursor: CursorWrapper, vendor: str) -> Iterator[str]:
    if vendor == "sqlite":
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE name IN (%s, %s, %s, %s)", _PARTS)
        found = dict(cursor.fetchall())
        yield from (
            name for name in _PARTS if not found.get(name, "").endswith(_TRIGGERS.get(name, "")) or name not in found
        )
    else:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [INDEX])
        if cursor.fetchone() != (True,):
            yield INDEX


def _is_whole(connection: BaseDatabaseWrapper) -> bool:
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {INDEX} ({INDEX}, rank) VALUES ('integrity-check', 1)")
    except OperationalError:  # it could not look
        raise
    except DatabaseError:
        return False
    return True


def forget_what_is_gone(connection: BaseDatabaseWrapper) -> None:
    """Have SQLite's index hold no word any more that no text has; PostgreSQL's does once the table is vacuumed.

    A token that goes is only marked as gone, and stays until its part of the index is merged with the others.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {INDEX} ({INDEX}) VALUES ('optimize')")


def place_of(changed_at: datetime, key: int) -> int:
    """Give the place of a pledge that changed then: a later one has a larger place, and no two have the same."""
    tick = max(-_TICKS, min(_TICKS - 1, (changed_at - _BEGIN) // _TICK))
    return tick * _KEYS + key % _KEYS


def places(vendor: str, asked: Asked) -> RawSQL:
    """Give all places that are found, as a subquery."""
    return RawSQL(*_lookup(vendor, asked))


def count_places(connection: BaseDatabaseWrapper, questions: Sequence[Asked], *, most: int) -> list[int]:
    """Count the places that each question finds, up to so many; by one query."""
    lookups = [_lookup(connection.vendor, asked) for asked in questions]
    counts = [f"(SELECT COUNT(*) FROM ({sql} LIMIT %s) AS found)" for sql, _values in lookups]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counts)}", [value for _sql, values in lookups for value in (*values, most)])
        (*found,) = cursor.fetchone()
    return [int(number) for number in found]


def first_places(vendor: str, asked: Asked, limit: int, *, backwards: bool = False, only_if: str = "TRUE") -> RawSQL:
    """Give the last so many of the places that are found, or, backwards, the first; none unless a condition in SQL holds."""
    direction = "ASC" if backwards else "DESC"
    sql, values = _lookup(vendor, asked)
    sql = f"{sql} AND {only_if}"  # within, so that it is asked before anything is looked up
    if vendor == "sqlite":  # reads its index in the order of the places
        return RawSQL(f"{sql} ORDER BY rowid {direction} LIMIT %s", [*values, limit])
    ordered = f"ORDER BY place + 0 {direction} LIMIT %s"  # not place: the planner would try row by row from one end
    bounds, of_bounds = _within(asked, "place")
    edge = f"(SELECT place FROM {TABLE} WHERE {bounds} ORDER BY place {direction} OFFSET {_NEAR_END} LIMIT 1)"
    near_end = f"{sql} AND place {'<=' if backwards else '>='} {edge} {ordered}"
    rest = f"{sql} AND (SELECT COUNT(*) FROM near_end) < %s {ordered}"
    return RawSQL(
        f"WITH near_end AS MATERIALIZED ({near_end}) SELECT place FROM near_end UNION SELECT place FROM ({rest}) AS rest",
        [*values, *of_bounds, limit, *values, limit, limit],
    )


def _lookup(vendor: str, asked: Asked) -> tuple[str, list[str | int]]:
    if vendor == "sqlite":
        bounds, values = _within(asked, "rowid")
        return f"SELECT rowid AS place FROM {INDEX} WHERE {INDEX} MATCH %s AND {bounds}", [
            _sqlite_terms(asked),
            *values,
        ]
    bounds, values = _within(asked, "place")
    # Of terms that the planner sees, each makes it expect fewer rows, at last too few to combine with another index.
    found = f"{_VECTOR} @@ (SELECT %s::tsquery)"
    return f"SELECT place FROM {TABLE} WHERE {found} AND {bounds}", [_postgresql_terms(asked), *values]


def _within(asked: Asked, key: str) -> tuple[str, list[int]]:
    bounds = {f"{key} > %s": asked.after, f"{key} < %s": asked.before}
    stated = {sql: place for sql, place in bounds.items() if place is not None}
    return " AND ".join(stated) or "TRUE", list(stated.values())


def _sqlite_terms(asked: Asked) -> str:
    wanted, *unwanted = (_all_of(group, '"', " AND ", " OR ") for group in (asked.wanted, *asked.unwanted))
    return f"{wanted} NOT ({' OR '.join(unwanted)})" if unwanted else wanted


def _postgresql_terms(asked: Asked) -> str:
    return " & !".join(_all_of(group, "'", " & ", " | ") for group in (asked.wanted, *asked.unwanted))


def _all_of(group: Sequence[AnyOf], quote: str, all_sign: str, any_sign: str) -> str:
    any_of = (any_sign.join(f"{quote}{term}{quote}" for term in terms) for terms in group)
    return f"({all_sign.join(f'({terms})' for terms in any_of)})"
