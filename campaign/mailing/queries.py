"""Numbers of the outbox."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, func, select

from campaign.mailing.models import Message, State


def by_state(connection: Connection, topics: Select[Any]) -> dict[str, int]:
    """How many mails about `topics` stand in each state (finished ones for the last 30 days)."""
    query = select(Message.state, func.count()).where(Message.topic.in_(topics)).group_by(Message.state)
    rows = connection.execute(query)
    return {state.value: 0 for state in State} | {row[0]: row[1] for row in rows}
