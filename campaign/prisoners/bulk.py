"""One event for many: chosen by names or filter, looked at before, set in one transaction, taken back within the hour.

On 13 December 2025, 123 people were freed at once, most of them deported. That has to be one act here, and one that the
whole house hears of (`signals.changed` is sent once, with everybody in it).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaign.prisoners import life as lives
from campaign.prisoners import service, signals
from campaign.prisoners.choosing import Person, chunks
from campaign.prisoners.models import (
    Batch,
    Event,
    Prisoner,
    Status,
)
from campaign.vault import Vault

KIND = "bulk"
UNDO_TIME = timedelta(hours=1)
UNDONE = "One event for many, taken back"
"""The reason that stands in the history."""


class TooLate(Exception):
    """The hour in which an act for many can be taken back is over."""


class AlreadyUndone(Exception):
    """The act was taken back before."""


class Remark(StrEnum):
    """What an organiser should know of one of the chosen before the event is set."""

    NO_CHANGE = "no_change"
    DECEASED = "deceased"
    LATER_EVENT = "later_event"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the event would do to one person."""

    person: Person
    before: Status
    after: Status
    facility_before: int | None
    facility_after: int | None
    remark: Remark | None

    @property
    def changes(self) -> bool:
        """Whether status or place would be another."""
        return (self.before, self.facility_before) != (self.after, self.facility_after)


@dataclass(frozen=True, slots=True)
class Preview:
    """What would follow, person by person; `seen` stands for the profiles as they were looked at."""

    outcomes: tuple[Outcome, ...]
    consequences: tuple[signals.Consequence, ...]
    seen: str
    changing: int = field(default=0)


def preview(session: Session, people: Sequence[Person], new: service.NewEvent, act: service.Act) -> Preview:
    """What follows if `new` is added to each of `people`. Writes nothing."""
    logs = _logs(session, [person.id for person in people])
    coming = lives.Happened(new.kind, new.day, new.as_of or act.now.date(), order=2**60, details=new.details)
    outcomes = tuple(_outcome(person, logs.get(person.id, []), coming, public=new.public) for person in people)
    changes = tuple(_change(outcome) for outcome in outcomes if outcome.changes)
    return Preview(
        outcomes, signals.ask_what_follows(session, changes), seen(people), changing=sum(o.changes for o in outcomes)
    )


def seen(people: Iterable[Person]) -> str:
    """Stands for these profiles in these versions: another value means that somebody changed one meanwhile."""
    text = ",".join(f"{person.id}:{person.version}" for person in sorted(people, key=lambda person: person.id))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def apply(session: Session, vault: Vault, people: Sequence[Person], new: service.NewEvent, act: service.Act) -> Batch:
    """Add `new` to each of `people` in the caller's transaction; the act by which it can be taken back."""
    batch = Batch(
        kind=KIND,
        at=act.now,
        actor=act.actor,
        summary={"event": new.kind.value, "day": str(new.day or ""), "people": len(people)},
    )
    session.add(batch)
    session.flush()
    of_batch = service.Act(act.actor, act.now, batch.id)
    session.add_all([service.event_row(vault, person.id, new, of_batch) for person in people])
    ids = [person.id for person in people]
    _count_change(session, ids, act.now)
    service.refresh(session, ids, of_batch)
    return batch


def undo(session: Session, batch: Batch, act: service.Act) -> int:
    """Take an act for many back; how many events were retracted. Raises `TooLate` or `AlreadyUndone`.

    The batch is claimed by a conditional update, so that of two who press at once only one does it.
    """
    if act.now >= batch.at + UNDO_TIME:
        raise TooLate
    claim = update(Batch).where(Batch.id == batch.id, Batch.undone_at.is_(None))
    if session.execute(claim.values(undone_at=act.now, undone_by=act.actor)).rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult
        raise AlreadyUndone
    session.expire(batch)
    events = select(Event).where(Event.batch_id == batch.id, Event.retracted_at.is_(None))
    retracted = list(session.scalars(events))
    for event in retracted:
        event.retracted_at, event.retracted_by, event.retracted_why = act.now, act.actor, UNDONE
    ids = [event.prisoner_id for event in retracted]
    _count_change(session, ids, act.now)
    service.refresh(session, ids, service.Act(act.actor, act.now, batch.id, undo=True))
    return len(retracted)


def may_be_undone(batch: Batch, now: datetime) -> bool:
    """Whether there is still time, and it was not done before."""
    return batch.undone_at is None and now < batch.at + UNDO_TIME


def latest(session: Session, limit: int = 20) -> list[Batch]:
    """The latest acts for many, newest first."""
    return list(session.scalars(select(Batch).where(Batch.kind == KIND).order_by(Batch.id.desc()).limit(limit)))


# ---------------------------------------------------------------------------------------------------------------------


def _logs(session: Session, ids: Sequence[int]) -> dict[int, list[lives.Happened]]:
    logs: dict[int, list[lives.Happened]] = {}
    for chunk in chunks(ids):
        query = select(Event).where(Event.prisoner_id.in_(chunk), Event.public, Event.retracted_at.is_(None))
        for event in session.scalars(query):
            logs.setdefault(event.prisoner_id, []).append(service.happened(event))
    return logs


def _outcome(person: Person, log: list[lives.Happened], coming: lives.Happened, *, public: bool) -> Outcome:
    before = lives.derive(log)
    after = lives.derive([*log, coming]) if public else before
    same = (before.status, before.facility_id) == (after.status, after.facility_id)
    remark = None
    if before.status is Status.DECEASED:
        remark = Remark.DECEASED
    elif same and public and (coming.kind in lives.DECIDING):
        wanted = lives.derive([coming]).status
        remark = Remark.NO_CHANGE if before.status is wanted else Remark.LATER_EVENT
    return Outcome(person, before.status, after.status, before.facility_id, after.facility_id, remark)


def _change(outcome: Outcome) -> signals.StatusChange:
    return signals.StatusChange(
        outcome.person.id, outcome.before, outcome.after, outcome.facility_before, outcome.facility_after
    )


def _count_change(session: Session, ids: Sequence[int], now: datetime) -> None:
    for chunk in chunks(sorted(set(ids))):
        # Held in one order: of two acts for the same people, one waits for the other instead of both for each other.
        held = select(Prisoner.id).where(Prisoner.id.in_(chunk)).order_by(Prisoner.id)
        session.execute(held.with_for_update(key_share=True))
        session.execute(
            update(Prisoner).where(Prisoner.id.in_(chunk)).values(version=Prisoner.version + 1, updated_at=now)
        )
