"""What godparents are reminded of, and looking ahead for it: birthdays, trials, anniversaries of detention.

Each occasion is put down once (`notices.add`); `notifying` writes the mails.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from campaign.godparents import notices
from campaign.godparents.models import Godparent, Godparenthood, Notice, NoticeKind, State
from campaign.kit.partial_dates import PartialDate
from campaign.prisoners import birthdays
from campaign.prisoners.models import Event, EventKind, Prisoner
from campaign.prisoners.models.events import IN_CUSTODY

LEAD = timedelta(days=7)
"""How long before its day something is told."""
KEPT = timedelta(days=500)
"""What was sent is kept so long: longer than any occasion can come up again."""
COURT = (EventKind.TRIAL.value, EventKind.APPEAL.value)

SWITCHES: Mapping[NoticeKind, str] = {
    NoticeKind.BIRTHDAY: "remind_birthday",
    NoticeKind.TRIAL: "remind_trial",
    NoticeKind.ANNIVERSARY: "remind_anniversary",
    NoticeKind.STATUS: "remind_status",
}
"""Reminders that can be turned off, and the column that says so."""

OF = {birthdays.Kind.BIRTH: NoticeKind.BIRTHDAY, birthdays.Kind.ARREST: NoticeKind.ANNIVERSARY}


@dataclass(frozen=True, slots=True)
class Occasion:
    """What comes up for a prisoner. `about` tells it from others of its kind."""

    kind: NoticeKind
    prisoner_id: int
    about: str


def wanted(godparent: Godparent, kind: NoticeKind) -> bool:
    """Whether a godparent wants to be told of this kind of thing; what cannot be turned off is always wanted."""
    switch = SWITCHES.get(kind)
    return switch is None or bool(getattr(godparent, switch))


def choose(godparent: Godparent, kinds: Collection[NoticeKind]) -> None:
    """Have just these reminders turned on."""
    for kind, switch in SWITCHES.items():
        setattr(godparent, switch, kind in kinds)


def look_ahead(session: Session, now: datetime) -> int:
    """Put down what comes up in the next days, for those who want to know and stand by whom it is about; how many."""
    occasions = list(_coming(session, now.date()))
    standing = _standing_by(session, {each.prisoner_id for each in occasions})
    return sum(
        notices.add(session, godparent, each.kind, due=now, prisoner_id=each.prisoner_id, about=each.about)
        for each in occasions
        for godparent in standing.get(each.prisoner_id, ())
        if wanted(godparent, each.kind)
    )


def forget_old(session: Session, now: datetime) -> None:
    """Delete what was sent long ago."""
    session.execute(delete(Notice).where(Notice.sent_at < now - KEPT))


def court_dates(session: Session, prisoner_ids: Collection[int] | None, first: date, last: date) -> list[Event]:
    """Public trials and appeals of prisoners (None: all) whose day is certain and in that time."""
    query = select(Event).where(
        Event.kind.in_(COURT),
        Event.public,
        Event.retracted_at.is_(None),
        func.length(Event.day) == len("2026-11-22"),  # a whole day, and not only believed
        Event.day >= first.isoformat(),
        Event.day <= last.isoformat(),
    )
    if prisoner_ids is not None:
        query = query.where(Event.prisoner_id.in_(prisoner_ids))
    return list(session.scalars(query.order_by(Event.day, Event.id)))


def anniversaries(prisoner: Prisoner, first: date, last: date) -> list[birthdays.Anniversary]:
    """The birthdays and anniversaries of detention of somebody in custody, whose day is known, in that time."""
    if prisoner.status not in IN_CUSTODY:
        return []
    person = birthdays.Person(
        prisoner.id,
        prisoner.slug,
        prisoner.name,
        PartialDate.parse_optional(prisoner.born),
        PartialDate.parse_optional(prisoner.detained_since),
        prisoner.updated_at,
    )
    return birthdays.between([person], first, last)


def _coming(session: Session, today: date) -> Iterator[Occasion]:
    last = today + LEAD
    people = birthdays.people(session, months={today.month, last.month})
    for each in birthdays.between(people, today, last):
        yield Occasion(OF[each.kind], each.person.id, str(each.year))
    for event in court_dates(session, None, today, last):
        yield Occasion(NoticeKind.TRIAL, event.prisoner_id, event.uid.hex())


def _standing_by(session: Session, prisoner_ids: Collection[int]) -> dict[int, list[Godparent]]:
    query = (
        select(Godparenthood.prisoner_id, Godparent)
        .join(Godparent, Godparent.id == Godparenthood.godparent_id)
        .join(Prisoner, Prisoner.id == Godparenthood.prisoner_id)
        .where(
            Godparenthood.prisoner_id.in_(prisoner_ids),
            Godparenthood.ended_on.is_(None),
            Godparent.state == State.ACCEPTED.value,
            Prisoner.hidden_at.is_(None),
        )
        .order_by(Godparenthood.id)
    )
    found: dict[int, list[Godparent]] = {}
    for prisoner_id, godparent in session.execute(query) if prisoner_ids else ():
        found.setdefault(prisoner_id, []).append(godparent)
    return found
