"""Each database's own index over the tokens of `SearchText`, which nothing but the database keeps in step with them.

PostgreSQL indexes an expression; SQLite has a full-text table beside the rows and triggers that fill it. Both only look up
tokens: what a word is, `pledges.words` decides. SQLite's table rebuild drops triggers: `migrate` puts them back.
"""

from collections.abc import Iterator, Sequence

from django.db import DatabaseError, OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models.expressions import RawSQL

TABLE, INDEX = "pledges_searchtext", "pledges_searchindex"

Phrase = tuple[str, ...]

_ADD = f"INSERT INTO {INDEX} (rowid, tokens) VALUES (NEW.pledge_id, NEW.tokens);"
_DROP = f"INSERT INTO {INDEX} ({INDEX}, rowid, tokens) VALUES ('delete', OLD.pledge_id, OLD.tokens);"
_TRIGGERS = {
    f"{INDEX}_{event.lower()}": f"AFTER {event} ON {TABLE} BEGIN {steps} END"
    for event, steps in {"INSERT": _ADD, "DELETE": _DROP, "UPDATE": f"{_DROP} {_ADD}"}.items()
}
_TOKENS = "tokenize=\"unicode61 remove_diacritics 0 tokenchars '_'\""
_CONTENT = f"content='{TABLE}', content_rowid='pledge_id', columnsize=0"
_SQLITE = [
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} USING fts5(tokens, {_CONTENT}, {_TOKENS})",
    *(f"CREATE TRIGGER IF NOT EXISTS {name} {what}" for name, what in _TRIGGERS.items()),
    f"INSERT INTO {INDEX} ({INDEX}) VALUES ('rebuild')",
]
_PARTS = [INDEX, *_TRIGGERS]
_VECTOR = "array_to_tsvector(string_to_array(btrim(tokens), ' '))"
_POSTGRESQL = [
    # Phrases are looked for in the text itself, of every pledge that has their words: unpacking it would take the most time.
    f"ALTER TABLE {TABLE} ALTER COLUMN tokens SET STORAGE EXTERNAL",
    # Without fastupdate a bulk load leaves no list of what is still to be indexed, which every search would read.
    f"CREATE INDEX IF NOT EXISTS {INDEX} ON {TABLE} USING gin (({_VECTOR})) WITH (fastupdate = off)",
    # Without statistics every word counts as rare: the planner never reads the whole table for a common one.
    f"ALTER INDEX {INDEX} ALTER COLUMN 1 SET STATISTICS 0",
]


def install_index(connection: BaseDatabaseWrapper) -> None:
    """Put the index in place, filled, if any part of it is missing."""
    with connection.cursor() as cursor:
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


def keys(vendor: str, wanted: Sequence[Phrase], unwanted: Sequence[Phrase]) -> RawSQL:
    """Give, as a subquery, the keys of the pledges that have every wanted phrase (at least one) and none of the unwanted.

    A phrase is one token or several in a row; tokens hold nothing that either database would take for an operator.
    """
    return _sqlite_keys(wanted, unwanted) if vendor == "sqlite" else _postgresql_keys(wanted, unwanted)


def _sqlite_keys(wanted: Sequence[Phrase], unwanted: Sequence[Phrase]) -> RawSQL:
    asked = " AND ".join(map(_quoted, wanted))
    if unwanted:
        asked = f"({asked}) NOT ({' OR '.join(map(_quoted, unwanted))})"
    return RawSQL(f"SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH %s", [asked])


def _quoted(phrase: Phrase) -> str:
    return f'"{" ".join(phrase)}"'


def _postgresql_keys(wanted: Sequence[Phrase], unwanted: Sequence[Phrase]) -> RawSQL:
    # Every phrase narrows by its tokens alone; that they stand in a row is then read from the text.
    lexemes = [f"'{token}'" for phrase in wanted for token in phrase]
    lexemes += [f"!'{token}'" for token, *more in unwanted if not more]
    conditions, values = [f"{_VECTOR} @@ %s::tsquery"], [" & ".join(lexemes)]
    for phrase, sign in [*_in_a_row(wanted, ">"), *_in_a_row(unwanted, "=")]:
        conditions.append(f"strpos(tokens, %s) {sign} 0")
        values.append(f" {' '.join(phrase)} ")
    return RawSQL(f"SELECT pledge_id FROM {TABLE} WHERE {' AND '.join(conditions)}", values)


def _in_a_row(phrases: Sequence[Phrase], sign: str) -> Iterator[tuple[Phrase, str]]:
    return ((phrase, sign) for phrase in phrases if len(phrase) > 1)
