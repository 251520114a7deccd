"""Mails that are to be written to godparents later: put down with what causes them, written by a job when due."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from campaign.godparents.models import Godparent, Notice, NoticeKind


def add(
    session: Session,
    godparent: Godparent,
    kind: NoticeKind,
    *,
    due: datetime,
    prisoner_id: int | None = None,
    about: str = "",
    batch_id: int | None = None,
) -> bool:
    """Put a notice down; False if there is one of this occasion already. `due`: not before then."""
    about = about or due.date().isoformat()
    query = select(Notice.id).where(
        Notice.godparent_id == godparent.id,
        Notice.kind == kind.value,
        Notice.prisoner_id.is_not_distinct_from(prisoner_id),
        Notice.about == about,
    )
    if session.scalars(query).first() is not None:
        return False
    session.add(
        Notice(
            godparent_id=godparent.id,
            prisoner_id=prisoner_id,
            kind=kind.value,
            about=about,
            batch_id=batch_id,
            due_at=due,
        )
    )
    session.flush()
    return True


def take_back(session: Session, batch_id: int) -> None:
    """Delete what an act for many caused and has not been sent: it was undone."""
    session.execute(delete(Notice).where(Notice.batch_id == batch_id, Notice.sent_at.is_(None)))


def forget(session: Session, godparent_id: int) -> None:
    """Delete all notices to one godparent."""
    session.execute(delete(Notice).where(Notice.godparent_id == godparent_id))
