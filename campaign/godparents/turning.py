"""What follows for those who stand by somebody when that person's status changes, or their own office ends.

A release, exile or death ends godparenthoods, and a letter tells of it once the hour is over in which an act for many
can be taken back; single mistakes are as common, and have the same hour. Taken back, the godparenthoods go on, and
letters that have not left are not written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, delete, func, select
from sqlalchemy.orm import Session, selectinload

from campaign.chambers.signals import OfficeChange
from campaign.godparents import notices
from campaign.godparents.acting import Act, lock
from campaign.godparents.models import EndReason, Godparent, Godparenthood, Notice, NoticeKind, State
from campaign.godparents.standing import active_pairs, bring_back, end
from campaign.prisoners import life as lives
from campaign.prisoners.bulk import UNDO_TIME
from campaign.prisoners.models import Event, Status
from campaign.prisoners.signals import StatusChange

ENDS = {
    Status.RELEASED: (EndReason.RELEASED, NoticeKind.RELEASED),
    Status.EXILED: (EndReason.EXILED, NoticeKind.EXILED),
    Status.DECEASED: (EndReason.DIED, NoticeKind.DIED),
}
"""Status that end godparenthoods: the reason, and the letter. Every other one goes on."""

LETTERS = tuple(kind for _, kind in ENDS.values())
_BY_ITSELF = tuple(reason.value for reason, _ in ENDS.values())
_MOST_IDS = 400


def status_changed(act: Act, changes: Iterable[StatusChange]) -> None:
    """Do what follows from these changes; those of the place alone are nothing to godparents."""
    by_prisoner = {change.prisoner_id: change for change in changes if change.before is not change.after}
    ids = sorted(by_prisoner)
    for start in range(0, len(ids), _MOST_IDS):
        some = {prisoner_id: by_prisoner[prisoner_id] for prisoner_id in ids[start : start + _MOST_IDS]}
        _end(act, {key: change for key, change in some.items() if change.after in ENDS})
        _resume(act, {key: change for key, change in some.items() if change.before in ENDS})
        _tell(act, {key: change for key, change in some.items() if not {change.before, change.after} & ENDS.keys()})


def would_end(session: Session, changes: Iterable[StatusChange]) -> int:
    """How many godparenthoods these changes would end."""
    ids = [change.prisoner_id for change in changes if change.after in ENDS and change.before not in ENDS]
    count = select(func.count()).where(Godparenthood.prisoner_id.in_(ids), Godparenthood.ended_on.is_(None))
    return session.scalar(count) or 0 if ids else 0


def offices_changed(act: Act, changes: Iterable[OfficeChange]) -> int:
    """Note who left office, and ask those who stand by somebody to hand over; how many left just now."""
    by_member = {change.member_id: change.left_on for change in changes}
    left = 0
    for godparent in _are(act.session, by_member):
        lock(act.session, godparent)
        left_on = by_member[godparent.member_id or 0]
        if left_on is None and godparent.left_office_on is not None:
            godparent.left_office_on = None
            notices.take_back(act.session, NoticeKind.LEFT_OFFICE, godparent_id=godparent.id)
        elif left_on is not None and godparent.left_office_on is None:
            godparent.left_office_on = left_on
            left += 1
            if active_pairs(act.session, godparent.id):
                due, about = act.now + UNDO_TIME, left_on.isoformat()
                notices.add(act.session, godparent, NoticeKind.LEFT_OFFICE, due=due, about=about)
    act.session.flush()
    return left


def would_leave(session: Session, changes: Iterable[OfficeChange]) -> int:
    """How many godparents would be noted as having left office."""
    leaving = {change.member_id: change.left_on for change in changes if change.left_on is not None}
    return sum(godparent.left_office_on is None for godparent in _are(session, leaving))


# ---------------------------------------------------------------------------------------------------------------------


def _end(act: Act, changes: dict[int, StatusChange]) -> None:
    _forget_news(act.session, changes)
    _say_otherwise(act, {key: change for key, change in changes.items() if change.before in ENDS})
    active = Godparenthood.ended_on.is_(None)
    groups: dict[tuple[Status, int | None], list[Godparenthood]] = defaultdict(list)
    for pair in _pairs(act.session, changes, active):
        change = changes[pair.prisoner_id]
        groups[change.after, change.batch_id].append(pair)
    for (status, batch_id), pairs in groups.items():
        reason, letter = ENDS[status]
        ended = end(act, pairs, reason, batch_id)
        _write(act, [_notice(act, pair, letter, pair.uid.hex(), batch_id) for pair in ended])


def _say_otherwise(act: Act, changes: dict[int, StatusChange]) -> None:
    """Not released but exiled, say: what has not been told yet is put right."""
    letters = {notice.about: notice for notice in notices.unsent(act.session, LETTERS, changes)}
    ended = Godparenthood.end_reason.in_(_BY_ITSELF)
    for pair in _pairs(act.session, changes, ended) if letters else ():
        if (notice := letters.get(pair.uid.hex())) is not None:
            reason, letter = ENDS[changes[pair.prisoner_id].after]
            pair.end_reason, notice.kind = reason.value, letter.value
    act.session.flush()


def _resume(act: Act, changes: dict[int, StatusChange]) -> None:
    """Bring back what ended by a mistake. After a new arrest the release still stands, and nothing comes back."""
    changes = {key: change for key, change in changes.items() if change.after not in ENDS}
    ended = Godparenthood.end_reason.in_(_BY_ITSELF)
    latest = {(pair.godparent_id, pair.prisoner_id): pair for pair in _pairs(act.session, changes, ended)}
    logs = _logs(act.session, {prisoner_id for _, prisoner_id in latest})
    mistaken = [
        pair for pair in latest.values() if not any(_frees(event, pair.started_on) for event in logs[pair.prisoner_id])
    ]
    back = {pair.uid.hex(): pair for pair in bring_back(act, mistaken)}
    letters = Notice.about.in_(back), Notice.prisoner_id.in_(changes), Notice.kind.in_([kind.value for kind in LETTERS])
    gone = (
        act.session.execute(delete(Notice).where(*letters).returning(Notice.about, Notice.sent_at)).all()
        if back
        else ()
    )
    told = [back[notice.about] for notice in gone if notice.sent_at is not None]
    _write(act, [_news(act, pair, changes[pair.prisoner_id]) for pair in told])


def _tell(act: Act, changes: dict[int, StatusChange]) -> None:
    """Put down the news for those who want them. What was changed back before it was told is no news."""
    known = _forget_news(act.session, changes)
    news = []
    for pair in _pairs(act.session, changes, Godparenthood.ended_on.is_(None)):
        change = changes[pair.prisoner_id]
        before = known.get((pair.godparent_id, pair.prisoner_id), change.before)
        if before != change.after and pair.godparent.remind_status:
            news.append(_news(act, pair, change, before))
    _write(act, news)


def _news(act: Act, pair: Godparenthood, change: StatusChange, before: str = "") -> Notice:
    about = f"{before or change.before}>{change.after} {act.now.date()}"
    return _notice(act, pair, NoticeKind.STATUS, about, change.batch_id)


def _notice(act: Act, pair: Godparenthood, kind: NoticeKind, about: str, batch_id: int | None) -> Notice:
    return Notice(
        godparent_id=pair.godparent_id,
        prisoner_id=pair.prisoner_id,
        kind=kind.value,
        about=about,
        batch_id=batch_id,
        due_at=act.now + UNDO_TIME,
    )


def _write(act: Act, new: Sequence[Notice]) -> None:
    """Put notices down, in pieces that a statement can hold."""
    for start in range(0, len(new), _MOST_IDS):
        notices.add_all(act.session, new[start : start + _MOST_IDS])


def _forget_news(session: Session, prisoner_ids: Collection[int]) -> dict[tuple[int, int], str]:
    """Delete news of status that have not been told; what each godparent knows of each prisoner instead."""
    known: dict[tuple[int, int], str] = {}
    for notice in notices.unsent(session, [NoticeKind.STATUS], prisoner_ids):
        assert notice.prisoner_id is not None
        known.setdefault((notice.godparent_id, notice.prisoner_id), notice.about.partition(">")[0])
        session.delete(notice)
    session.flush()
    return known


def _frees(event: Row[Any], since: date) -> bool:
    """Whether an event that stands set somebody free, or told of the death, since that day."""
    happened = lives.happened(event)
    sentence = (happened.details.get("sentence") or {}).get("kind", "")
    ends = lives.ENDS.get(happened.kind) in ENDS or sentence in lives.WITHOUT_PRISON
    return ends and (happened.day.last if happened.day else happened.told) >= since


def _logs(session: Session, prisoner_ids: Collection[int]) -> dict[int, list[Row[Any]]]:
    logs: dict[int, list[Row[Any]]] = {prisoner_id: [] for prisoner_id in prisoner_ids}
    columns = (Event.prisoner_id, Event.id, Event.kind, Event.day, Event.as_of, Event.created_at, Event.details)
    query = select(*columns).where(Event.prisoner_id.in_(prisoner_ids), Event.public, Event.retracted_at.is_(None))
    for event in session.execute(query) if prisoner_ids else ():
        logs[event.prisoner_id].append(event)
    return logs


def _pairs(session: Session, prisoner_ids: Collection[int], condition: Any) -> Sequence[Godparenthood]:
    if not prisoner_ids:
        return []
    query = select(Godparenthood).where(Godparenthood.prisoner_id.in_(prisoner_ids), condition)
    return session.scalars(query.order_by(Godparenthood.id).options(selectinload(Godparenthood.godparent))).all()


def _are(session: Session, member_ids: Collection[int]) -> Sequence[Godparent]:
    """The accepted godparents who are these members."""
    ids = sorted(member_ids)
    found: list[Godparent] = []
    for start in range(0, len(ids), _MOST_IDS):
        some = Godparent.member_id.in_(ids[start : start + _MOST_IDS])
        query = select(Godparent).where(some, Godparent.state == State.ACCEPTED.value).order_by(Godparent.id)
        found += session.scalars(query).all()
    return sorted(found, key=lambda godparent: godparent.id)  # in one order, to be locked
