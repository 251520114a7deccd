"""Viasna's machine list of political prisoners in Belarus, nested (JSON) or with flattened columns (`prison/title`).

What is taken from which column: docs/mapping.md. Two spellings are theirs: `councel`, and the text FALSE for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from campaign.kit import clock
from campaign.kit.partial_dates import BadDate, PartialDate
from campaign.kit.scripts import script_of
from campaign.prisoners.importing.articles import articles_in
from campaign.prisoners.importing.flattening import unflatten
from campaign.prisoners.importing.record import (
    Doubtful,
    Record,
    RecordDesignation,
    RecordEvent,
    RecordFacility,
    RecordName,
    Refused,
)
from campaign.prisoners.importing.sentences import read_sentence
from campaign.prisoners.life import WITHOUT_PRISON
from campaign.prisoners.models import EventKind

LIST_NAME = "viasna"
ORGANISATION = "Viasna"
LONGEST_NAME = 200

_TELLING = frozenset({"councel", "declaration", "penalty_start_date", "fake_terrorist_list", "verdict_date"})
_GENDERS = frozenset({"female", "male", "other"})
_TERRORIST_LIST = {"en": "Put on the authorities' list of people involved in terrorism."}


def is_viasna(columns: Iterable[str]) -> bool:
    """Whether a list with these columns (or keys) is Viasna's."""
    known = {column.partition("/")[0].strip().casefold() for column in columns}
    return {"name", "status"} <= known and len(_TELLING & known) >= 3  # noqa: PLR2004 - three of five are no accident


def record_of(document: Mapping[str, Any], row: int, *, as_of: date | None = None) -> Record | Refused:
    """The person in one row: a nested document or a flattened one. `as_of` is the day the list is of.

    Undated events carry `as_of`. A prison is told only of somebody who is in custody.
    """
    if not any(isinstance(value, dict | list) for value in document.values()):
        document = unflatten({key: _text(value) for key, value in document.items()})
    reader = _Row({key.strip().casefold(): value for key, value in document.items()}, as_of)
    name = reader.text("name")
    if not any(map(str.isalpha, name)):
        return Refused(row, "no_name", start=" · ".join(filter(None, (reader.text("id"), reader.text("url")))))
    if len(name) > LONGEST_NAME:
        return Refused(row, "name_too_long", {"field": "name"}, start=name[:80])
    language = reader.language()
    about = reader.text("description")
    custody, events = _life(reader)
    return Record(
        row=row,
        names=(RecordName(name, language, script=script_of(name)),),
        key=reader.text("id"),
        url=reader.link("url"),
        gender=reader.text("gender") if reader.text("gender") in _GENDERS else "",
        country="BY",
        born=reader.day("birthday"),
        about={language: about} if about else {},
        events=events,
        designations=_designations(reader),
        custody=custody,
        doubts=tuple(reader.doubts),
    )


class _Row:
    """Reads one row, and keeps what was doubtful in it."""

    def __init__(self, document: Mapping[str, Any], as_of: date | None) -> None:
        self.document = document
        self.as_of = as_of
        self.doubts: list[Doubtful] = []

    def text(self, *path: str) -> str:
        """The text at `path` in one line; empty for FALSE, and where there is no text."""
        value: Any = self.document
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        return "" if isinstance(value, dict | list) else _text(value)

    def link(self, key: str) -> str:
        text = self.text(key)
        return text if text.startswith(("https://", "http://")) and len(text) <= 500 else ""  # noqa: PLR2004 - the column

    def day(self, key: str) -> PartialDate | None:
        text = self.text(key)
        if not text:
            return None
        try:
            return PartialDate.parse(text.partition("T")[0].partition(" ")[0])
        except BadDate:
            self.doubts.append(Doubtful("impossible_date", {"field": key, "value": text}))
            return None

    def list(self, key: str) -> list[str]:
        value = self.document.get(key)
        if isinstance(value, Mapping):
            value = list(value.values())
        texts = [_text(item) for item in value] if isinstance(value, list) else [_text(value)]
        return [text for text in texts if text]

    def language(self) -> str:
        parts = self.text("url").split("/")
        return next((part for part in parts[3:4] if part in {"en", "be", "ru"}), "en")

    def event(self, kind: EventKind, day: PartialDate | None, **told: Any) -> RecordEvent:
        return RecordEvent(kind, day, as_of=self.as_of, source=ORGANISATION, url=self.link("url"), **told)


def _text(value: Any) -> str:
    """The value in one line. FALSE, as text or truth value, is nothing."""
    if value is None or value is False or isinstance(value, dict | list):
        return ""
    text = " ".join(str(value).split())
    return "" if text.casefold() in {"false", "null", "none"} else text


def _life(reader: _Row) -> tuple[bool | None, tuple[RecordEvent, ...]]:
    """Whether the person is in custody, and what happened."""
    verdict = _verdict(reader)
    status = reader.text("status").casefold()
    died, released = _died(reader), reader.day("release_date")
    if released and released.first > (reader.as_of or clock.now().date()):
        released = None  # the end that the court set
    freed = verdict is not None and verdict.details.get("sentence", {}).get("kind") in WITHOUT_PRISON
    custody = {"active": True, "former": False}.get(status)
    if died or freed or (released and custody is None):
        custody = False
    arrested, articles = reader.day("arrested"), articles_in(reader.list("articles"))
    events = [
        reader.event(EventKind.ARREST, arrested) if arrested or custody else None,
        reader.event(EventKind.CHARGE, None, details={"articles": articles}) if articles else None,
        verdict,
        _dated(reader, EventKind.APPEAL, "appeal_date"),
        _transfer(reader) if custody is not False else None,
        _terrorist_list(reader),
        reader.event(EventKind.RELEASE, released)
        if released or (status == "former" and not died and not freed)
        else None,
        died,
    ]
    return custody, tuple(event for event in events if event)


def _verdict(reader: _Row) -> RecordEvent | None:
    """The verdict; a judge without any is of a trial."""
    start = reader.day("penalty_start_date")
    sentence = read_sentence(reader.text("decision"), more=reader.text("penalty"), start=str(start or ""))
    day = reader.day("verdict_date")
    people = {"judge": reader.text("judge"), "counsel": reader.text("councel")}
    details: dict[str, Any] = {key: text for key, text in people.items() if text}
    if sentence or day:
        return reader.event(EventKind.VERDICT, day, details=({"sentence": sentence} if sentence else {}) | details)
    return reader.event(EventKind.TRIAL, None, details=details) if details else None


def _dated(reader: _Row, kind: EventKind, key: str) -> RecordEvent | None:
    day = reader.day(key)
    return reader.event(kind, day) if day else None


def _transfer(reader: _Row) -> RecordEvent | None:
    title = reader.text("prison", "title") or reader.text("prison")
    facility = RecordFacility(title, reader.text("prison", "address")) if title else None
    return reader.event(EventKind.TRANSFER, None, facility=facility) if facility else None


def _died(reader: _Row) -> RecordEvent | None:
    """`died` holds the day, or only that it is so."""
    text = reader.text("died")
    if not text:
        return None
    day = None if text.casefold() in {"true", "1", "yes"} else reader.day("died")
    return reader.event(EventKind.DEATH, day)


def _terrorist_list(reader: _Row) -> RecordEvent | None:
    """Being entered on that list is a harm of its own; the column holds the day, or only that it is so."""
    text = reader.text("fake_terrorist_list")
    if not text or text == "0":
        return None
    try:
        day = PartialDate.parse(text)
    except BadDate:
        day = None
    return reader.event(EventKind.OTHER, day, texts=_TERRORIST_LIST)


def _designations(reader: _Row) -> tuple[RecordDesignation, ...]:
    """Viasna's own, where the row links the declaration; `np` is nobody whom they recognised."""
    declaration = reader.link("declaration")
    if not declaration or reader.text("status").casefold() == "np":
        return ()
    return (RecordDesignation(ORGANISATION, url=declaration),)
