"""Standing by somebody: begun, made public, ended, counted.

Whoever changes who stands by whom holds the programme's row first (`acting.hold`), so that limits are kept without
anybody waiting in a circle; what the database refuses nevertheless becomes `NoSeat`, after which the transaction is
lost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaign.godparents import assigning, notices
from campaign.godparents.acting import Act, NoSeat, NotPossible, TooMany, hold
from campaign.godparents.models import (
    EndReason,
    Godparent,
    Godparenthood,
    How,
    Invitation,
    InvitationState,
    NoticeKind,
    Programme,
    State,
)
from campaign.kit.tokens import new_uid
from campaign.prisoners.models import Prisoner


def begin(
    act: Act,
    godparent: Godparent,
    prisoner_id: int | None,
    *,
    how: How | None = None,
    statement: str = "",
    language: str = "",
) -> Godparenthood | None:
    """Have a godparent stand by a prisoner, or (None) by the one who needs them most; None if nobody does now.

    Raises `NoSeat`, `TooMany`, or `NotPossible` for somebody who is not accepted.
    """
    programme = hold(act.session, godparent.campaign_id)
    if godparent.state != State.ACCEPTED:
        raise NotPossible("not_accepted")
    if len(active_pairs(act.session, godparent.id)) >= programme.per_godparent:
        raise TooMany
    choice = None
    if prisoner_id is None:
        choice = assigning.choose(act.session, programme, godparent, act.now.date())
        if choice is None:
            godparent.wants_prisoner = True
            return None
        prisoner_id = choice.prisoner_id
    pair = Godparenthood(
        uid=new_uid(),
        campaign_id=godparent.campaign_id,
        godparent=godparent,
        prisoner_id=prisoner_id,
        seat=_free_seat(act.session, programme, godparent, prisoner_id),
        started_on=act.now.date(),
        how=(how or (How.ASSIGNED if choice else How.CHOSEN)).value,
        why=choice.why() if choice else {},
        statement=statement,
        statement_language=language if statement else "",
        created_at=act.now,
    )
    _keep(act.session, pair)
    godparent.wants_prisoner = False
    if programme.releases_itself and godparent.verified_by == "mailbox":
        release(act, [pair])
    return pair


def end(act: Act, pairs: Collection[Godparenthood], reason: EndReason, batch_id: int | None = None) -> None:
    """End active godparenthoods; others stay as they are. An open hand-over of them becomes an ordinary invitation."""
    ending = [pair for pair in pairs if pair.active]
    for pair in ending:
        pair.ended_on, pair.end_reason, pair.seat = act.now.date(), reason.value, None
        pair.ended_by_batch = batch_id
    act.session.flush()
    handed = Invitation.godparenthood_id.in_([pair.id for pair in ending])
    still_open = Invitation.state.in_((InvitationState.WAITING.value, InvitationState.SENT.value))
    act.session.execute(update(Invitation).where(handed, still_open).values(godparenthood_id=None))
    recount(act.session, {pair.prisoner_id for pair in ending})


def step_down(act: Act, pair: Godparenthood) -> None:
    """End one godparenthood at the godparent's own wish."""
    hold(act.session, pair.campaign_id)
    end(act, [pair], EndReason.WITHDRAWN)


def release(act: Act, pairs: Iterable[Godparenthood], batch_id: int | None = None) -> list[Godparenthood]:
    """Make pairs public; those that this call made public. What is not of an accepted godparent stays as it is."""
    made = []
    for pair in pairs:
        if pair.released_at is not None or pair.godparent.state != State.ACCEPTED:
            continue
        pair.released_at, pair.batch_id = act.now, batch_id
        godparent = pair.godparent
        godparent.released_at = godparent.released_at or act.now
        show_photo(act.session, godparent)
        notices.add(act.session, godparent, NoticeKind.PUBLISHED, due=act.now, prisoner_id=pair.prisoner_id)
        made.append(pair)
    act.session.flush()
    recount(act.session, {pair.prisoner_id for pair in made})
    return made


def withhold(act: Act, godparent: Godparent) -> None:
    """Take a godparent out of the public's sight, with every pair; each needs a release again."""
    query = select(Godparenthood).where(Godparenthood.godparent_id == godparent.id)
    pairs = act.session.scalars(query).all()
    godparent.released_at = None
    for pair in pairs:
        pair.released_at = pair.batch_id = None
    act.session.flush()
    recount(act.session, {pair.prisoner_id for pair in pairs})


def show_photo(session: Session, godparent: Godparent) -> None:
    """Put the photo that waits in the place of the one that is shown; nothing if none waits."""
    waiting = next((photo for photo in godparent.photos if not photo.shown), None)
    if waiting is None:
        return
    for photo in [photo for photo in godparent.photos if photo.shown]:
        godparent.photos.remove(photo)
    session.flush()
    waiting.shown = True
    session.flush()


def active_pairs(session: Session, godparent_id: int) -> list[Godparenthood]:
    """The godparenthoods that go on, oldest first."""
    query = (
        select(Godparenthood)
        .where(Godparenthood.godparent_id == godparent_id, Godparenthood.ended_on.is_(None))
        .order_by(Godparenthood.id)
    )
    return list(session.scalars(query))


def recount(session: Session, prisoner_ids: Collection[int]) -> None:
    """Write `Prisoner.godparents` anew: the public, active ones. In one order, so that nobody waits in a circle."""
    public = (
        select(func.count())
        .select_from(Godparenthood)
        .join(Godparent, Godparent.id == Godparenthood.godparent_id)
        .where(
            Godparenthood.prisoner_id == Prisoner.id,
            Godparenthood.ended_on.is_(None),
            Godparenthood.released_at.is_not(None),
            Godparent.released_at.is_not(None),
            Godparent.state == State.ACCEPTED.value,
        )
        .scalar_subquery()
    )
    for prisoner_id in sorted(prisoner_ids):
        statement = update(Prisoner).where(Prisoner.id == prisoner_id).values(godparents=public)
        session.execute(statement, execution_options={"synchronize_session": False})


def _free_seat(session: Session, programme: Programme, godparent: Godparent, prisoner_id: int) -> int:
    if not assigning.eligible(session, programme.campaign_id, prisoner_id):
        raise NoSeat
    if any(pair.prisoner_id == prisoner_id for pair in active_pairs(session, godparent.id)):
        raise NoSeat
    taken = assigning.taken(session, programme.campaign_id, prisoner_id)
    if len(taken) >= programme.per_prisoner:
        raise NoSeat
    return next(seat for seat in range(len(taken) + 1) if seat not in taken)


def _keep(session: Session, pair: Godparenthood) -> None:
    session.add(pair)
    try:
        session.flush()
    except IntegrityError as error:
        raise NoSeat from error
