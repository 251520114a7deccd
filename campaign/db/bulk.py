"""Inserting many rows at the driver's own speed, for the hot path.

SQLAlchemy costs some ten microseconds a row for what is always the same here: the statement and the order of its
values. A `BulkInsert` works that out once per dialect. Values go to the driver as they are, but for moments.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Dialect, Table, text

from campaign.db.base import UtcDateTime

Row = dict[str, Any]


class BulkInsert:
    """`INSERT` into some columns of a table, for rows given as dictionaries with exactly these keys.

    All rows go in one statement: the SQLite driver lets other threads run after each, and having to wait for them after
    every row would make a batch as slow as its rows one by one.
    """

    def __init__(self, table: Table, columns: Sequence[str]) -> None:
        """`columns` by their names; the others get what the database gives them."""
        self._table, self._columns = table, tuple(columns)
        self._moments = [at for at, name in enumerate(columns) if isinstance(table.c[name].type, UtcDateTime)]
        self._sql: dict[tuple[str, int], str] = {}

    def run(self, connection: Connection, rows: list[Row]) -> None:
        """Insert all rows, some hundred at most. Raises what the driver raises, as SQLAlchemy's exceptions."""
        if not rows:
            return
        dialect = connection.dialect
        sql = self._sql.get((dialect.name, len(rows))) or self._compile(dialect, len(rows))
        moments = self._moments if dialect.name == "sqlite" else ()
        values: list[Any] = []
        for row in rows:
            values += self._values(row, moments)
        connection.exec_driver_sql(sql, tuple(values))

    def _values(self, row: Row, moments: Sequence[int]) -> list[Any]:
        values = [row[name] for name in self._columns]
        for at in moments:
            values[at] = _text(values[at])
        return values

    def _compile(self, dialect: Dialect, rows: int) -> str:
        marker = "?" if dialect.paramstyle == "qmark" else "%s"
        one = f"({', '.join([marker] * len(self._columns))})"
        head = f"INSERT INTO {self._table.name} ({', '.join(self._columns)})"
        sql = f"{head} VALUES {', '.join([one] * rows)}"
        self._sql[dialect.name, rows] = sql
        return sql


def new_ids(connection: Connection, table: Table, count: int) -> list[int]:
    """Ids for `count` rows to come. On SQLite the transaction must hold the write lock already."""
    if connection.dialect.name == "sqlite":
        query = f"SELECT coalesce(max(id), 0) FROM {table.name}"  # noqa: S608 - a name from our own models
        last: int = connection.exec_driver_sql(query).scalar_one()
        return list(range(last + 1, last + 1 + count))
    sequence = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
    return list(connection.execute(sequence, {"table": table.name, "count": count}).scalars())


def _text(moment: datetime | None) -> str | None:
    """As SQLAlchemy stores a moment in SQLite: UTC, without a zone."""
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds") if moment else None
