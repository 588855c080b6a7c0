"""Questions that every page of a kind asks the database in the same words."""

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet


class Question:
    """A query that is written once, by the ORM, and then asked as it is: writing a short one takes longer than its answer.

    Its rows are plain tuples as the database gives them, so it is for numbers and texts.
    """

    def __init__(self, query: QuerySet[Any, Any]) -> None:
        self._sql, self._parameters = query.query.get_compiler(DEFAULT_DB_ALIAS).as_sql()

    def rows(self) -> Sequence[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(self._sql, self._parameters)
            rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
        return rows
