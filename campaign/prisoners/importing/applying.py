"""Writing what a chunk of rows changes, in the caller's transaction: everything of a row, or nothing.

New profiles go in with one statement per table, together with what follows from their events; for the others
`service.refresh` does that.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from campaign.db.base import Base, table_of
from campaign.db.bulk import new_ids
from campaign.facilities import service as facilities
from campaign.facilities.models import Facility
from campaign.facilities.service import Wanted
from campaign.kit.scripts import script_of
from campaign.prisoners import following, service, signals
from campaign.prisoners import life as lives
from campaign.prisoners.importing import kept
from campaign.prisoners.importing.comparing import Outcome, Plan
from campaign.prisoners.importing.record import RecordDesignation, RecordEvent, RecordFacility, RecordName
from campaign.prisoners.models import (
    Article,
    Change,
    Designation,
    Event,
    EventText,
    Identifier,
    Prisoner,
    PrisonerName,
    PrisonerText,
    SearchKey,
    Status,
    campaign_prisoners,
)
from campaign.prisoners.service import Act
from campaign.prisoners.signals import StatusChange
from campaign.vault import Vault

CORRECTED = "corrected by the list"
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """The list that is brought in: its name, who publishes it and where, the day it is of."""

    list_name: str
    organisation: str = ""
    url: str = ""
    as_of: date | None = None


def apply(session: Session, vault: Vault, plans: Sequence[Plan], source: Source, act: Act) -> dict[int, int]:
    """Write these plans (some hundred at most); the prisoner's id by row number, of all that were written."""
    plans = [plan for plan in plans if plan.to_write]
    if not plans:
        return {}
    writing = _Writing(session, vault, source, act)
    ids = writing.name_people(plans)
    writing.events(plans, ids)
    writing.people(plans, ids)
    writing.identifiers(plans, ids)
    writing.flush()
    here = [plan.match.profile.id for plan in plans if plan.match.profile and plan.outcome is Outcome.CHANGED]
    service.refresh(session, here, act)
    return ids


class _Writing:
    """Rows of a chunk, gathered by table, and written together."""

    def __init__(self, session: Session, vault: Vault, source: Source, act: Act) -> None:
        self._session, self._vault, self._source, self._act = session, vault, source, act
        self._rows: dict[type[Base], list[Values]] = {}
        self._links: list[Values] = []
        self._lives: dict[int, list[lives.Happened]] = {}
        self._keys: set[following.Key] = set()
        self._changes: tuple[StatusChange, ...] = ()

    def name_people(self, plans: Sequence[Plan]) -> dict[int, int]:
        """The ids of all, by row number: those of new profiles are reserved."""
        new = [plan.record.row for plan in plans if plan.match.profile is None]
        ids = dict(zip(new, self._new_ids(Prisoner, len(new)), strict=True))
        return ids | {plan.record.row: plan.match.profile.id for plan in plans if plan.match.profile is not None}

    def people(self, plans: Sequence[Plan], ids: dict[int, int]) -> None:
        """Insert who is new, with what follows from the events; change who is here."""
        new = [plan for plan in plans if plan.match.profile is None]
        slugs = service.free_slugs(self._session, [plan.record.name for plan in new])
        changes = []
        for plan, slug in zip(new, slugs, strict=True):
            prisoner_id = ids[plan.record.row]
            life = lives.derive(self._lives.get(prisoner_id, []))
            self._add(Prisoner, self._person(plan, prisoner_id, slug, life))
            self._add_all(Article, following.article_rows(prisoner_id, following.articles(life)))
            self._keys |= following.search_keys(prisoner_id, [name.name for name in plan.names])
            self._note(prisoner_id, "created", None, self._source.list_name)
            if life.status is not Status.UNKNOWN or life.facility_id is not None:
                change = StatusChange(
                    prisoner_id, Status.UNKNOWN, life.status, None, life.facility_id, self._act.batch_id
                )
                changes.append(change)
        self._insert(Prisoner)
        for plan in plans:
            prisoner_id = ids[plan.record.row]
            if plan.match.profile is not None:
                self._change(plan)
            self._names(plan, prisoner_id)
            for designation in plan.designations:
                self._add(Designation, _designation(designation) | {"prisoner_id": prisoner_id})
            self._links += [{"campaign_id": each, "prisoner_id": prisoner_id} for each in sorted(plan.campaigns)]
        self._changes = tuple(changes)

    def events(self, plans: Sequence[Plan], ids: dict[int, int]) -> None:
        """Add events and take back what the list corrected. A plan's kept events learn their uids."""
        retracted = [uid for plan in plans for uid in plan.events.retracted_uids]
        if retracted:
            values = {"retracted_at": self._act.now, "retracted_by": self._act.actor, "retracted_why": CORRECTED}
            self._session.execute(update(Event).where(Event.uid.in_(retracted)).values(**values))
        places = self._places(plans)
        event_ids = iter(self._new_ids(Event, sum(len(plan.events.added) for plan in plans)))
        for plan in plans:
            uids = [secrets.token_bytes(16) for _ in plan.events.added]
            for uid, event in zip(uids, plan.events.added, strict=True):
                facility_id = places[_place(plan, event)] if event.facility else None
                self._event(next(event_ids), uid, ids[plan.record.row], event, facility_id, plan.record.url)
            plan.events.kept = [
                (document if number is None else document | {"uid": uids[number].hex()}, None)
                for document, number in plan.events.kept
            ]

    def identifiers(self, plans: Sequence[Plan], ids: dict[int, int]) -> None:
        """Remember what the list said, and under which key."""
        wanted = [plan.match.row.key for plan in plans if plan.match.known is None]
        of_list = Identifier.list_name == self._source.list_name
        query = select(Identifier.key, Identifier.id).where(of_list, Identifier.key.in_(wanted))
        taken: dict[str, int | None] = {key: identifier for key, identifier in self._session.execute(query)}  # noqa: C416 - a Row is not a tuple to the type checker
        again: list[Values] = []
        for plan in plans:
            row, known = plan.match.row, plan.match.known
            values = self._identifier(plan, ids[plan.record.row])
            if known is not None:
                if not row.record.url:
                    del values["url"]  # it stays whose page it was: the next row with it is not somebody new
                again.append(values | {"id": known.id, "key": known.key if known.key in row.keys[:2] else row.key})
            elif plan.match.takes_id and (identifier := taken.get(row.key)):
                again.append(values | {"id": identifier, "key": row.key})
            else:
                key = row.own_key if row.key in taken else row.key
                taken[key] = None
                self._add(Identifier, values | {"list_name": self._source.list_name, "key": key})
        if again:
            self._session.execute(update(Identifier), again)

    def flush(self) -> None:
        """Write what was gathered."""
        self._add_all(SearchKey, following.key_rows(self._keys))
        for model in (
            PrisonerName,
            PrisonerText,
            Designation,
            Event,
            EventText,
            Article,
            SearchKey,
            Identifier,
            Change,
        ):
            self._insert(model)
        if self._links:
            self._session.execute(insert(campaign_prisoners), self._links)
        if self._changes:
            signals.changed.send(self._session, changes=self._changes)

    # -----------------------------------------------------------------------------------------------------------------

    def _add(self, model: type[Base], values: Values) -> None:
        self._rows.setdefault(model, []).append(values)

    def _add_all(self, model: type[Base], rows: list[Values]) -> None:
        self._rows.setdefault(model, []).extend(rows)

    def _insert(self, model: type[Base]) -> None:
        if rows := self._rows.pop(model, []):
            self._session.execute(insert(table_of(model)), rows)

    def _new_ids(self, model: type[Base], count: int) -> list[int]:
        return new_ids(self._session.connection(), table_of(model), count) if count else []

    def _note(self, prisoner_id: int, what: str, before: object, after: object) -> None:
        self._add(Change, service.note_row(prisoner_id, what, before, after, self._act))

    def _person(self, plan: Plan, prisoner_id: int, slug: str, life: lives.Life) -> Values:
        facts = {"gender": "", "country": "", "born": None, "sort_as": ""} | plan.values
        facts |= {"sort_key": following.sort_key(plan.record.name, plan.record.sort_as)}
        moments = {"created_at": self._act.now, "updated_at": self._act.now}
        told = following.life_values(life, plan.record.born)
        return {"id": prisoner_id, "slug": slug, "name": plan.record.name[:200]} | facts | told | moments

    def _change(self, plan: Plan) -> None:
        profile = plan.match.profile
        assert profile is not None
        if plan.outcome is Outcome.UNCHANGED:
            return
        for name, value in plan.values.items():
            self._note(profile.id, name, profile.values[name], value)
        changed = {"version": Prisoner.version + 1, "updated_at": self._act.now}
        self._session.execute(update(Prisoner).where(Prisoner.id == profile.id).values(**plan.values, **changed))
        if plan.names:
            self._note(profile.id, "names", profile.names, [*profile.names, *(name.name for name in plan.names)])
        for designation in plan.designations:
            self._note(profile.id, "designation", None, designation.organisation)

    def _names(self, plan: Plan, prisoner_id: int) -> None:
        profile = plan.match.profile
        first = len(profile.names) if profile else 0
        for position, name in enumerate(plan.names, first):
            self._add(PrisonerName, _name(name, prisoner_id, position))
        for language, text in plan.about.items():
            before = profile.about.get(language) if profile else None
            if profile:
                self._note(prisoner_id, f"about.{language}"[:40], before, text)
            if before is None:
                self._add(PrisonerText, {"prisoner_id": prisoner_id, "language": language[:12], "about": text})
            else:
                there = (PrisonerText.prisoner_id == prisoner_id, PrisonerText.language == language)
                self._session.execute(update(PrisonerText).where(*there).values(about=text))

    def _places(self, plans: Sequence[Plan]) -> dict[tuple[str, str, str, str], int]:
        places = dict.fromkeys(_place(plan, event) for plan in plans for event in plan.events.added if event.facility)
        by_slug = select(Facility.slug, Facility.id).where(Facility.slug.in_({slug for slug, *_ in places if slug}))
        slugs = {slug: facility_id for slug, facility_id in self._session.execute(by_slug)}  # noqa: C416 - as above
        named = [place for place in places if place[0] not in slugs]
        wanted = [Wanted(name, address, country, self._source.url) for _, name, address, country in named]
        made = facilities.find_or_make_many(self._session, wanted, now=self._act.now) if wanted else []
        found = dict(zip(named, (facility.id for facility in made), strict=True))
        return found | {place: slugs[place[0]] for place in places if place[0] in slugs}

    def _event(
        self, event_id: int, uid: bytes, prisoner_id: int, event: RecordEvent, facility_id: int | None, page: str
    ) -> None:
        details = dict(event.details) | ({"facility": facility_id} if facility_id else {})
        source, url = self._told_by(event, page)
        new = service.NewEvent(
            event.kind, public=event.public, texts=event.texts, source=source, url=url, details=details
        )
        row: Values = {
            "id": event_id,
            "uid": uid,
            "prisoner_id": prisoner_id,
            "batch_id": self._act.batch_id,
            "kind": event.kind.value,
            "day": str(event.day) if event.day else None,
            "as_of": event.as_of or self._source.as_of,
            "public": event.public,
            "source": source if event.public else "",
            "url": url if event.public else "",
            "details": details if event.public else {},
            "sealed": None if event.public else service.seal_words(self._vault, uid, new),
            "created_at": self._act.now,
            "actor": self._act.actor,
        }
        self._add(Event, row)
        if event.public:
            told = row["as_of"] or self._act.now.date()
            happened = lives.Happened(event.kind, event.day, told, event_id, details=details)
            self._lives.setdefault(prisoner_id, []).append(happened)
            for language, text in event.texts.items():
                if text:
                    self._add(EventText, {"event_id": event_id, "language": language[:12], "text": text})

    def _told_by(self, event: RecordEvent, page: str) -> tuple[str, str]:
        source = event.source or self._source.organisation or self._source.list_name
        links = (event.url, page, self._source.url)
        return source[:300], next((link for link in links if link and len(link) <= 500), "")  # noqa: PLR2004 - the column

    def _identifier(self, plan: Plan, prisoner_id: int) -> Values:
        row = plan.match.row
        document = kept.to_keep(self._vault, row.said)
        if plan.events.kept:
            document["events"] = [event for event, _ in plan.events.kept]
        return {
            "prisoner_id": prisoner_id,
            "url": plan.record.url if len(plan.record.url) <= 500 else "",  # noqa: PLR2004 - the column
            "record": document,
            "fingerprint": row.fingerprint,
            "seen_at": self._act.now,
        }


def _place(plan: Plan, event: RecordEvent) -> tuple[str, str, str, str]:
    facility = event.facility or RecordFacility("")
    return facility.slug, facility.name, facility.address, plan.record.country


def _name(name: RecordName, prisoner_id: int, position: int) -> Values:
    return {
        "prisoner_id": prisoner_id,
        "name": name.name[:200],
        "language": name.language[:12],
        "script": (name.script or script_of(name.name))[:4],
        "kind": name.kind,
        "position": position,
    }


def _designation(designation: RecordDesignation) -> Values:
    return {
        "organisation": designation.organisation[:200],
        "term": designation.term[:120],
        "since": str(designation.since) if designation.since else None,
        "url": designation.url if len(designation.url) <= 500 else "",  # noqa: PLR2004 - the column
    }
