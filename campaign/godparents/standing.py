"""Standing by somebody: begun, handed over, made public, ended, brought back, counted.

The order in which everything is locked is told in `acting`. The programme makes those wait who begin something, so that
limits are kept and fifty who come at once get fifty prisoners; the prisoner makes whoever ends something wait for a
release that is being written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import count

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from campaign.godparents import applying, assigning, notices
from campaign.godparents.acting import Act, NoSeat, NotPossible, TooMany, hold, hold_prisoners, lock
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

OPEN = (InvitationState.WAITING.value, InvitationState.SENT.value)


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

    Without `statement` it begins with the one that was typed at joining, if that has not been used. Raises `NoSeat`,
    `TooMany`, or `NotPossible` for somebody who is not accepted; before anything is written.
    """
    programme = _free_to_begin(act, godparent)
    choice, seat = None, None
    if prisoner_id is not None:
        _not_beside(act.session, godparent, prisoner_id)
        seat = assigning.seat(act.session, programme, prisoner_id)
    else:
        choice, seat = _assigned(act, programme, godparent)
        if choice is None:
            godparent.wants_prisoner = True
            act.session.flush()
            return None
        prisoner_id = choice.prisoner_id
    if seat is None:
        raise NoSeat
    pair = _new(act, godparent, prisoner_id, seat, statement, language)
    pair.how = (how or (How.ASSIGNED if choice else How.CHOSEN)).value
    pair.why = choice.why() if choice else {}
    _keep(act, pair, programme)
    return pair


def succeed(act: Act, former: Godparenthood, godparent: Godparent) -> Godparenthood:
    """Have `godparent` take on what another stands for: that ends, and on the same day the successor's begins.

    Raises `NoSeat` (is beside this prisoner already), `TooMany`, or `NotPossible`; before anything is written.
    """
    programme = _free_to_begin(act, godparent)
    (former,) = _read_again(act.session, [former])
    if not former.active or former.godparent_id == godparent.id:
        raise NotPossible("ended")
    _not_beside(act.session, godparent, former.prisoner_id)
    assert former.seat is not None
    seat = former.seat
    end(act, [former], EndReason.HANDED_OVER)
    pair = _new(act, godparent, former.prisoner_id, seat)
    pair.how = How.HANDED_OVER.value
    _keep(act, pair, programme)
    former.successor_id = pair.id
    about = {"prisoner_id": former.prisoner_id, "about": former.uid.hex()}
    notices.add(act.session, former.godparent, NoticeKind.HANDED_OVER, due=act.now, **about)  # type: ignore[arg-type]  # of two kinds
    return pair


def end(
    act: Act, pairs: Collection[Godparenthood], reason: EndReason, batch_id: int | None = None
) -> list[Godparenthood]:
    """End godparenthoods; those that were active and now are ended. An open hand-over becomes an invitation."""
    ending = [pair for pair in _read_again(act.session, pairs) if pair.active]
    if not ending:
        return []
    for pair in ending:
        pair.ended_on, pair.end_reason, pair.seat = act.now.date(), reason.value, None
        pair.ended_by_batch = batch_id
    act.session.flush()
    handed = Invitation.godparenthood_id.in_([pair.id for pair in ending])
    act.session.execute(update(Invitation).where(handed, Invitation.state.in_(OPEN)).values(godparenthood_id=None))
    recount(act.session, {pair.prisoner_id for pair in ending})
    return ending


def bring_back(act: Act, pairs: Collection[Godparenthood]) -> list[Godparenthood]:
    """Have ended godparenthoods go on as if they had not ended; those that now do.

    What ended by mistake takes precedence over a limit: where all seats are taken meanwhile, there is one more.
    """
    pairs = _read_again(act.session, pairs)
    there = Godparenthood.prisoner_id.in_({pair.prisoner_id for pair in pairs})
    active = list(act.session.scalars(select(Godparenthood).where(there, Godparenthood.ended_on.is_(None))))
    seats = {(each.campaign_id, each.prisoner_id, each.seat) for each in active}
    beside = {(each.godparent_id, each.prisoner_id) for each in active}
    back = []
    for pair in pairs:
        place = pair.godparent_id, pair.prisoner_id
        if pair.active or place in beside or pair.godparent.state != State.ACCEPTED:
            continue
        free = (number for number in count() if (pair.campaign_id, pair.prisoner_id, number) not in seats)
        pair.seat, pair.ended_on, pair.end_reason, pair.ended_by_batch = next(free), None, None, None
        seats.add((pair.campaign_id, pair.prisoner_id, pair.seat))
        beside.add(place)
        back.append(pair)
    act.session.flush()
    recount(act.session, {pair.prisoner_id for pair in back})
    return back


def step_down(act: Act, pair: Godparenthood) -> None:
    """End one godparenthood at the godparent's own wish, or because the mandate is over."""
    lock(act.session, pair.godparent)
    left = pair.godparent.left_office_on is not None
    end(act, [pair], EndReason.LEFT_OFFICE if left else EndReason.WITHDRAWN)


def release(act: Act, pairs: Iterable[Godparenthood], batch_id: int | None = None) -> list[Godparenthood]:
    """Make pairs public; those that this call made public. What is not of an accepted godparent stays as it is.

    With the first pair the godparent becomes public, and the photo that waits; later photos are looked at one by one.
    """
    pairs = list(pairs)
    lock(act.session, *{pair.godparent for pair in pairs})
    made = []
    for pair in _read_again(act.session, pairs):
        godparent = pair.godparent
        if pair.released_at is not None or godparent.state != State.ACCEPTED:
            continue
        pair.released_at, pair.batch_id = act.now, batch_id
        if godparent.released_at is None:
            godparent.released_at, godparent.withheld_at = act.now, None
            show_photo(act.session, godparent)
        if pair.active:  # one that is over is shown as history, and nobody is told that it is
            notices.add(act.session, godparent, NoticeKind.PUBLISHED, due=act.now, prisoner_id=pair.prisoner_id)
        made.append(pair)
    act.session.flush()
    recount(act.session, {pair.prisoner_id for pair in made})
    return made


def withhold(act: Act, godparent: Godparent) -> None:
    """Take a godparent out of the public's sight, with every pair; each needs a release again."""
    lock(act.session, godparent)
    godparent.released_at, godparent.withheld_at = None, act.now
    pairs = _read_again(act.session, of(act.session, godparent.id))
    for pair in pairs:
        pair.released_at = pair.batch_id = None
    notices.take_back(act.session, NoticeKind.PUBLISHED, godparent_id=godparent.id)
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


def of(session: Session, godparent_id: int) -> list[Godparenthood]:
    """All godparenthoods of one godparent, oldest first."""
    query = select(Godparenthood).where(Godparenthood.godparent_id == godparent_id)
    return list(session.scalars(query.order_by(Godparenthood.id)))


def active_pairs(session: Session, godparent_id: int) -> list[Godparenthood]:
    """The godparenthoods that go on, oldest first."""
    return [pair for pair in of(session, godparent_id) if pair.active]


def recount(session: Session, prisoner_ids: Collection[int]) -> None:
    """Write `Prisoner.godparents` anew: the public, active ones. Whoever calls holds the prisoners."""
    if not prisoner_ids:
        return
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
    statement = update(Prisoner).where(Prisoner.id.in_(prisoner_ids)).values(godparents=public)
    session.execute(statement, execution_options={"synchronize_session": False})


# ---------------------------------------------------------------------------------------------------------------------


def _free_to_begin(act: Act, godparent: Godparent) -> Programme:
    """The programme, held, if this godparent may have one prisoner more."""
    lock(act.session, godparent)
    programme = hold(act.session, godparent.campaign_id)
    if godparent.state != State.ACCEPTED:
        raise NotPossible("not_accepted")
    if len(active_pairs(act.session, godparent.id)) >= programme.per_godparent:
        raise TooMany
    return programme


def _not_beside(session: Session, godparent: Godparent, prisoner_id: int) -> None:
    if any(pair.prisoner_id == prisoner_id for pair in active_pairs(session, godparent.id)):
        raise NoSeat


def _assigned(act: Act, programme: Programme, godparent: Godparent) -> tuple[assigning.Choice | None, int | None]:
    """Who needs this godparent most, and the seat. Whoever was released while we waited for them is passed over."""
    passed_over: list[int] = []
    while (choice := assigning.choose(act.session, programme, godparent, but=passed_over)) is not None:
        seat = assigning.seat(act.session, programme, choice.prisoner_id)
        if seat is not None:
            return choice, seat
        passed_over.append(choice.prisoner_id)
    return None, None


def _new(
    act: Act, godparent: Godparent, prisoner_id: int, seat: int, statement: str = "", language: str = ""
) -> Godparenthood:
    typed = applying.opened(act.vault, godparent)
    if not statement and typed is not None:
        statement, language = typed.statement, typed.language
    return Godparenthood(
        uid=new_uid(),
        campaign_id=godparent.campaign_id,
        godparent=godparent,
        prisoner_id=prisoner_id,
        seat=seat,
        started_on=act.now.date(),
        statement=statement,
        statement_language=language if statement else "",
        created_at=act.now,
    )


def _keep(act: Act, pair: Godparenthood, programme: Programme) -> None:
    godparent = pair.godparent
    act.session.add(pair)
    godparent.wants_prisoner, godparent.typed = False, None
    act.session.flush()
    if programme.releases_itself and godparent.verified_by == "mailbox" and godparent.withheld_at is None:
        release(act, [pair])


def _read_again(session: Session, pairs: Collection[Godparenthood]) -> Sequence[Godparenthood]:
    """These godparenthoods as they are now, their prisoners held; what is asked of them is asked of nothing stale."""
    session.flush()
    hold_prisoners(session, {pair.prisoner_id for pair in pairs})
    query = select(Godparenthood).where(Godparenthood.id.in_([pair.id for pair in pairs])).order_by(Godparenthood.id)
    found = session.scalars(query.execution_options(populate_existing=True)).all()
    owners = select(Godparent).where(Godparent.id.in_({pair.godparent_id for pair in found}))
    session.scalars(owners).all()  # known to the session, so that none is asked for one by one
    return found
