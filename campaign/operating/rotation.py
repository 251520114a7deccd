"""Sealing every stored value anew with the current key, so that an old key can be retired."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Table, func, or_, select, update

from campaign.db import Base, Sealed
from campaign.vault import Vault

BATCH = 500


@dataclass(frozen=True, slots=True)
class Work:
    """One table's sealed columns and how many rows it has."""

    table: Table
    columns: tuple[Column[bytes], ...]
    rows: int


def plan(connection: Connection) -> list[Work]:
    """Every table with sealed columns."""
    found = []
    for table in Base.metadata.sorted_tables:
        columns = tuple(column for column in table.columns if isinstance(column.type, Sealed))
        if columns:
            rows = connection.execute(select(func.count()).select_from(table)).scalar_one()
            found.append(Work(table, columns, rows))
    return found


def reseal(connection: Connection, vault: Vault, work: Work, after: int) -> tuple[int, int, int]:
    """Seal one batch of rows anew: `(last id, rows seen, values changed)`; no rows seen means the table is done.

    A value that somebody changed meanwhile is left to them: it is sealed with the current key already.
    """
    table = work.table
    rows = connection.execute(
        select(table.c.id, table.c.uid, *work.columns).where(table.c.id > after).order_by(table.c.id).limit(BATCH)
    ).all()
    changed = 0
    for row in rows:
        for column, value in zip(work.columns, row[2:], strict=True):
            if value is None or value[0] == vault.ring.current:
                continue
            label = f"{table.name}.{column.name}"
            fresh = vault.seal(label, row.uid, vault.open(label, row.uid, value))
            done = connection.execute(
                update(table).where(table.c.id == row.id, column == value).values({column.name: fresh})
            )
            changed += done.rowcount
    return (rows[-1].id if rows else after), len(rows), changed


def keys_in_use(connection: Connection, numbers: Iterator[int] | set[int]) -> set[int]:
    """Which of these key numbers still seal some value."""
    used = set()
    for number in numbers:
        low, high = bytes([number]), bytes([number + 1]) if number < 255 else b"\xff" * 64  # noqa: PLR2004 - a byte's range
        for work in plan(connection):
            matches = or_(*(column.between(low, high) & (column < high) for column in work.columns))
            if connection.execute(select(work.table.c.id).where(matches).limit(1)).first():
                used.add(number)
                break
    return used
