"""Background work of rosters: a mandate that ends on a day in the file ends on that day, though no new file comes."""

from __future__ import annotations

from datetime import timedelta

from campaign.chambers import offices
from campaign.chambers.here import parts
from campaign.chambers.signals import OfficeChange, announce
from campaign.db import atomic, db, store
from campaign.jobs import Job
from campaign.kit import clock

_DAYS = 40
"""How far back a night looks, so that a server that was off for some weeks misses nobody."""


def tell_of_offices() -> None:
    """Tell the rooms above of members whose last mandate ended, or whose first began, in the last weeks."""
    with store().exclusive("chambers.offices") as ours:
        if not ours:
            return
        today = clock.now().date()
        left = offices.left_lately(db.session(), today, today - timedelta(days=_DAYS))
        begun = offices.begun_lately(db.session(), today, today - timedelta(days=_DAYS))
        changes = [OfficeChange(own, day) for own, day in left] + [OfficeChange(own, None) for own in begun]
        db.session.rollback()
        for some in parts(changes):
            with atomic() as session:
                announce(session, tuple(some), clock.now())


JOBS = [Job("chambers.offices", tell_of_offices, hour=1)]
