"""What every step of a godparent's life needs: who acts when on what, what can go wrong, and the mails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.godparents.models import Godparent, Programme, State
from campaign.mailing import service as mailing
from campaign.people import service as people
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
    INVITATION = "invitation"
    HANDOVER = "handover"


class Unknown(Exception):
    """No such godparent: the link is wrong, or what it led to was purged, refused or erased."""


class NotPossible(Exception):
    """What was asked does not fit the state that things are in. The message is a code."""


class NoSeat(Exception):
    """This prisoner has as many godparents as may be, or takes none, or has this one already."""


class TooMany(Exception):
    """This godparent stands by as many prisoners as may be."""


class AlreadyGodparent(Exception):
    """Another godparent of the campaign is this member."""


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
    query = select(Godparent).where(Godparent.uid == uid).with_for_update(of=Godparent)
    godparent = act.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if godparent is None or godparent.state == State.ERASED:
        raise Unknown
    return godparent


def hold(session: Session, campaign_id: int) -> Programme:
    """The campaign's programme, ours alone until the transaction ends. Raises `NotPossible` if it has none."""
    query = select(Programme).where(Programme.campaign_id == campaign_id).with_for_update()
    programme = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if programme is None:
        raise NotPossible("no_programme")
    return programme


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
