"""Profiles as lists are compared with them: a fixed number of queries for some hundred."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from campaign.facilities.models import Facility, FacilityName
from campaign.kit.partial_dates import PartialDate
from campaign.prisoners import life as lives
from campaign.prisoners.models import (
    Designation,
    Event,
    EventKind,
    EventText,
    Prisoner,
    PrisonerName,
    PrisonerText,
    Status,
    campaign_prisoners,
)


@dataclass(frozen=True, slots=True)
class Logged:
    """An event of the log. Of an internal one only the kind and the day can be read here."""

    id: int
    uid: bytes
    kind: str
    day: PartialDate | None
    as_of: date | None
    created_at: datetime
    public: bool
    details: Mapping[str, Any]
    retracted: bool
    texts: frozenset[str]


@dataclass(slots=True)
class Profile:
    """What there is of one person."""

    id: int
    name: str
    slug: str
    values: dict[str, Any]
    status: Status
    names: list[str] = field(default_factory=list)
    name_keys: set[str] = field(default_factory=set)
    about: dict[str, str] = field(default_factory=dict)
    events: list[Logged] = field(default_factory=list)
    designations: list[Row[Any]] = field(default_factory=list)
    campaigns: set[int] = field(default_factory=set)
    facility: str = ""
    facility_keys: set[str] = field(default_factory=set)

    @property
    def born(self) -> PartialDate | None:
        """The birth date, as far as it is known."""
        return PartialDate.parse_optional(self.values["born"])

    def life(self) -> lives.Life:
        """What follows from the log as it is."""
        return lives.derive(self.log())

    def log(self, without: Collection[bytes] = ()) -> list[lives.Happened]:
        """The public log, but for events with these uids."""
        return [
            lives.Happened(
                EventKind(event.kind),
                event.day,
                event.as_of or event.created_at.date(),
                event.id,
                details=event.details,
            )
            for event in self.events
            if event.public and not event.retracted and event.uid not in without
        ]


def read(session: Session, ids: Collection[int]) -> dict[int, Profile]:
    """These profiles by id; those that are gone are left out."""
    if not ids:
        return {}
    asked = sorted(ids)
    found = {}
    columns = [getattr(Prisoner, name) for name in ("gender", "country", "born", "sort_as")]
    query = select(Prisoner.id, Prisoner.name, Prisoner.slug, Prisoner.status, Prisoner.facility_id, *columns)
    at: dict[int, list[Profile]] = {}
    for row in session.execute(query.where(Prisoner.id.in_(asked))):
        values = {name: getattr(row, name) for name in ("gender", "country", "born", "sort_as")}
        found[row.id] = Profile(row.id, row.name, row.slug, values, Status(row.status))
        if row.facility_id:
            at.setdefault(row.facility_id, []).append(found[row.id])
    _read_facilities(session, at)
    names = select(PrisonerName.prisoner_id, PrisonerName.name, PrisonerName.key)
    for prisoner_id, name, key in session.execute(names.where(PrisonerName.prisoner_id.in_(asked))):
        found[prisoner_id].names.append(name)
        found[prisoner_id].name_keys.add(key)
    texts = select(PrisonerText.prisoner_id, PrisonerText.language, PrisonerText.about)
    for prisoner_id, language, about in session.execute(texts.where(PrisonerText.prisoner_id.in_(asked))):
        found[prisoner_id].about[language] = about
    _read_events(session, found)
    recognised = select(Designation.__table__).where(Designation.prisoner_id.in_(asked)).order_by(Designation.id)
    for row in session.execute(recognised):
        found[row.prisoner_id].designations.append(row)
    links = select(campaign_prisoners.c.prisoner_id, campaign_prisoners.c.campaign_id)
    for prisoner_id, campaign_id in session.execute(links.where(campaign_prisoners.c.prisoner_id.in_(asked))):
        found[prisoner_id].campaigns.add(campaign_id)
    return found


def _read_facilities(session: Session, at: Mapping[int, list[Profile]]) -> None:
    columns = (Facility.id, Facility.slug, FacilityName.name, FacilityName.key)
    query = (
        select(*columns).join(FacilityName, FacilityName.facility_id == Facility.id).where(Facility.id.in_(list(at)))
    )
    for facility_id, slug, name, key in session.execute(query.order_by(FacilityName.position)):
        for profile in at[facility_id]:
            profile.facility = profile.facility or name
            profile.facility_keys |= {slug, key}


def _read_events(session: Session, found: Mapping[int, Profile]) -> None:
    texts: dict[int, set[str]] = {}
    told = select(EventText.event_id, EventText.text).join(Event, Event.id == EventText.event_id)
    for event_id, text in session.execute(told.where(Event.prisoner_id.in_(list(found)))):
        texts.setdefault(event_id, set()).add(text)
    columns = [Event.id, Event.uid, Event.kind, Event.day, Event.as_of, Event.created_at, Event.public, Event.details]
    query = select(Event.prisoner_id, Event.retracted_at, *columns).where(Event.prisoner_id.in_(list(found)))
    for row in session.execute(query.order_by(Event.id)):
        day = PartialDate.parse_optional(row.day)
        found[row.prisoner_id].events.append(
            Logged(
                row.id,
                row.uid,
                row.kind,
                day,
                row.as_of,
                row.created_at,
                row.public,
                row.details,
                row.retracted_at is not None,
                frozenset(texts.get(row.id, ())),
            )
        )
