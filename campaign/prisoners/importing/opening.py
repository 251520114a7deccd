"""Any list, opened: our own form, Viasna's, one with a mapping, or one whose columns are guessed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Literal

from campaign.prisoners.importing import own, viasna
from campaign.prisoners.importing.guessing import SAMPLE, name_of, propose
from campaign.prisoners.importing.list_file import Note, Reading, UnreadableList
from campaign.prisoners.importing.mapped import record_of
from campaign.prisoners.importing.mapping import ListMapping
from campaign.prisoners.importing.own import Item
from campaign.prisoners.importing.reading import read_list

Kind = Literal["own", "viasna", "mapped", "guessed"]
Rows = Iterator[tuple[int, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class ListReading:
    """A list, opened. `rows` gives its people one by one, once, and raises `UnreadableList` where the file breaks off.

    In our own form it also gives facilities (`own.OwnFacility`). `mapping` is the one used, also a guessed one;
    `as_of` the day the list is of, if anybody said so.
    """

    list_name: str
    kind: Kind
    rows: Iterator[Item]
    notes: tuple[Note, ...] = ()
    mapping: ListMapping | None = None
    as_of: date | None = None


def open_list(
    source: Path | BinaryIO,
    file_name: str = "",
    mapping: ListMapping | None = None,
    *,
    as_of: date | None = None,
    list_name: str = "",
) -> ListReading:
    """Open a list. Raises `UnreadableList` for what is none, `MappingProblem` if a mapping speaks of other columns.

    `as_of` and `list_name` win over what the mapping says. To read a list twice, open it twice; a stream is read from
    its beginning and left open.
    """
    if mapping is None:
        documents = own.items(source)
        if documents is not None:
            return ListReading(list_name or own.LIST, "own", documents)
    reading = read_list(source, mapping.layout if mapping else None)
    sample, rows = _peeked(reading.rows)
    columns = list(reading.columns or dict.fromkeys(key for _, row in sample for key in row))
    if mapping is None and viasna.is_viasna(columns):
        people = (viasna.record_of(row, number, as_of=as_of) for number, row in rows)
        return ListReading(list_name or viasna.LIST_NAME, "viasna", people, reading.notes, as_of=as_of)
    if mapping is None:
        return _guessed(reading, rows, sample, list_name or name_of(file_name or _name(source)), as_of)
    if reading.form == "csv":
        mapping.demand_columns(columns)
    day = as_of or mapping.as_of
    people = (record_of(row, number, mapping, as_of=day) for number, row in rows)
    return ListReading(list_name or mapping.list_name, "mapped", people, reading.notes, mapping, day)


def _guessed(
    reading: Reading, rows: Rows, sample: list[tuple[int, dict[str, Any]]], list_name: str, as_of: date | None
) -> ListReading:
    if not sample:
        raise UnreadableList("empty")
    proposal = propose([row for _, row in sample], list_name=list_name)
    mapping = proposal.mapping
    people = (record_of(row, number, mapping, as_of=as_of) for number, row in rows)
    return ListReading(list_name, "guessed", people, (*reading.notes, *proposal.notes), mapping, as_of)


def _peeked(rows: Rows) -> tuple[list[tuple[int, dict[str, Any]]], Rows]:
    """The first rows, and all rows. If the file breaks off among the first, that is told after them."""
    sample: list[tuple[int, dict[str, Any]]] = []
    problem: UnreadableList | None = None
    try:
        sample.extend(islice(rows, SAMPLE))
    except UnreadableList as met:
        problem = met
    if problem and not sample:
        raise problem

    def everything() -> Rows:
        yield from sample
        if problem:
            raise problem
        yield from rows

    return sample, everything()


def _name(source: Path | BinaryIO) -> str:
    return source.name if isinstance(source, Path) else ""
