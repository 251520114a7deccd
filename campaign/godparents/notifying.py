"""Writing the mails that notices ask for: what each says, and when it says nothing any more."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from campaign.godparents import own, reminding
from campaign.godparents.acting import Act, address
from campaign.godparents.models import Godparent, Godparenthood, Notice, NoticeKind, State
from campaign.kit.text import full_name
from campaign.mailing import service as mailing
from campaign.prisoners.models import Event, Prisoner

log = logging.getLogger(__name__)

LATER = timedelta(hours=1)
"""When one that could not be written is tried again; the others do not wait for it."""
Values = dict[str, object]


def send_due(act: Act, limit: int) -> int:
    """Write the mails of at most `limit` notices that are due; how many were taken up.

    A mail enters the outbox in the transaction that marks its notice as sent: killed at any moment, nothing is told
    twice and nothing is lost. A notice whose ground fell away meanwhile is marked without a mail. The godparents are
    held first: one who is erased at this moment gets nothing afterwards.
    """
    due = and_(Notice.sent_at.is_(None), Notice.due_at <= act.now)
    query = select(Notice.id, Notice.godparent_id).where(due).order_by(Notice.due_at, Notice.id).limit(limit)
    rows = act.session.execute(query).all()
    _hold_godparents(act.session, {row.godparent_id for row in rows})
    ours = select(Notice).where(due, Notice.id.in_([row.id for row in rows])).order_by(Notice.due_at, Notice.id)
    for notice in act.session.scalars(ours.with_for_update().execution_options(populate_existing=True)).all():
        try:
            with act.session.begin_nested():
                _send(act, notice)
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001 - one that cannot be written must not hold up all others
            log.error("notice %d could not be written: %s", notice.id, type(error).__name__)
            notice.due_at = act.now + LATER
    act.session.flush()
    return len(rows)


def _hold_godparents(session: Session, ids: Collection[int]) -> None:
    query = select(Godparent).where(Godparent.id.in_(ids)).order_by(Godparent.id)
    query = query.with_for_update(of=Godparent, key_share=True).execution_options(populate_existing=True)
    session.scalars(query).all()


def _send(act: Act, notice: Notice) -> None:
    notice.sent_at = act.now
    godparent = act.session.get_one(Godparent, notice.godparent_id)
    prisoner = act.session.get(Prisoner, notice.prisoner_id) if notice.prisoner_id else None
    kind = NoticeKind(notice.kind)
    if godparent.state != State.ACCEPTED or not reminding.wanted(godparent, kind):
        return
    if prisoner is not None and prisoner.hidden:
        return
    values = _VALUES[kind](act, notice, godparent, prisoner)
    if values is None:
        return
    to, language = address(act, godparent)
    content = act.mails.render(
        act.session,
        kind.value,
        campaign_id=godparent.campaign_id,
        to=to,
        uid=godparent.uid,
        language=language,
        now=act.now,
        values=_common(godparent, prisoner) | values,
    )
    mailing.enqueue(
        act.session.connection(),
        act.vault,
        kind=f"godparent_{kind}",
        topic=godparent.uid,
        to=to,
        content=content,
        now=act.now,
    )


def _common(godparent: Godparent, prisoner: Prisoner | None) -> Values:
    """What every template knows besides what `emails` gives: names, and the address of the profile."""
    return {
        "name": full_name(godparent.given_name, godparent.family_name),
        "prisoner": prisoner.name if prisoner else "",
        "profile": f"prisoners/{prisoner.slug}" if prisoner else "",
    }


# ---------------------------------------------------------------------------------------------------------------------
# What each kind says besides; None: its ground fell away, and nothing is said


def _welcome(act: Act, _notice: Notice, godparent: Godparent, _prisoner: Prisoner | None) -> Values | None:
    pairs = [pair for pair in _active(act.session, godparent) if not pair.prisoner.hidden]
    pair = pairs[0] if pairs else None
    return {
        "prisoner": pair.prisoner.name if pair else "",
        "profile": f"prisoners/{pair.prisoner.slug}" if pair else "",
        "why": pair.why if pair else {},
        "public": pair is not None and pair.released_at is not None,
        "waits": godparent.wants_prisoner,
    }


def _published(act: Act, _notice: Notice, godparent: Godparent, prisoner: Prisoner | None) -> Values | None:
    pair = _pair(act.session, godparent, prisoner)
    if pair is None or pair.released_at is None or not godparent.public:
        return None
    return {"page": f"godparents/{godparent.slug}"}


def _ended(act: Act, notice: Notice, godparent: Godparent, _prisoner: Prisoner | None) -> Values | None:
    following, pair = own.next_one(act.session, godparent), _told_of(act.session, notice)
    return {
        "shown": pair is not None and pair.released_at is not None and godparent.public,
        "next": following.name if following else "",
        "next_why": following.choice.why() if following else {},
    }


def _status(act: Act, _notice: Notice, godparent: Godparent, prisoner: Prisoner | None) -> Values | None:
    if prisoner is None or _pair(act.session, godparent, prisoner) is None:
        return None
    return {"status": prisoner.status, "status_since": prisoner.status_since}


def _left_office(act: Act, _notice: Notice, godparent: Godparent, _prisoner: Prisoner | None) -> Values | None:
    names = [pair.prisoner.name for pair in _active(act.session, godparent) if not pair.prisoner.hidden]
    if godparent.left_office_on is None or not names:
        return None
    return {"left_on": godparent.left_office_on, "prisoners": names}


def _handed_over(act: Act, notice: Notice, _godparent: Godparent, _prisoner: Prisoner | None) -> Values | None:
    pair = _told_of(act.session, notice)
    successor = act.session.get(Godparenthood, pair.successor_id) if pair and pair.successor_id else None
    if successor is None or successor.godparent.state != State.ACCEPTED:
        return None
    return {"successor": full_name(successor.godparent.given_name, successor.godparent.family_name)}


def _found(act: Act, _notice: Notice, godparent: Godparent, prisoner: Prisoner | None) -> Values | None:
    pair = _pair(act.session, godparent, prisoner)
    return None if pair is None else {"why": pair.why, "public": pair.released_at is not None}


def _anniversary(act: Act, notice: Notice, godparent: Godparent, prisoner: Prisoner | None) -> Values | None:
    """Of the birth or of the detention, while it lies ahead or is today."""
    if prisoner is None or _pair(act.session, godparent, prisoner) is None:
        return None
    today = act.now.date()
    ahead = (
        each
        for each in reminding.anniversaries(prisoner, today, today + 2 * reminding.LEAD)
        if reminding.OF[each.kind] == notice.kind and str(each.year) == notice.about
    )
    each = next(ahead, None)
    return None if each is None else {"day": each.date, "years": each.years, "certain": each.certain}


def _trial(act: Act, notice: Notice, godparent: Godparent, prisoner: Prisoner | None) -> Values | None:
    """The event that was put down, unless it was retracted or is over; its words may be in another language."""
    if prisoner is None or _pair(act.session, godparent, prisoner) is None:
        return None
    event = act.session.scalars(select(Event).where(Event.uid == bytes.fromhex(notice.about))).one_or_none()
    if event is None or event.retracted_at is not None or not event.public or event.day is None:
        return None
    day = date.fromisoformat(event.day)
    return {"day": day, "court": event.kind} if day >= act.now.date() else None


_VALUES: dict[NoticeKind, Callable[[Act, Notice, Godparent, Prisoner | None], Any]] = {
    NoticeKind.WELCOME: _welcome,
    NoticeKind.PUBLISHED: _published,
    NoticeKind.RELEASED: _ended,
    NoticeKind.EXILED: _ended,
    NoticeKind.DIED: _ended,
    NoticeKind.STATUS: _status,
    NoticeKind.LEFT_OFFICE: _left_office,
    NoticeKind.HANDED_OVER: _handed_over,
    NoticeKind.PRISONER_FOUND: _found,
    NoticeKind.BIRTHDAY: _anniversary,
    NoticeKind.ANNIVERSARY: _anniversary,
    NoticeKind.TRIAL: _trial,
}


def _told_of(session: Session, notice: Notice) -> Godparenthood | None:
    """The godparenthood that `about` names."""
    return session.scalars(select(Godparenthood).where(Godparenthood.uid == bytes.fromhex(notice.about))).one_or_none()


def _active(session: Session, godparent: Godparent) -> list[Godparenthood]:
    query = select(Godparenthood).where(Godparenthood.godparent_id == godparent.id, Godparenthood.ended_on.is_(None))
    return list(session.scalars(query.order_by(Godparenthood.id)))


def _pair(session: Session, godparent: Godparent, prisoner: Prisoner | None) -> Godparenthood | None:
    """The active pair that a notice is about."""
    return next((pair for pair in _active(session, godparent) if prisoner and pair.prisoner_id == prisoner.id), None)
