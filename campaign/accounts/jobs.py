"""Background work of accounts: old drafts go."""

from __future__ import annotations

import logging

from campaign.accounts import drafts
from campaign.db import atomic
from campaign.jobs import Job
from campaign.kit import clock

log = logging.getLogger(__name__)


def drop_old_drafts() -> None:
    """Forget the drafts that nobody touched for a month."""
    with atomic() as session:
        dropped = drafts.drop_old(session, clock.now())
    if dropped:
        log.info("dropped %d old drafts", dropped)


JOBS = [Job("accounts.drafts", drop_old_drafts, hour=4)]
