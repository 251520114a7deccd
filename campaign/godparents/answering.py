"""A personal invitation as whoever got it reads it, and the answer "no"."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.chambers import queries as rosters
from campaign.chambers.queries import Seat
from campaign.godparents import inviting, offering, service
from campaign.godparents.acting import Act, NotPossible, Unknown
from campaign.godparents.models import Godparenthood, Invitation, InvitationState
from campaign.godparents.offering import Wanted
from campaign.kit.text import full_name
from campaign.vault import Vault


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation, opened. `seat` is the roster's entry of who is invited, `giver` who hands over (empty: nobody).

    `prisoner` is who it is about, None if that one is not (or no more) to be had. `refused`: no mail goes there.
    """

    uid: bytes
    campaign_id: int
    state: InvitationState
    name: str = field(repr=False)
    email: str = field(repr=False)
    message: str = field(repr=False)
    seat: Seat | None
    chamber_id: int | None
    prisoner: Wanted | None
    giver: str
    refused: bool

    @property
    def open(self) -> bool:
        """Whether it waits for an answer."""
        return self.state in (InvitationState.WAITING, InvitationState.SENT)


def invited(session: Session, vault: Vault, uid: bytes, language: str, today: date) -> Invited | None:
    """The invitation with that uid; None if there is none, or if whoever made it took it back."""
    invitation = session.scalars(select(Invitation).where(Invitation.uid == uid)).one_or_none()
    if invitation is None or invitation.state == InvitationState.WITHDRAWN:
        return None
    pair = session.get(Godparenthood, invitation.godparenthood_id) if invitation.godparenthood_id else None
    giver = pair.godparent if pair is not None and pair.active else None
    seat = rosters.seat(session, invitation.member_id, today, language) if invitation.member_id else None
    prisoner_id = invitation.prisoner_id
    return Invited(
        uid=invitation.uid,
        campaign_id=invitation.campaign_id,
        state=InvitationState(invitation.state),
        name=inviting.name_of(vault, invitation),
        email=inviting.email_of(vault, invitation),
        message=inviting.message_of(vault, invitation),
        seat=seat,
        chamber_id=invitation.chamber_id,
        prisoner=offering.wanted_by_id(session, invitation.campaign_id, prisoner_id) if prisoner_id else None,
        giver=full_name(giver.given_name, giver.family_name) if giver else "",
        refused=service.refuses_mail(session, invitation.campaign_id, invitation.mailbox_index),
    )


def named(session: Session, uid: bytes) -> Invitation:
    """The invitation with that uid, as it is in the database now. Raises `Unknown`."""
    query = select(Invitation).where(Invitation.uid == uid).execution_options(populate_existing=True)
    invitation = session.scalars(query).one_or_none()
    if invitation is None or invitation.state == InvitationState.WITHDRAWN:
        raise Unknown
    return invitation


def decline(act: Act, uid: bytes, *, never_again: bool) -> None:
    """Say no; twice is the same as once. With `never_again` no further mail about this goes to the mailbox.

    Raises `Unknown`, or `NotPossible` for who has joined by it.
    """
    invitation = named(act.session, uid)
    act.session.refresh(invitation, with_for_update=True)
    if invitation.state == InvitationState.JOINED:
        raise NotPossible("answered")
    if invitation.state != InvitationState.DECLINED:
        invitation.state, invitation.answered_at = InvitationState.DECLINED.value, act.now
    if never_again:
        service.never_write(act.session, invitation.campaign_id, invitation.mailbox_index, act.now)
    act.session.flush()
