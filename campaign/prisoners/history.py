"""What happened to a profile: events added and taken back, and what its fields said before and after, newest first."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from campaign.prisoners.models import Batch, Change, Event

ONLY_INTERNAL = frozenset({"event.released"})
"""Lines that tell that there was an internal event."""
_WORDS = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the history. `what` is `added`, `retracted` or `changed`; of the latter there is no event."""

    at: datetime
    actor: str
    what: str
    batch: Batch | None
    event: Event | None = None
    field: str = ""
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text that stayed (`same`), went (`gone`) or came (`new`)."""

    how: str
    text: str


def entries(session: Session, prisoner_id: int, *, internal: bool) -> list[Entry]:
    """The whole history; without `internal`, nothing tells that there ever was an internal event."""
    events = select(Event).where(Event.prisoner_id == prisoner_id).options(selectinload(Event.texts))
    changes = select(Change).where(Change.prisoner_id == prisoner_id)
    if not internal:
        events = events.where(Event.public)
        changes = changes.where(Change.field.not_in(ONLY_INTERNAL))
    logged, noted = session.scalars(events).all(), session.scalars(changes).all()
    ids = {event.batch_id for event in logged} | {change.batch_id for change in noted}
    batches = {batch.id: batch for batch in session.scalars(select(Batch).where(Batch.id.in_(ids - {None})))}
    found = [(entry, number) for number, entry in enumerate(_of_changes(noted, batches))]
    found += [(entry, number) for number, entry in enumerate(_of_events(logged, batches))]
    return [entry for entry, _number in sorted(found, key=lambda pair: (pair[0].at, pair[1]), reverse=True)]


def pieces(before: str, after: str) -> list[Piece]:
    """How one text became another, word by word."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    found: list[Piece] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(old[i:j])))
            continue
        if i < j:
            found.append(Piece("gone", "".join(old[i:j])))
        if k < m:
            found.append(Piece("new", "".join(new[k:m])))
    return found


def _of_changes(changes: Sequence[Change], batches: dict[int, Batch]) -> list[Entry]:
    return [
        Entry(
            change.at,
            change.actor,
            "changed",
            batches.get(change.batch_id or 0),
            field=change.field,
            before=json.loads(change.before or "null"),
            after=json.loads(change.after or "null"),
        )
        for change in changes
    ]


def _of_events(events: Sequence[Event], batches: dict[int, Batch]) -> list[Entry]:
    found = []
    for event in events:
        batch = batches.get(event.batch_id or 0)
        found.append(Entry(event.created_at, event.actor, "added", batch, event))
        if event.retracted_at is not None:
            found.append(Entry(event.retracted_at, event.retracted_by, "retracted", None, event))
    return found
