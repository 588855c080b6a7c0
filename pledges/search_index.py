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

from pledges.passages import label_term, span_terms

AnyOf = tuple[str, ...]  # terms, at least one
TABLE, INDEX = "pledges_searchtext", "pledges_searchindex"

_BEGIN, _TICK = datetime(2000, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)
_TICKS, MOST_KEYS = 2**42, 2**21  # 139 years, two million pledges: together they fill a number of the database
_NOTHING = "'\"\"'"  # what SQLite finds nothing for, without looking

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
# PostgreSQL's index knows no order, and gathers all that has a term before the first row is read. Of a common word the first
# page is nearly always among the 2,000 rows at the end, and so many, in no order, among four times as many rows: these are
# looked up first, by the terms of the seconds since then, which few rows have; the others only if they are needed.
_NEAR_END, _LEAST_NEAR_END, _NEAR_END_TO_COUNT = 2_000, 200, 4
# A second, here, is 1,024 ticks: what is left of a place without its last bits.
_SECOND, _SECOND_BITS = "second", 32
_TO_SECOND = _TICKS.bit_length() + MOST_KEYS.bit_length() - 2 - _SECOND_BITS
_SINCE_EDGE = f"""(
    SELECT ' & (' || string_agg('{label_term(_SECOND, "")}' || bit || '_' || ((eve >> bit) + 1), ' | ') || ')'
    FROM (SELECT (place >> {_TO_SECOND}) - 1 AS eve FROM edge) AS second_before, generate_series(0, {_SECOND_BITS - 1}) AS bit
    WHERE (eve >> bit) & 1 = 0
)"""  # as passages.terms_since
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
    return tick * MOST_KEYS + key % MOST_KEYS


def place_terms(place: int) -> Iterator[str]:
    """Give the terms of the spans of 1, 2, 4 … seconds that a place lies in, by which PostgreSQL looks up what changed last."""
    return span_terms(_SECOND, max(0, place >> _TO_SECOND), _SECOND_BITS)


def found_keys(vendor: str, asked: Asked) -> RawSQL:
    """Give the keys of all pledges that are found, as a subquery."""
    return keys_at(RawSQL(*_lookup(vendor, asked)))


def keys_at(places: RawSQL) -> RawSQL:
    """Give the keys of the pledges at some places, which tell them: their search texts, which are long, are not read."""
    return RawSQL(f"SELECT place & {MOST_KEYS - 1} AS key FROM ({places.sql}) AS places", places.params)


def count_places(connection: BaseDatabaseWrapper, questions: Sequence[Asked], *, most: int) -> list[int]:
    """Count the places that each question finds, up to so many; by one query."""
    lookups = [some_places(connection.vendor, asked, most) for asked in questions]
    counts = [f"(SELECT COUNT(*) FROM ({found.sql}) AS found)" for found in lookups]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counts)}", [value for found in lookups for value in found.params])
        (*found,) = cursor.fetchone()
    return [min(int(number), most) for number in found]


def some_places(vendor: str, asked: Asked, limit: int) -> RawSQL:
    """Give so many of the places that are found, or some more, whichever they are; all if there are fewer."""
    if vendor == "sqlite":
        sql, values = _lookup(vendor, asked)
        return RawSQL(f"{sql} LIMIT %s", [*values, limit])
    return _near_end_first(asked, limit, among=max(_LEAST_NEAR_END, _NEAR_END_TO_COUNT * limit))


def first_places(vendor: str, asked: Asked, limit: int, *, backwards: bool = False, only_if: str = "TRUE") -> RawSQL:
    """Give the last so many of the places that are found, or, backwards, the first; none unless a condition in SQL holds."""
    direction = "ASC" if backwards else "DESC"
    if vendor == "sqlite":  # reads its index in the order of the places
        sql, values = _lookup(vendor, asked, only_if)
        return RawSQL(f"{sql} ORDER BY rowid {direction} LIMIT %s", [*values, limit])
    return _near_end_first(asked, limit, among=_NEAR_END, direction=direction, only_if=only_if)


def _near_end_first(asked: Asked, limit: int, *, among: int, direction: str = "", only_if: str = "TRUE") -> RawSQL:
    """Give so many places, for PostgreSQL, from among the last if they are enough there, else from all; ordered in a direction."""
    ordered, backwards = f"ORDER BY place {direction}" if direction else "", direction == "ASC"
    bounds, of_bounds = _within(asked, "place")
    edge = f"SELECT place FROM {TABLE} WHERE {bounds} ORDER BY place {direction or 'DESC'} OFFSET {among} LIMIT 1"
    near, of_near = _lookup("postgresql", asked, only_if, "''" if backwards else _SINCE_EDGE)
    every, of_every = _lookup("postgresql", asked, only_if)
    # A limit stands outside of what is looked up: with it, the planner would try row by row.
    steps = {
        "edge": edge,
        "near": f"{near} AND place {'<=' if backwards else '>='} (SELECT place FROM edge)",
        "near_end": f"SELECT place FROM near {ordered} LIMIT %s",
        "every": f"{every} AND (SELECT COUNT(*) FROM near_end) < %s",
        "rest": f"SELECT place FROM every {ordered} LIMIT %s",
    }
    named = ", ".join(f"{name} AS MATERIALIZED ({sql})" for name, sql in steps.items())
    return RawSQL(
        f"WITH {named} SELECT place FROM near_end UNION SELECT place FROM rest",
        [*of_bounds, *of_near, limit, *of_every, limit, limit],
    )


def _lookup(vendor: str, asked: Asked, only_if: str = "TRUE", among: str = "''") -> tuple[str, list[str | int]]:
    """Give the question in SQL, asked only if a condition holds; `among`, on PostgreSQL, gives more terms that are wanted."""
    if vendor == "sqlite":
        bounds, values = _within(asked, "rowid")
        # The condition is part of the question: SQLite goes to the first that is found before it asks anything else.
        terms = f"CASE WHEN {only_if} THEN %s ELSE {_NOTHING} END"
        sql = f"SELECT rowid AS place FROM {INDEX} WHERE {INDEX} MATCH {terms} AND {bounds}"
        return sql, [_sqlite_terms(asked), *values]
    bounds, values = _within(asked, "place")
    # Of terms that the planner sees, each makes it expect fewer rows, at last too few to combine with another index.
    found = f"{_VECTOR} @@ (SELECT (%s || {among})::tsquery)"
    return f"SELECT place FROM {TABLE} WHERE {found} AND {bounds} AND {only_if}", [_postgresql_terms(asked), *values]


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
