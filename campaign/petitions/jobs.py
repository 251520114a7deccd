"""Background work of petitions: counting, reminding, purging, recounting."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Connection, Row, select

from campaign.audit import service as audit
from campaign.campaigns.models import Campaign
from campaign.db import atomic, store
from campaign.jobs import Job, kick
from campaign.kit import clock
from campaign.petitions import counting, service
from campaign.petitions.models import Petition, Signature, Status

log = logging.getLogger(__name__)

BATCH = 200
_one_counter = threading.Lock()


def count() -> None:
    """Take up waiting tally lines until none is left. One at a time here; the database sees to other processes."""
    if not _one_counter.acquire(blocking=False):
        return
    try:
        while True:
            with atomic() as session:
                taken = counting.take_up(session.connection(), clock.now())
            if taken < counting.MOST_AT_ONCE:
                return
    finally:
        _one_counter.release()


def recount() -> None:
    """Compare every kept count with the rows; repair and raise the alarm where they differ."""
    with store().exclusive("recount") as ours:
        if ours:  # two at once would each book the same repair
            _recount()


def _recount() -> None:
    level = {} if store().embedded else {"isolation_level": "REPEATABLE READ"}
    with store().engine.connect().execution_options(**level) as connection, connection.begin():
        repairs = counting.differences(connection)
    with atomic() as session:
        _book(session.connection(), repairs)
    count()
    with atomic() as session:
        wrong_totals = counting.align_totals(session.connection())
    if repairs or wrong_totals:
        found = "ALERT: counts differed from the signatures and were repaired: %d lines, %d totals"
        log.error(found, len(repairs), wrong_totals)


def _book(connection: Connection, repairs: list[counting.Repair]) -> None:
    counting.repair(connection, repairs)
    for repair in repairs:
        audit.record(
            connection,
            actor="recount",
            action="count.repaired",
            subject=f"petition {repair.petition_id}",
            campaign_id=None,
            details={"country": repair.country, "change": repair.change},
            now=clock.now(),
        )


def remind_and_purge() -> None:
    """Remind those who have not confirmed, and delete those who never did."""
    for campaign in _campaigns():
        while _purge_some(campaign):
            pass
        while _remind_some(campaign):
            kick("mailing.drain")


JOBS = [
    Job("petitions.count", count),
    Job("petitions.remind", remind_and_purge, minutes=5),
    Job("petitions.recount", recount, hour=3),
]


def _campaigns() -> list[Row[Any]]:
    with store().engine.connect() as connection:
        return list(connection.execute(select(Campaign.id, Campaign.reminder_days, Campaign.purge_days)))


def _act(connection: Connection, now: datetime) -> service.Act:
    extensions = current_app.extensions
    return service.Act(connection, extensions["campaign.vault"], extensions["campaign.petition_mails"], now)


def _purge_some(campaign: Row[Any]) -> int:
    """Delete up to `BATCH` signatures that stayed unconfirmed for the campaign's days; how many."""
    now = clock.now()
    with atomic() as session:
        connection = session.connection()
        old = connection.execute(_pending(campaign.id, now - timedelta(days=campaign.purge_days))).all()
        for row in old:
            service.remove(_act(connection, now), row.id, row.uid, row.person_id)
    if old:
        log.info("purged %d unconfirmed signatures", len(old))
    return len(old)


def _remind_some(campaign: Row[Any]) -> int:
    """Send one due reminder to each of up to `BATCH` signers; how many.

    After an outage only one is sent, however many have become due.
    """
    now = clock.now()
    reminded = 0
    for number, days in sorted(enumerate(sorted(campaign.reminder_days), start=1), reverse=True):
        with atomic() as session:
            connection = session.connection()
            query = _pending(campaign.id, now - timedelta(days=days)).where(
                Signature.reminders < number, Signature.mails < service.MOST_MAILS - 1
            )
            due = connection.execute(query).all()
            for row in due:
                service.remind(_act(connection, now), row, number)
        reminded += len(due)
    return reminded


def _pending(campaign_id: int, before: datetime) -> Any:
    return (
        select(Signature)
        .join(Petition, Petition.id == Signature.petition_id)
        .where(
            Petition.campaign_id == campaign_id,
            Signature.status == Status.PENDING.value,
            Signature.created_at <= before,
        )
        .order_by(Signature.created_at)
        .limit(BATCH)
        .with_for_update(of=Signature)
    )
