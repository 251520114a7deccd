"""Mails that are to be written to godparents later: put down with what causes them, written by a job when due."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
    notice = Notice(godparent_id=godparent.id, prisoner_id=prisoner_id, kind=kind.value, about=about, due_at=due)
    notice.batch_id = batch_id
    return add_all(session, [notice]) > 0


def add_all(session: Session, new: Sequence[Notice]) -> int:
    """Put down those of which there is none of the same occasion; how many those were."""
    columns = (Notice.godparent_id, Notice.kind, Notice.prisoner_id, Notice.about)
    to, about = ({getattr(notice, name) for notice in new} for name in ("godparent_id", "about"))
    alike = select(*columns).where(Notice.godparent_id.in_(to), Notice.about.in_(about))
    there = {tuple(row) for row in session.execute(alike)} if new else set()
    fresh = [each for each in new if (each.godparent_id, each.kind, each.prisoner_id, each.about) not in there]
    session.add_all(fresh)
    session.flush()
    return len(fresh)


def unsent(session: Session, kinds: Collection[NoticeKind], prisoner_ids: Collection[int]) -> Sequence[Notice]:
    """Notices of these kinds about these prisoners that can still be taken back."""
    query = select(Notice).where(
        Notice.kind.in_([kind.value for kind in kinds]),
        Notice.prisoner_id.in_(prisoner_ids),
        Notice.sent_at.is_(None),
    )
    return session.scalars(query.order_by(Notice.id)).all()


def take_back(session: Session, kind: NoticeKind, *, godparent_id: int) -> None:
    """Delete notices of one kind to a godparent that have not been sent: their ground fell away."""
    session.execute(
        delete(Notice).where(Notice.godparent_id == godparent_id, Notice.kind == kind.value, Notice.sent_at.is_(None))
    )


def forget(session: Session, godparent_id: int) -> None:
    """Delete all notices to one godparent."""
    session.execute(delete(Notice).where(Notice.godparent_id == godparent_id))
