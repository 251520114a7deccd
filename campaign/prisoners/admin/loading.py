"""Finding the profile that an address at the desk names, for `requires`."""

from __future__ import annotations

from sqlalchemy import select

from campaign.db import db
from campaign.prisoners.models import Prisoner, campaign_prisoners


def prisoner_by_slug(slug: str) -> tuple[Prisoner, set[int]] | None:
    """The profile and the ids of the campaigns that name the prisoner; None if there is no such profile."""
    session = db.session()
    prisoner = session.scalars(select(Prisoner).where(Prisoner.slug == slug)).one_or_none()
    if prisoner is None:
        return None
    query = select(campaign_prisoners.c.campaign_id).where(campaign_prisoners.c.prisoner_id == prisoner.id)
    return prisoner, set(session.scalars(query))
