"""Numbers of the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from campaign.mailing.models import Message, State
from campaign.vault import Vault

MOST_TROUBLES = 20


def by_state(connection: Connection, topics: Select[Any]) -> dict[str, int]:
    """How many mails about `topics` stand in each state (finished ones for the last 30 days)."""
    query = select(Message.state, func.count()).where(Message.topic.in_(topics)).group_by(Message.state)
    rows = connection.execute(query)
    return {state.value: 0 for state in State} | {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class Trouble:
    """A mail that did not go out (yet), and what the server said, with addresses taken out."""

    kind: str
    state: str
    attempts: int
    answer: str
    due_at: datetime


def troubles(connection: Connection, vault: Vault, topics: Select[Any]) -> list[Trouble]:
    """The latest deferred and failed mails about `topics`, newest first."""
    rows = connection.execute(
        select(Message.uid, Message.kind, Message.state, Message.attempts, Message.answer, Message.due_at)
        .where(Message.state.in_((State.DEFERRED.value, State.FAILED.value)), Message.topic.in_(topics))
        .order_by(Message.id.desc())
        .limit(MOST_TROUBLES)
    )
    return [
        Trouble(r.kind, r.state, r.attempts, vault.open_optional("messages.answer", r.uid, r.answer), r.due_at)
        for r in rows
    ]
