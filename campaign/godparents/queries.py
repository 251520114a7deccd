"""Reading godparents: the one definition of who is public, and of each number."""

from __future__ import annotations

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from campaign.godparents.models import Godparent, Godparenthood, Programme, State
from campaign.prisoners.models import Prisoner

PUBLIC = and_(Godparent.state == State.ACCEPTED.value, Godparent.released_at.is_not(None))
"""A godparent whom everybody may see."""

PUBLIC_PAIR = and_(Godparenthood.released_at.is_not(None), PUBLIC, Prisoner.hidden_at.is_(None))
"""A pair that everybody may see, active or ended; join `Godparenthood` with `Godparent` and `Prisoner`."""


def programme(session: Session, campaign_id: int) -> Programme | None:
    """The godparents' programme of a campaign."""
    return session.get(Programme, campaign_id)


def open_programmes(session: Session) -> list[Programme]:
    """Programmes that take sign-ups, oldest campaign first."""
    return list(session.scalars(select(Programme).where(Programme.open).order_by(Programme.campaign_id)))


def godparent_by_slug(session: Session, slug: str) -> Godparent | None:
    """The godparent with that address, public or not."""
    if "\0" in slug:  # PostgreSQL would answer with an error instead of nothing
        return None
    return session.scalars(select(Godparent).where(Godparent.slug == slug)).one_or_none()
