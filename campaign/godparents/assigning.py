"""Who needs a godparent most: active godparents fewest first, then longest without one, then spread over countries."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaign.godparents.models import Godparent, Godparenthood, Programme
from campaign.prisoners.models import Prisoner, Status, campaign_prisoners
from campaign.prisoners.models.events import IN_CUSTODY

STOOD_BY = tuple(status.value for status in (*IN_CUSTODY, Status.DISAPPEARED, Status.UNKNOWN))
"""Status in which a prisoner takes new godparents."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A prisoner and by what this one was chosen: how many godparents before, since when without one (ISO 8601)."""

    prisoner_id: int
    godparents: int
    since: str | None
    candidates: int

    def why(self) -> dict[str, Any]:
        """For `Godparenthood.why`."""
        return {name: value for name, value in asdict(self).items() if name != "prisoner_id"}


def taken(session: Session, campaign_id: int, prisoner_id: int) -> list[int]:
    """The seats beside a prisoner that are taken."""
    query = select(Godparenthood.seat).where(
        Godparenthood.campaign_id == campaign_id, Godparenthood.prisoner_id == prisoner_id, Godparenthood.seat >= 0
    )
    return sorted(seat for seat in session.scalars(query) if seat is not None)


def eligible(session: Session, campaign_id: int, prisoner_id: int) -> bool:
    """Whether the campaign names this prisoner, the profile is shown, and the status calls for godparents."""
    query = (
        select(Prisoner.id)
        .join(campaign_prisoners, campaign_prisoners.c.prisoner_id == Prisoner.id)
        .where(
            campaign_prisoners.c.campaign_id == campaign_id,
            Prisoner.id == prisoner_id,
            Prisoner.hidden_at.is_(None),
            Prisoner.status.in_(STOOD_BY),
        )
        .with_for_update(of=Prisoner)  # a release that is being written meanwhile is waited for, and then seen
    )
    return session.scalars(query).first() is not None


def choose(session: Session, programme: Programme, godparent: Godparent, today: date) -> Choice | None:
    """The prisoner who needs this godparent most; None if nobody is free for them."""
    del today
    active = (
        select(Godparenthood.prisoner_id, func.count().label("count"))
        .where(Godparenthood.campaign_id == programme.campaign_id, Godparenthood.ended_on.is_(None))
        .group_by(Godparenthood.prisoner_id)
        .subquery()
    )
    already = select(Godparenthood.prisoner_id).where(Godparenthood.godparent_id == godparent.id)
    count = func.coalesce(active.c.count, 0)
    query = (
        select(Prisoner.id, count.label("standing"), Prisoner.detained_since, func.count().over().label("candidates"))
        .join(campaign_prisoners, campaign_prisoners.c.prisoner_id == Prisoner.id)
        .outerjoin(active, active.c.prisoner_id == Prisoner.id)
        .where(
            campaign_prisoners.c.campaign_id == programme.campaign_id,
            Prisoner.hidden_at.is_(None),
            Prisoner.status.in_(STOOD_BY),
            Prisoner.id.not_in(already),
            count < programme.per_prisoner,
        )
        .order_by(count, Prisoner.detained_since.is_(None), Prisoner.detained_since, Prisoner.id)
    )
    row = session.execute(query.limit(1)).first()
    return None if row is None else Choice(row.id, row.standing, row.detained_since, row.candidates)
