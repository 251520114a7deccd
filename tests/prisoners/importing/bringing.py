"""A list in a test: records are brought in chunk by chunk as a command does it, each chunk in its own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from flask import Flask
from sqlalchemy import select

from campaign.db import Base, atomic, db, store
from campaign.kit.partial_dates import PartialDate
from campaign.kit.tokens import new_uid
from campaign.prisoners.importing import doubts, running
from campaign.prisoners.importing.applying import Source
from campaign.prisoners.importing.comparing import Rules
from campaign.prisoners.importing.matching import Decision
from campaign.prisoners.importing.record import Record, RecordEvent, RecordFacility, RecordName, Refused
from campaign.prisoners.importing.survey import Survey
from campaign.prisoners.models import Doubt, EventKind, ImportRun, Prisoner
from campaign.prisoners.service import Act

OF_A_RUN = {"import_runs", "event_batches", "audit_log", "audit_entries"}
"""Tables that every run adds to, whatever the list says."""

FIRST = date(2021, 3, 1)


def record(row: int, name: str, *events: RecordEvent, key: str = "", born: str | None = None, **fields) -> Record:
    """A row; without events, somebody arrested on 2 October 2020."""
    names = (RecordName(name), *(RecordName(each) for each in fields.pop("names", ())))
    told = events or (event(EventKind.ARREST, "2020-10-02"),)
    return Record(row, names, key=key, born=PartialDate.parse_optional(born), events=told, **fields)


def event(kind: EventKind, day: str | None = None, *, at: str = "", **fields) -> RecordEvent:
    facility = RecordFacility(at) if at else None
    return RecordEvent(kind, PartialDate.parse_optional(day), facility=facility, **fields)


def sentence(text: str, days: int, kind: str = "imprisonment") -> dict:
    return {"sentence": {"kind": kind, "text": text, "days": days, "regime": "", "start": None}}


class List:
    """A list with a name, in as many versions as a test wants."""

    def __init__(self, app: Flask, name: str = "wl") -> None:
        self.app, self.name = app, name
        self.vault = app.extensions["campaign.vault"]
        self.now = datetime(2021, 3, 1, 12, tzinfo=UTC)
        self.seen: list[running.Seen] = []

    def work(self, records: Sequence[Record | Refused], as_of: date) -> running.Work:
        source = Source(self.name, "Watch", "https://watch.example/list", as_of)
        return running.Work(self.vault, source, Rules(as_of), Survey.of(records))

    def bring(self, *records: Record | Refused, as_of: date = FIRST, chunk: int = 250, stop_after: int = 99) -> dict:
        """Bring in a version, in chunks of some size; perhaps the worker dies after some of them. The counts."""
        work = self.work(records, as_of)
        with self.app.app_context():
            with atomic() as session:
                run = ImportRun(uid=new_uid(), list_name=self.name, file_name="list", state="running", as_of=as_of,
                                actor="test", settings={}, created_at=self.now)  # fmt: skip
                session.add(run)
                running.begin(session, run, self.now)
                run_id = run.id
            self.seen, met, done = [], set(), 0
            for number, start in enumerate(range(0, len(records), chunk)):
                if number == stop_after:
                    return {}
                with atomic() as session:
                    seen = running.step(session, run_id, work, records[start : start + chunk], done, self.now)
                done += len(records[start : start + chunk])
                met |= {each.fingerprint for each in seen if each.outcome == "doubtful"}
                self.seen += seen
            with atomic() as session:
                run = session.get(ImportRun, run_id)
                running.finish(session, run, met, self.now)
                return dict(run.counts)

    def look(self, *records: Record | Refused, as_of: date = FIRST) -> list[running.Seen]:
        """What would become of each."""
        with self.app.app_context():
            found = running.look(db.session(), self.work(records, as_of), records)
            db.session.rollback()
            return found

    def reasons(self) -> list[list[str]]:
        """The codes of each open doubt."""
        with self.app.app_context():
            return [[each.code for each in doubts.reasons_of(doubt)] for doubt in doubts.open_ones(db.session())]

    def decide(self, number: int, decision: str, slug: str | None = None) -> None:
        """Decide the open doubt in that place; about the prisoner with that slug."""
        with self.app.app_context(), atomic() as session:
            doubt = doubts.open_ones(session)[number]
            context = running.context_of(session.get(ImportRun, doubt.run_id))
            person = session.scalar(select(Prisoner.id).where(Prisoner.slug == slug)) if slug else None
            doubts.decide(session, self.vault, doubt, Decision(decision), person, context, Act("test", self.now))

    def person(self, slug: str) -> dict:
        """A profile as a plain dictionary."""
        with self.app.app_context():
            prisoner = db.session.scalars(select(Prisoner).where(Prisoner.slug == slug)).one()
            events = [each for each in prisoner.events if each.retracted_at is None]
            return {
                "name": prisoner.name,
                "names": [each.name for each in prisoner.names],
                "born": prisoner.born,
                "gender": prisoner.gender,
                "about": {each.language: each.about for each in prisoner.texts},
                "status": prisoner.status,
                "facility": prisoner.facility.title if prisoner.facility else None,
                "sentence": (prisoner.sentence or {}).get("text"),
                "articles": [each.code for each in prisoner.articles],
                "events": [(each.kind, each.day) for each in events],
                "retracted": [(e.kind, e.day, e.retracted_why) for e in prisoner.events if e.retracted_at],
                "hidden": prisoner.hidden,
                "designations": [each.organisation for each in prisoner.designations],
            }

    def slugs(self) -> list[str]:
        """Those who were brought in, in order."""
        with self.app.app_context():
            demo = "bialiatski", "stefanovic", "labkovich", "rabkova", "chapiuk", "sudalenka"
            found = db.session.scalars(select(Prisoner.slug).order_by(Prisoner.id))
            return [slug for slug in found if not any(name in slug for name in demo)]


def tables(app: Flask) -> dict[str, list[str]]:
    """Every row of every table that a run does not add to anyhow."""
    with app.app_context(), store().engine.connect() as connection:
        known = [table for table in Base.metadata.sorted_tables if table.name not in OF_A_RUN]
        return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in known}


def open_doubts(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(Doubt.id).where(Doubt.decided_at.is_(None))).all())
