"""Whose mandates began or ended in the course of time, without a new file."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaign.chambers.models import Mandate, Period
from campaign.chambers.queries import held, holders


def left_lately(session: Session, today: date, since: date) -> list[tuple[int, date]]:
    """Those who hold no mandate today and whose last one ended on `since` or later, with its last day."""
    last = func.max(Mandate.until)
    query = select(Mandate.member_id, last).where(Mandate.member_id.not_in(holders(today)))
    query = query.group_by(Mandate.member_id).having(last >= since).order_by(Mandate.member_id)
    return [(member_id, day) for member_id, day in session.execute(query) if day]


def begun_lately(session: Session, today: date, since: date) -> list[int]:
    """Those whose mandates of today all began on `since` or later."""
    begun = func.min(func.coalesce(Mandate.start, Period.start, ""))
    query = select(Mandate.member_id).outerjoin(Period, Period.id == Mandate.period_id).where(held(today))
    query = query.group_by(Mandate.member_id).having(begun >= since.isoformat()).order_by(Mandate.member_id)
    return list(session.scalars(query))
