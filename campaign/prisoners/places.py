"""Prisoners and the facilities they are held in: how many, and what follows when two facilities turn out to be one."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from campaign.facilities import signals
from campaign.prisoners.models import Event, Prisoner
from campaign.prisoners.service import SEALED_COLUMN
from campaign.vault import Vault


def connect() -> None:
    """Listen to what happens to facilities."""
    signals.merged.connect(follow_merge)


def held_in(session: Session, facility_ids: Iterable[int]) -> dict[int, int]:
    """How many prisoners are held in each of these facilities now, hidden profiles included: for the desk."""
    held = Prisoner.facility_id.in_(list(facility_ids))
    rows = session.execute(select(Prisoner.facility_id, func.count()).where(held).group_by(Prisoner.facility_id))
    return {facility_id: count for facility_id, count in rows if facility_id is not None}


def follow_merge(session: Session, *, keep_id: int, other_id: int, vault: Vault) -> None:
    """What referred to the other facility refers to the one that is kept. What was told stays as it was told.

    Events name facilities in their details, internal ones inside of what is sealed: all of those are opened.
    """
    told = select(Event).where(Event.sealed.is_(None), Event.details["facility"].as_integer() == other_id)
    for event in session.scalars(told):
        event.details = event.details | {"facility": keep_id}
    for event in session.scalars(select(Event).where(Event.sealed.is_not(None)).execution_options(yield_per=500)):
        assert event.sealed is not None
        words = json.loads(vault.open(SEALED_COLUMN, event.uid, event.sealed))
        if words["details"].get("facility") == other_id:
            words["details"]["facility"] = keep_id
            event.sealed = vault.seal(SEALED_COLUMN, event.uid, json.dumps(words, ensure_ascii=False))
    session.flush()
    session.execute(update(Prisoner).where(Prisoner.facility_id == other_id).values(facility_id=keep_id))
