"""What every step of a godparent's life needs: who acts when on what, what can go wrong, the locks, and the mails.

Whoever changes something locks in one order, so that nobody waits in a circle: the godparent (`found`, `lock`), the
campaign's programme (`hold`), prisoners (`hold_prisoners`), then godparenthoods and invitations. An act that changes a
prisoner holds that prisoner only, and comes to the godparenthoods from there. What is locked is read again. Should the
database still give an act up, because two did the same at once, it is done again as a whole: views, admin, cli and jobs
run the function that opens the transaction with `campaign.db.again`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from campaign.godparents.models import Godparent, Programme, State
from campaign.mailing import service as mailing
from campaign.people import service as people
from campaign.prisoners.models import Prisoner
from campaign.vault import Vault

MOST_MAILS = 5
"""To one mailbox before it is accepted. The last is kept for what only its owner can cause."""

CONFIRM, OWN, INVITED = "g", "o", "i"
"""Kinds of link tokens: `/confirm/…`, `/godparents/own/…`, `/godparents/invited/…`."""


class Kind(StrEnum):
    """Mails that are written at once; `NoticeKind` names the others. The template's folder is `godparent_<kind>`."""

    CONFIRM = "confirm"
    REMINDER = "reminder"
    ALREADY = "already"
    WAITING = "waiting"
    DECLINED = "declined"
    LINK = "link"
    INVITATION = "invitation"
    HANDOVER = "handover"


class Unknown(Exception):
    """No such godparent: the link is wrong, or what it led to was purged, refused or erased."""


class NotPossible(Exception):
    """What was asked does not fit the state that things are in. The message is a code."""


class NoSeat(Exception):
    """This prisoner has as many godparents as may be, or takes none, or has this one already. Nothing was written."""


class TooMany(Exception):
    """This godparent stands by as many prisoners as may be. Nothing was written."""


class AlreadyGodparent(Exception):
    """Another godparent of the campaign is this member. Nothing was written."""


class Mails(Protocol):
    """Renders a godparent's mail; see `godparents.emails`."""

    def render(
        self,
        session: Session,
        kind: str,
        *,
        campaign_id: int,
        to: str,
        uid: bytes,
        language: str,
        now: datetime,
        values: Mapping[str, object] | None = None,
    ) -> str:
        """The whole message with the link for `uid` that belongs to `kind`."""


@dataclass(frozen=True, slots=True)
class Act:
    """What every step needs: the open transaction, the vault, the mails, the moment, and who acts (for organisers)."""

    session: Session
    vault: Vault
    mails: Mails
    now: datetime
    actor: str = ""


def found(act: Act, uid: bytes) -> Godparent:
    """The godparent with that uid, locked. Raises `Unknown`."""
    godparent = act.session.scalars(_locked(Godparent.uid == uid)).one_or_none()
    if godparent is None or godparent.state == State.ERASED:
        raise Unknown
    return godparent


def lock(session: Session, *godparents: Godparent) -> None:
    """Hold these godparents until the transaction ends, as they are now. Raises `Unknown` if one is gone."""
    session.flush()
    ids = {godparent.id for godparent in godparents}
    if len(session.scalars(_locked(Godparent.id.in_(ids)).order_by(Godparent.id)).all()) != len(ids):
        raise Unknown


def hold(session: Session, campaign_id: int) -> Programme:
    """The campaign's programme, ours alone until the transaction ends. Raises `NotPossible` if it has none."""
    query = select(Programme).where(Programme.campaign_id == campaign_id).with_for_update()
    programme = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if programme is None:
        raise NotPossible("no_programme")
    return programme


def hold_prisoners(session: Session, prisoner_ids: Collection[int]) -> None:
    """Wait for whoever changes these prisoners now, and let nobody else do so until the transaction ends."""
    query = select(Prisoner.id).where(Prisoner.id.in_(sorted(prisoner_ids))).order_by(Prisoner.id)
    session.execute(query.with_for_update(of=Prisoner, key_share=True))


def _locked(*conditions: ColumnElement[bool]) -> Select[Godparent]:
    """Those who only point at a godparent need not wait: the key is left alone."""
    query = select(Godparent).where(*conditions).with_for_update(of=Godparent, key_share=True)
    return query.execution_options(populate_existing=True)


def address(act: Act, godparent: Godparent) -> tuple[str, str]:
    """The address that mail goes to, and its language."""
    assert godparent.person_id is not None
    return people.email_of(act.session.connection(), act.vault, godparent.person_id)


def send_mail(
    act: Act, kind: Kind, campaign_id: int, uid: bytes, to: str, language: str, *, withheld: bool = False
) -> None:
    """Write one mail about `uid` into the outbox."""
    content = act.mails.render(
        act.session, kind, campaign_id=campaign_id, to=to, uid=uid, language=language, now=act.now
    )
    mailing.enqueue(
        act.session.connection(),
        act.vault,
        kind=f"godparent_{kind}",
        topic=uid,
        to=to,
        content=content,
        now=act.now,
        withheld=withheld,
    )
