"""What godparents record of what they did: written on their own page, looked at by an organiser, then shown."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaign.godparents.acting import Act, NotPossible
from campaign.godparents.models import Deed, DeedKind, Godparent, Godparenthood, Moderation
from campaign.kit.partial_dates import PartialDate
from campaign.kit.tokens import new_uid

MOST_WAITING = 20
"""Of one godparent's: more than that nobody did since somebody last looked."""


@dataclass(frozen=True, slots=True)
class NewDeed:
    """A checked form. `url` is empty or begins with http:// or https://."""

    kind: DeedKind
    day: PartialDate
    url: str = ""
    note: str = ""
    language: str = ""


def add(act: Act, pair: Godparenthood, new: NewDeed) -> Deed:
    """Record what was done for the prisoner of a pair, also of an ended one. It waits for an organiser.

    Raises `NotPossible`: `too_many` when as many wait as may.
    """
    waiting_already = select(func.count()).where(
        Deed.godparent_id == pair.godparent_id, Deed.state == Moderation.WAITING.value
    )
    if (act.session.scalar(waiting_already) or 0) >= MOST_WAITING:
        raise NotPossible("too_many")
    deed = Deed(
        uid=new_uid(),
        godparent_id=pair.godparent_id,
        prisoner_id=pair.prisoner_id,
        kind=new.kind.value,
        day=str(new.day),
        url=new.url,
        note=new.note,
        language=new.language if new.note else "",
        created_at=act.now,
    )
    act.session.add(deed)
    act.session.flush()
    return deed


def remove(act: Act, godparent: Godparent, deed_id: int) -> None:
    """Delete one of a godparent's own deeds, shown or not; again is the same as once."""
    deed = act.session.get(Deed, deed_id, with_for_update=True)
    if deed is not None and deed.godparent_id == godparent.id:
        act.session.delete(deed)
        act.session.flush()


def of(session: Session, godparent_id: int) -> list[Deed]:
    """All of a godparent's deeds, the latest first, in whatever state."""
    query = select(Deed).where(Deed.godparent_id == godparent_id).order_by(Deed.day.desc(), Deed.id.desc())
    return list(session.scalars(query))


def decide(act: Act, deed: Deed, shown: bool) -> None:  # noqa: FBT001 - the two ways of one decision
    """Show a deed, or decline it. Raises `NotPossible` if somebody decided meanwhile."""
    act.session.refresh(deed, with_for_update=True)
    if deed.state != Moderation.WAITING:
        raise NotPossible("decided")
    deed.state = (Moderation.SHOWN if shown else Moderation.DECLINED).value
    deed.decided_at = act.now
    act.session.flush()
