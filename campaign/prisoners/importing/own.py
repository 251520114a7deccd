"""Lists in our own form, as `prisoners.export` writes them: read, checked, made into records.

Part of the bargain with whoever applies records:

- `items(file)` gives what a file holds, in its order: an `OwnFacility` for each facility
  (they come before the prisoners), a `Record` for each prisoner, a `Refused` for what cannot be used.
- A record's `own` is the whole document, checked. Such records are not matched like those of other lists:
  `own_comparing.compare`, then `own_restoring.restore`; facilities by `own_facilities`.
- A field that is missing or empty says nothing: a list in this form never takes anything away.
"""

from __future__ import annotations

import codecs
import hashlib
import itertools
import json
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import ijson

from campaign.kit.csv_cells import unguard
from campaign.kit.partial_dates import PartialDate
from campaign.prisoners.importing import json_rows, own_checks, own_fields
from campaign.prisoners.importing.flattening import unflatten
from campaign.prisoners.importing.list_file import Reading, UnreadableList
from campaign.prisoners.importing.own_checks import Bad
from campaign.prisoners.importing.reading import read_list
from campaign.prisoners.importing.record import (
    Record,
    RecordDesignation,
    RecordEvent,
    RecordFacility,
    RecordName,
    Refused,
)
from campaign.prisoners.models import EventKind

FORMAT = "campaign-prisoners"
VERSION = 1
LIST = "own"
"""The list's name in `import_runs`. No identifier is written for it: a profile is found by its slug."""

FURTHER = "further"
"""The last column: cells of a row for which the header has no column, as JSON. Nearly always empty."""

PLACE = "place"
"""Under which a table has a facility's fields; its rows have nothing else."""

_HEAD = 200
_BROKEN = (ijson.JSONError, OverflowError, RecursionError, UnicodeError)
_START = 80


@dataclass(frozen=True, slots=True)
class OwnFacility:
    """A facility's document, checked; `row` counts facilities and prisoners together, from 1."""

    row: int
    document: Mapping[str, Any]


Item = OwnFacility | Record | Refused


def items(source: Path | BinaryIO) -> Iterator[Item] | None:
    """What a file holds, or None if it is no list in our own form. Raises `UnreadableList`, also while reading."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            start = file.read(_HEAD)
    else:
        start = source.read(_HEAD)
        source.seek(0)
    if is_own_json(start):
        return json_items(source)
    reading = read_list(source)
    first = next(reading.rows, None)
    if is_own(reading.columns) or (first is not None and is_own(first[1])):
        return items_of(replace(reading, rows=itertools.chain([first] if first else [], reading.rows)))
    if isinstance(reading.rows, Generator):
        reading.rows.close()
    return None


def is_own(columns: Iterable[str]) -> bool:
    """Whether a table with these columns, or a list of objects with these keys, is in our own form."""
    names = set(columns)
    return names >= {"slug", "names/0/name"} or names >= {"slug", "names"} or PLACE in names


def is_own_json(start: bytes) -> bool:
    """Whether a file that begins like this is one object with facilities and prisoners in our own form."""
    return f'"{FORMAT}"'.encode() in start[:_HEAD]


def json_items(source: Path | BinaryIO) -> Iterator[Item]:
    """What a JSON file of ours holds, read as a stream. Raises `UnreadableList` where it breaks off."""
    with source.open("rb") if isinstance(source, Path) else nullcontext(source) as file:
        row = 0
        try:
            _demand_version(file)
            for document in _up_to_the_break(ijson.items(_from_start(file), "facilities.item", use_float=True)):
                row += 1
                yield item_of({PLACE: document}, row)
            for document in ijson.items(_from_start(file), "prisoners.item", use_float=True):
                row += 1
                yield item_of(document, row)
        except ijson.IncompleteJSONError as error:
            raise UnreadableList("truncated", row=row) from error
        except _BROKEN as error:
            raise UnreadableList("broken_json", row=row) from error


def items_of(reading: Reading) -> Iterator[Item]:
    """What the rows of a table hold, or the objects of a bare JSON array."""
    for number, row in reading.rows:
        yield item_of(document_of(row) if reading.form == "csv" else row, number)


def document_of(cells: Mapping[str, str]) -> dict[str, Any]:
    """The document in one row of a table."""
    plain = {unguard(name): unguard(cell) for name, cell in cells.items() if cell}
    try:
        further = json.loads(plain.pop(FURTHER, "{}"))
    except ValueError:
        further = None
    if not isinstance(further, dict) or not all(isinstance(cell, str) for cell in further.values()):
        return {FURTHER: "?"}
    return unflatten(plain | further)


def item_of(document: object, row: int) -> Item:
    """The checked item for one object of a file. What a prisoner's events name as facility is found by its slug."""
    try:
        if isinstance(document, Mapping) and PLACE in document:
            return OwnFacility(row, own_fields.facility(document[PLACE]))
        return _record(own_fields.prisoner(document), row)
    except Bad as problem:
        return Refused(row, problem.code, {"field": problem.field}, _start(document))


def record_of(document: object, row: int) -> Record | Refused:
    """The record for one prisoner's document (a row of a table: `document_of` first)."""
    item = item_of(document, row)
    return Refused(row, "not_a_prisoner") if isinstance(item, OwnFacility) else item


# ---------------------------------------------------------------------------------------------------------------------


def _up_to_the_break(found: Iterator[Any]) -> Iterator[Any]:
    """A file that is broken further down is read once more for the prisoners, and it is told of then."""
    with suppress(*_BROKEN):
        yield from found


def _from_start(file: BinaryIO) -> BinaryIO:
    file.seek(0)
    if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
        file.seek(0)
    return json_rows.guarded(codecs.getreader("utf-8")(file))


def _demand_version(file: BinaryIO) -> None:
    for path, event, value in ijson.parse(_from_start(file), use_float=True):
        if path == "version" and event == "number" and value > VERSION:
            raise UnreadableList("newer_form", version=value)
        if path in {"facilities", "prisoners"}:
            return


def _record(document: Mapping[str, Any], row: int) -> Record:
    document = {**document, "events": [_with_uid(document["slug"], event) for event in document.get("events", ())]}
    names = tuple(
        RecordName(each["name"], each.get("language", ""), each.get("kind", "main"), each.get("script", ""))
        for each in document["names"]
    )
    return Record(
        row=row,
        names=names,
        key=document["slug"],
        slug=document["slug"],
        sort_as=document.get("sort_as", ""),
        gender=document.get("gender", ""),
        country=document.get("country", ""),
        born=_day(document.get("born")),
        about=document.get("about", {}),
        events=tuple(map(_event, document["events"])),
        designations=tuple(map(_designation, document.get("designations", ()))),
        campaigns=tuple(document.get("campaigns", {})),
        own=document,
    )


@lru_cache(4096)
def _day(text: str | None) -> PartialDate | None:
    return PartialDate.parse_optional(text)


def _with_uid(slug: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """An event written by hand has no uid: it gets one that is the same each time the row is read."""
    if "uid" in event:
        return dict(event)
    seed = json.dumps([slug, event], sort_keys=True, ensure_ascii=False)
    return {**event, "uid": hashlib.sha256(seed.encode()).hexdigest()[:32]}


def _event(event: Mapping[str, Any]) -> RecordEvent:
    slug = event.get("facility", "")
    return RecordEvent(
        kind=EventKind(event["kind"]),
        day=_day(event.get("date")),
        as_of=own_checks.day_of(event.get("as_of")),
        public=event.get("public", True),
        texts=event.get("texts", {}),
        source=event.get("source", ""),
        url=event.get("url", ""),
        details=event.get("details", {}),
        facility=RecordFacility(name="", slug=slug) if slug else None,
        uid=bytes.fromhex(event["uid"]),
        retracted=event.get("retracted"),
    )


def _designation(each: Mapping[str, Any]) -> RecordDesignation:
    since = _day(each.get("since"))
    return RecordDesignation(each["organisation"], each.get("term", ""), since, each.get("url", ""))


def _start(document: object) -> str:
    """Words to find the row by: its slug or name, else how it begins."""
    if isinstance(document, Mapping):
        document = document.get("slug") or document.get("names") or document
    return str(document)[:_START]
