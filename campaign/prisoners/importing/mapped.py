"""From a row and a mapping to a record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from campaign.kit import clock
from campaign.kit.partial_dates import PartialDate
from campaign.kit.scripts import script_of
from campaign.prisoners.importing.articles import articles_in
from campaign.prisoners.importing.cells import Cells
from campaign.prisoners.importing.mapping import INTERNAL, Column, EventColumns, ListMapping
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
from campaign.prisoners.models import EventKind, Status
from campaign.prisoners.models.events import IN_CUSTODY

LONGEST_NAME = 200
LONGEST_KEY = 250

_ENDS = {
    "released": (EventKind.RELEASE, Status.RELEASED),
    "exiled": (EventKind.EXILE, Status.EXILED),
    "disappeared": (EventKind.DISAPPEARANCE, Status.DISAPPEARED),
    "died": (EventKind.DEATH, Status.DECEASED),
}
_HOLDS = frozenset({EventKind.ARREST, EventKind.HOUSE_ARREST, EventKind.TRANSFER, EventKind.VERDICT})


def record_of(
    row: Mapping[str, Any], number: int, mapping: ListMapping, *, as_of: date | None = None
) -> Record | Refused:
    """The person in one row. `as_of` is the day the list is of, if the mapping's is not meant."""
    cells = Cells(row, mapping)
    names = _names(cells)
    if not names:
        return Refused(number, "no_name", start=cells.start())
    if any(len(name.name) > LONGEST_NAME for name in names):
        return Refused(number, "name_too_long", {"field": "name"}, start=cells.start())
    told = _as_of(cells, as_of)
    life = _Life(cells, told)
    custody, events = life.read()
    country = cells.text("country").upper()
    return Record(
        row=number,
        names=names,
        key=cells.text("id", LONGEST_KEY),
        url=cells.link("url"),
        sort_as=cells.text("sort_as", LONGEST_NAME),
        gender=cells.text("gender"),
        country=country if re.fullmatch("[A-Z]{2}", country) else mapping.country,
        born=cells.day("born"),
        about=_about(cells),
        events=events,
        designations=tuple(_designations(cells)),
        custody=custody,
        doubts=tuple(_once(cells)),
    )


def _once(cells: Cells) -> Iterator[Doubtful]:
    """Each doubt once: some fields are asked for twice."""
    seen = []
    for doubt in cells.doubts:
        if doubt not in seen:
            seen.append(doubt)
            yield doubt


def _as_of(cells: Cells, given: date | None) -> date | None:
    day = cells.day("as_of")
    return day.last if day else given or cells.mapping.as_of


def _names(cells: Cells) -> tuple[RecordName, ...]:
    """All names; of one column that is split, the first is the name and the others are by-names."""
    names: dict[str, RecordName] = {}
    main = False
    for column, text in cells.all("name"):
        if not any(map(str.isalpha, text)):
            continue
        language = column.language or ("" if names else cells.mapping.language)
        kind = column.kind
        if kind == "main" and main and not column.language:
            kind = "alias"
        main = main or kind == "main"
        name = RecordName(text, language, kind, column.script or script_of(text))
        names.setdefault(text, name)
    ordered = sorted(names.values(), key=lambda name: name.kind != "main")
    return (replace(ordered[0], kind="main"), *ordered[1:]) if ordered else ()


def _about(cells: Cells) -> dict[str, str]:
    about: dict[str, list[str]] = {}
    for column, text in cells.all("about"):
        about.setdefault(column.language or cells.mapping.language, []).append(text)
    return {language: "\n\n".join(dict.fromkeys(texts)) for language, texts in about.items()}


def _designations(cells: Cells) -> Iterator[RecordDesignation]:
    """Those that the row names; else the list's own organisation, if it recognises everybody it lists."""
    mapping = cells.mapping
    term = cells.text("designation_term", 120) or mapping.term
    since, url = cells.day("designated"), cells.link("designation_url")
    organisations = cells.first("designation") if "designation" in mapping.fields else [mapping.organisation]
    for organisation in organisations:
        if organisation:
            yield RecordDesignation(organisation[:200], term, since, url)


class _Life:
    """The events that a row tells."""

    def __init__(self, cells: Cells, as_of: date | None) -> None:
        self.cells = cells
        self.as_of = as_of
        self.mapping = cells.mapping
        self.url = cells.link("url") or self.mapping.url
        self.status = cells.text("status")

    def read(self) -> tuple[bool | None, tuple[RecordEvent, ...]]:
        """Whether the person is in custody as far as the row tells, and the events."""
        verdict, ends = self._verdict(), list(self._ends())
        custody = self._custody(verdict, ends)
        events = [*self._arrest(), *self._charge(), *verdict, *self._appeal(), *ends, *self._extra(), *self._remarks()]
        if custody is not False:
            events += self._transfer()
        if self.status == Status.CONVICTED and not verdict:
            events.append(self._event(EventKind.VERDICT))
        if custody and not any(event.kind in _HOLDS for event in events):
            events.append(self._event(EventKind.ARREST))
        return custody, tuple(events)

    def _event(self, kind: EventKind, day: PartialDate | None = None, **told: Any) -> RecordEvent:
        told = {"url": self.url} | told
        return RecordEvent(kind, day, as_of=self.as_of, source=self.mapping.source, **told)

    def _custody(self, verdict: list[RecordEvent], ends: list[RecordEvent]) -> bool | None:
        """What the status says; else what the events say; else what the mapping says of everybody."""
        kinds = {event.details.get("sentence", {}).get("kind") for event in verdict}
        if self.status and self.status != Status.UNKNOWN:
            return self.status in IN_CUSTODY and not (kinds & WITHOUT_PRISON and not self._again(ends))
        if ends or kinds & WITHOUT_PRISON:
            return None if self._again(ends) else False
        return self.mapping.in_custody

    def _again(self, ends: list[RecordEvent]) -> bool:
        """Whether the arrest came after the release: somebody was arrested once more."""
        arrested = self.cells.day("arrested")
        days = [event.day for event in ends if event.day]
        return bool(arrested and days and arrested.first > max(day.last for day in days))

    def _arrest(self) -> list[RecordEvent]:
        day = self.cells.day("arrested")
        events = [self._event(EventKind.ARREST, day)] if day else []
        return events + ([self._event(EventKind.HOUSE_ARREST)] if self.status == Status.HOUSE_ARREST else [])

    def _charge(self) -> list[RecordEvent]:
        charges = self.cells.text("charges")
        cells = self.cells.first("articles") or self.cells.first("charges")
        articles = articles_in(cells, charges)
        if not articles and not charges:
            return []
        details = {"articles": articles} if articles else {}
        texts = {self.mapping.language: charges} if charges and self.cells.columns("articles") else {}
        return [self._event(EventKind.CHARGE, self.cells.day("charged"), details=details, texts=texts)]

    def _verdict(self) -> list[RecordEvent]:
        """The verdict; a judge or court without any is of a trial."""
        cells = self.cells
        start = cells.day("sentence_start")
        sentence = read_sentence(cells.text("sentence"), more=cells.text("penalty"), start=str(start or ""))
        day = cells.day("verdict")
        details: dict[str, Any] = {
            key: cells.text(key, 300) for key in ("judge", "counsel", "court") if cells.text(key, 300)
        }
        if sentence or day:
            return [self._event(EventKind.VERDICT, day, details=({"sentence": sentence} if sentence else {}) | details)]
        return [self._event(EventKind.TRIAL, details=details)] if details else []

    def _appeal(self) -> list[RecordEvent]:
        day = self.cells.day("appeal")
        return [self._event(EventKind.APPEAL, day)] if day else []

    def _ends(self) -> Iterator[RecordEvent]:
        today = self.as_of or clock.now().date()
        for field, (kind, status) in _ENDS.items():
            happened, day = self.cells.happened(field)
            if day and day.first > today:  # the end that the court set
                happened, day = False, None
            if happened or self.status == status:
                yield self._event(kind, day)

    def _transfer(self) -> list[RecordEvent]:
        name = self.cells.text("facility", LONGEST_NAME)
        if not name:
            return []
        facility = RecordFacility(name, self.cells.text("facility_address", 1000))
        return [self._event(EventKind.TRANSFER, facility=facility)]

    def _remarks(self) -> Iterator[RecordEvent]:
        """Health and notes: internal unless the mapping releases them."""
        for field in sorted(INTERNAL):
            kind = EventKind.HEALTH if field == "health" else EventKind.OTHER
            for column, text in self.cells.all(field):
                yield self._event(kind, texts={self._language(column): text}, public=bool(column.public))

    def _extra(self) -> Iterator[RecordEvent]:
        for columns in self.mapping.events:
            day, text, url = self._told(columns)
            if day or text:
                language = columns.language or self.mapping.language
                texts = {language: text} if text else {}
                yield self._event(columns.kind, day, texts=texts, url=url or self.url, public=columns.public)

    def _told(self, columns: EventColumns) -> tuple[PartialDate | None, str, str]:
        name = f"events.{columns.kind}"
        days, texts, links = (
            self.cells.values(column, name) if column else [] for column in (columns.day, columns.text, columns.url)
        )
        day = self.cells.date(columns.day, days[0], name) if columns.day and days else None
        link = next((part for text in links for part in text.split() if part.startswith(("https://", "http://"))), "")
        return day, ", ".join(texts), link[:500]

    def _language(self, column: Column) -> str:
        return column.language or self.mapping.language
