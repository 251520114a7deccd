"""The list of prisoners as a file that comes back whole: JSON and CSV (docs/prisoner-lists.md).

Both are written from the same documents in short reads by id: memory does not grow with the list, and nobody waits for
an export. A CSV needs its columns first, so the profiles are read twice; what somebody adds in between goes into the
last column.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, select

from campaign.facilities.models import Facility
from campaign.kit.clock import rfc3339
from campaign.kit.csv_cells import guard
from campaign.prisoners import documents
from campaign.prisoners.documents import Document, Scope
from campaign.prisoners.importing.flattening import flatten
from campaign.prisoners.importing.own import FORMAT, FURTHER, PLACE, VERSION
from campaign.prisoners.importing.own_fields import RANKS
from campaign.prisoners.models import Prisoner, campaign_prisoners
from campaign.vault import Vault

BATCH = 400
WITH_FILES = 20
"""Profiles in one read; fewer where portraits come along."""
_PLAIN = re.compile(r"[\w./:][\w./: -]*|")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of the file and how many prisoners it holds."""

    data: bytes
    rows: int


def count(connection: Connection, scope: Scope) -> int:
    """How many prisoners an export of this moment has."""
    found: int = connection.execute(_chosen(select(func.count(Prisoner.id)), scope)).scalar_one()
    return found


def chunks(form: str, engine: Engine, vault: Vault, scope: Scope, now: datetime) -> Iterator[Chunk]:
    """The file in pieces; `form` is `csv` or `json`."""
    return csv_chunks(engine, vault, scope) if form == "csv" else json_chunks(engine, vault, scope, now)


def json_chunks(engine: Engine, vault: Vault, scope: Scope, now: datetime) -> Iterator[Chunk]:
    """One object: what it is, then all facilities, then all prisoners, each on a line of its own."""
    head = {"format": FORMAT, "version": VERSION, "exported_at": rfc3339(now), "whole": scope.internal}
    yield Chunk(f'{json.dumps(head)[:-1]}, "facilities": ['.encode(), 0)
    yield from _lines(_facilities(engine, vault, scope), counted=0)
    yield Chunk(b'\n], "prisoners": [', 0)
    yield from _lines(_prisoners(engine, vault, scope), counted=1)
    yield Chunk(b"\n]}\n", 0)


def csv_chunks(engine: Engine, vault: Vault, scope: Scope) -> Iterator[Chunk]:
    """A header; a row for each facility, in columns of its own; a row for each prisoner. Portraits' files stay out.

    RFC 4180, UTF-8, CRLF. No cell is a formula (`kit.csv_cells`).
    """
    scope = Scope(internal=scope.internal, campaign_ids=scope.campaign_ids)
    columns = _columns(engine, vault, scope)
    yield Chunk(_csv_line(columns).encode(), 0)
    for rows, cells_of, counted in (
        (_facilities(engine, vault, scope), _facility_cells, 0),
        (_prisoners(engine, vault, scope), _prisoner_cells, 1),
    ):
        for batch in rows:
            lines = "".join(_csv_line(_row(cells_of(document), columns)) for document in batch)
            yield Chunk(lines.encode(), counted * len(batch))


# ---------------------------------------------------------------------------------------------------------------------


def _chosen(query: Select[Any], scope: Scope) -> Select[Any]:
    if not scope.internal:
        query = query.where(Prisoner.hidden_at.is_(None))
    if scope.campaign_ids is None:
        return query
    link = campaign_prisoners.c
    return query.where(Prisoner.id.in_(select(link.prisoner_id).where(link.campaign_id.in_(scope.campaign_ids))))


def _batches(engine: Engine, query: Select[Any], key: Any, size: int) -> Iterator[tuple[Connection, list[int]]]:
    """Ids in their order, some at a time, each with a connection of its own."""
    after = 0
    while True:
        with engine.connect() as connection:
            ids = list(connection.scalars(query.where(key > after).order_by(key).limit(size)))
            if not ids:
                return
            yield connection, ids
        after = ids[-1]


def _prisoners(engine: Engine, vault: Vault, scope: Scope) -> Iterator[list[Document]]:
    size = WITH_FILES if scope.portraits else BATCH
    for connection, ids in _batches(engine, _chosen(select(Prisoner.id), scope), Prisoner.id, size):
        found = list(documents.prisoners(connection, vault, ids, scope).values())
        connection.close()  # before the reader of the file takes its time
        yield found


def _facilities(engine: Engine, vault: Vault, scope: Scope) -> Iterator[list[Document]]:
    """All; in a list of some campaigns those that its prisoners' events name."""
    query = select(Facility.id)
    if scope.campaign_ids is not None:
        query = query.where(Facility.id.in_(_named(engine, vault, scope)))
    for connection, ids in _batches(engine, query, Facility.id, BATCH):
        found = list(documents.facilities(connection, ids).values())
        connection.close()
        yield found


def _named(engine: Engine, vault: Vault, scope: Scope) -> set[int]:
    named: set[int] = set()
    for connection, ids in _batches(engine, _chosen(select(Prisoner.id), scope), Prisoner.id, BATCH):
        named |= documents.facility_ids(connection, vault, ids, scope)
    return named


def _lines(batches: Iterable[list[Document]], *, counted: int) -> Iterator[Chunk]:
    before = ""
    for batch in batches:
        text = io.StringIO()
        for document in batch:
            text.write(f"{before}\n{json.dumps(document, ensure_ascii=False)}")
            before = ","
        yield Chunk(text.getvalue().encode(), counted * len(batch))


def _facility_cells(document: Document) -> dict[str, str]:
    return flatten({PLACE: document})


def _prisoner_cells(document: Document) -> dict[str, str]:
    """Objects of free shape stay in one cell, as JSON: numbers and empty values in them must not turn into texts."""
    document = document | {"events": [event | {"details": _json(event["details"])} for event in document["events"]]}
    if "identifiers" in document:
        document["identifiers"] = [each | {"record": _json(each["record"])} for each in document["identifiers"]]
    return flatten(document)


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ""


def _columns(engine: Engine, vault: Vault, scope: Scope) -> list[str]:
    """Every column that some row needs: prisoners' first, then facilities', in the order of the documents."""
    prisoners: set[str] = {"slug", "names/0/name"}
    for batch in _prisoners(engine, vault, scope):
        prisoners.update(*map(_prisoner_cells, batch))
    facilities: set[str] = set()
    for batch in _facilities(engine, vault, scope):
        facilities.update(*map(_facility_cells, batch))
    return [*sorted(prisoners, key=_place), *sorted(facilities, key=_place), FURTHER]


def _place(column: str) -> list[tuple[int, str]]:
    """Where a column stands; `names/10` follows `names/9`."""
    steps = column.split("/")
    return [(int(step), "") if step.isdecimal() else (RANKS.get(step, len(RANKS)), step) for step in steps]


def _row(cells: dict[str, str], columns: list[str]) -> list[str]:
    """The cells in the order of the columns; what has none goes into the last one."""
    row = [cells.pop(column, "") for column in columns[:-1]]
    return [*row, json.dumps(cells, ensure_ascii=False) if cells else ""]


def _csv_line(cells: Iterable[str]) -> str:
    """Whatever is not plain stands in quotes: many programs drop a space before a cell that has none."""
    return ",".join(map(_csv_cell, cells)) + "\r\n"


def _csv_cell(cell: str) -> str:
    if _PLAIN.fullmatch(cell):
        return cell
    return '"' + guard(cell).replace('"', '""') + '"'
