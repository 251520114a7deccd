"""What would follow if an event were added, taken back or released: looked at before anything is written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.prisoners import life as lives
from campaign.prisoners import signals
from campaign.prisoners.life import Happened, Life
from campaign.prisoners.models import Event

NEW_FACILITY = -1
"""Stands for a facility that is not in the list yet."""


@dataclass(frozen=True, slots=True)
class Follows:
    """The life that the log tells now, the one it would tell, and what the rooms above say would come of it."""

    before: Life
    after: Life
    consequences: tuple[signals.Consequence, ...]

    @property
    def nothing(self) -> bool:
        """Whether all that is derived from the log stays as it is."""
        return self.before == self.after


def foresee(
    session: Session, prisoner_id: int, *, add: Collection[Happened] = (), without: int | None = None
) -> Follows:
    """What follows if the log also held `add`, or no longer the event of id `without`. Writes nothing."""
    query = select(Event).where(Event.prisoner_id == prisoner_id, Event.public, Event.retracted_at.is_(None))
    log = {event.id: lives.happened(event) for event in session.scalars(query)}
    before = lives.derive(log.values())
    after = lives.derive([*(told for number, told in log.items() if number != without), *add])
    changes: tuple[signals.StatusChange, ...] = ()
    if (before.status, before.facility_id) != (after.status, after.facility_id):
        changes = (
            signals.StatusChange(prisoner_id, before.status, after.status, before.facility_id, after.facility_id),
        )
    return Follows(before, after, signals.ask_what_follows(session, changes))
