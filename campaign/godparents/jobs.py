"""Background work of godparents: prisoners for those who wait for one, reminders, and what is not kept."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Row, Select, select, update
from sqlalchemy.orm import Session

from campaign.campaigns.models import Campaign
from campaign.db import again, atomic, store
from campaign.godparents import assigning, inviting, notices, notifying, reminding, service, standing
from campaign.godparents.acting import MOST_MAILS, Act, NotPossible, TooMany
from campaign.godparents.models import Godparent, NoticeKind, State
from campaign.jobs import Job, kick
from campaign.kit import clock

log = logging.getLogger(__name__)

BATCH = 50
KEEP_DECLINED = timedelta(days=90)
"""After that nothing is left of a sign-up that was turned down."""


def assign() -> None:
    """Give a prisoner to everybody who waits for one, as far as there are prisoners; longest waiting first."""
    given = 0
    for godparent_id in _waiting():
        given += again(partial(_assign, godparent_id))
    if given:
        log.info("gave a prisoner to %d godparents who waited for one", given)
        kick("godparents.notify")


def remind_and_purge() -> None:
    """Remind those who have not confirmed; delete those who never did, and whom an organiser turned down long ago."""
    now = clock.now()
    _purge(Godparent.state == State.DECLINED.value, Godparent.declined_at <= now - KEEP_DECLINED)
    for campaign in _campaigns():
        pending = (Godparent.campaign_id == campaign.id, Godparent.state == State.PENDING.value)
        _purge(*pending, Godparent.created_at <= now - timedelta(days=campaign.purge_days))
        for number, days in sorted(enumerate(sorted(campaign.reminder_days), start=1), reverse=True):
            due = Godparent.created_at <= now - timedelta(days=days)
            while again(partial(_remind_some, number, *pending, due)):
                kick("mailing.drain")


def allow_mails() -> None:
    """Let everybody who confirmed be sent the link to the own page once more: one mail for each day gone by."""
    with atomic() as session:
        confirmed = Godparent.state.in_((State.WAITING.value, State.ACCEPTED.value))
        session.execute(update(Godparent).where(confirmed, Godparent.mails > 0).values(mails=Godparent.mails - 1))


def notify() -> None:
    """Write the mails of notices that are due."""
    written = 0
    while taken := again(_notify_some):
        written += taken
    if written:
        kick("mailing.drain")


def look_ahead() -> None:
    """Put down the birthdays, days in court and anniversaries of the coming week."""
    with atomic() as session:
        number = reminding.look_ahead(session, clock.now())
        reminding.forget_old(session, clock.now())
    if number:
        log.info("put down %d reminders", number)
        kick("godparents.notify")


def invite() -> None:
    """Mail waiting invitations, no more than the pace allows; forget those that are over."""
    while again(lambda: _with_act(inviting.purge_some)):
        pass
    if again(lambda: _with_act(inviting.send_some)):
        kick("mailing.drain")


JOBS = [
    Job("godparents.notify", notify),
    Job("godparents.look_ahead", look_ahead, hour=5),
    Job("godparents.invite", invite),
    Job("godparents.assign", assign, minutes=5),
    Job("godparents.remind", remind_and_purge, minutes=5),
    Job("godparents.mails", allow_mails, hour=4),
]


# ---------------------------------------------------------------------------------------------------------------------


def _waiting() -> list[int]:
    with atomic() as session:
        return assigning.waiting(session)


def _campaigns() -> list[Row[Any]]:
    with store().engine.connect() as connection:
        return list(connection.execute(select(Campaign.id, Campaign.reminder_days, Campaign.purge_days)))


def _act(session: Session) -> Act:
    extensions = current_app.extensions
    return Act(session, extensions["campaign.vault"], extensions["campaign.godparent_mails"], clock.now())


def _with_act(work: Callable[[Act], int]) -> int:
    with atomic() as session:
        return work(_act(session))


def _notify_some() -> int:
    return _with_act(lambda act: notifying.send_due(act, BATCH))


def _assign(godparent_id: int) -> bool:
    """Whether there was a prisoner."""
    with atomic() as session:
        act, godparent = _act(session), session.get(Godparent, godparent_id)
        if godparent is None or not godparent.wants_prisoner:
            return False
        try:
            pair = standing.begin(act, godparent, None)
        except (NotPossible, TooMany):
            godparent.wants_prisoner = False
            return False
        if pair is None:
            return False
        occasion = {"prisoner_id": pair.prisoner_id, "about": pair.uid.hex()}
        notices.add(session, godparent, NoticeKind.PRISONER_FOUND, due=act.now, **occasion)  # type: ignore[arg-type]  # of two kinds
        return True


def _purge(*conditions: ColumnElement[bool]) -> None:
    """Delete all to whom the conditions apply, some at a time."""
    while removed := again(partial(_purge_some, *conditions)):
        log.info("purged %d sign-ups of godparents", removed)


def _purge_some(*conditions: ColumnElement[bool]) -> int:
    with atomic() as session:
        act = _act(session)
        old = session.scalars(_some(*conditions)).all()
        for godparent in old:
            service.remove(act, godparent)
        return len(old)


def _remind_some(number: int, *conditions: ColumnElement[bool]) -> int:
    """Send one due reminder to each of some who did not confirm, and want mail; how many.

    After an outage only one is sent, however many have become due.
    """
    may_be_written_to = (Godparent.mails < MOST_MAILS - 1, ~service.REFUSED)
    with atomic() as session:
        act = _act(session)
        due = session.scalars(_some(*conditions, Godparent.reminders < number, *may_be_written_to)).all()
        for godparent in due:
            service.remind(act, godparent, number)
        return len(due)


def _some(*conditions: ColumnElement[bool]) -> Select[Godparent]:
    query = select(Godparent).where(*conditions).order_by(Godparent.id).limit(BATCH)
    return query.with_for_update(of=Godparent, key_share=True, skip_locked=True)
