"""Personal links to join: made by organisers for many (`inviting_many`), or here for one successor; mailed at a pace.

Whether a mailbox wants no mail shows to nobody who invites: the invitation is made, and ends as a declined one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import Session

from campaign.godparents import service
from campaign.godparents.acting import Act, Kind, NotPossible, hold, hold_prisoners
from campaign.godparents.models import Godparenthood, Invitation, InvitationState, State, by_godparent
from campaign.godparents.standing import OPEN
from campaign.kit.addresses import Address
from campaign.kit.randomness import random_bytes
from campaign.kit.text import full_name
from campaign.kit.tokens import new_uid
from campaign.mailing import service as mailing
from campaign.people import service as people
from campaign.prisoners.models import Prisoner
from campaign.vault import Vault

EMAIL = "godparent_invitations.email"
NAME = "godparent_invitations.name"
MESSAGE = "godparent_invitations.message"

PER_MINUTE = 20
"""Mails of invitations, of all campaigns together: a parliament's mail server that gets hundreds at once blocks us."""
MOST_REMINDERS = 2
REMIND_AFTER = timedelta(days=5)
LAPSES_AFTER = timedelta(days=60)
"""Nobody answers after so long, and the link leads nowhere any more."""
FORGOTTEN_AFTER = timedelta(days=28)
"""From then on nothing personal is left of an invitation that was answered or taken back."""
MOST_HANDOVERS = 5
"""That one godparent may ask for in `HANDOVERS_WITHIN`: a link of ours is no way to write to just anybody."""
HANDOVERS_WITHIN = timedelta(days=7)


_IS_OPEN = text("godparent_invitations.state IN ('waiting', 'sent')")
"""Written out, not sent beside the statement: the partial indexes are found by it."""


class AlreadyInvited(Exception):
    """Somebody else asked this mailbox to take over from them. Nothing was written."""


def hand_over(
    act: Act, pair: Godparenthood, name: str, email: Address, language: str, *, message: str = ""
) -> Invitation:
    """Ask a named successor to take a godparenthood on; without `act.actor` it is the godparent who asks.

    It takes the place of an organiser's open invitation to the same mailbox. Raises `AlreadyInvited`, or `NotPossible`:
    `ended`, `yourself`, `handing_over`, `too_often`.
    """
    hold(act.session, pair.campaign_id)
    hold_prisoners(act.session, [pair.prisoner_id])
    act.session.refresh(pair)
    mailbox = people.mailbox_index(act.vault, pair.campaign_id, email.canonical)
    if not pair.active or pair.godparent.state != State.ACCEPTED:
        raise NotPossible("ended")
    if mailbox == pair.godparent.mailbox_index:
        raise NotPossible("yourself")
    if handover_of(act.session, pair.id) is not None:
        raise NotPossible("handing_over")
    by = act.actor or by_godparent(pair.godparent_id)
    if not act.actor and _lately(act, pair.campaign_id, by) >= MOST_HANDOVERS:
        raise NotPossible("too_often")
    there = _open_at(act.session, pair.campaign_id, mailbox)
    if there is not None and there.godparenthood_id is not None:
        raise AlreadyInvited
    if there is not None:
        withdraw(act, there)
    uid = new_uid()
    invitation = Invitation(
        uid=uid,
        campaign_id=pair.campaign_id,
        mailbox_index=mailbox,
        email=act.vault.seal(EMAIL, uid, email.wire),
        name=act.vault.seal_optional(NAME, uid, name),
        message=act.vault.seal_optional(MESSAGE, uid, message),
        language=language,
        prisoner_id=pair.prisoner_id,
        godparenthood_id=pair.id,
        created_by=by,
        created_at=act.now,
    )
    act.session.add(invitation)
    act.session.flush()
    return invitation


def withdraw(act: Act, invitation: Invitation) -> None:
    """Take an open invitation back; one that was answered stays as it is. A mail that has not left yet never does."""
    act.session.refresh(invitation, with_for_update=True)
    if invitation.state not in OPEN:
        return
    invitation.state, invitation.answered_at = InvitationState.WITHDRAWN.value, act.now
    mailing.cancel(act.session.connection(), invitation.uid)
    act.session.flush()


def may_remind(invitation: Invitation, now: datetime) -> bool:
    """Whether it has been out for some days, and a reminder is left."""
    out = invitation.state == InvitationState.SENT and invitation.sent_at is not None
    return out and invitation.reminders < MOST_REMINDERS and now - invitation.sent_at >= REMIND_AFTER  # type: ignore[operator]  # `out` says that there is a moment


def remind(act: Act, invitation: Invitation) -> None:
    """Have the mail sent once more, in its turn. Raises `NotPossible`: `too_soon`."""
    act.session.refresh(invitation, with_for_update=True)
    if not may_remind(invitation, act.now):
        raise NotPossible("too_soon")
    invitation.state, invitation.reminders = InvitationState.WAITING.value, invitation.reminders + 1
    act.session.flush()


def handover_of(session: Session, pair_id: int) -> Invitation | None:
    """The open hand-over of a godparenthood."""
    return session.scalars(select(Invitation).where(Invitation.godparenthood_id == pair_id, _IS_OPEN)).one_or_none()


def name_of(vault: Vault, invitation: Invitation) -> str:
    """Who is invited; empty once it is forgotten."""
    return vault.open_optional(NAME, invitation.uid, invitation.name)


def email_of(vault: Vault, invitation: Invitation) -> str:
    """Where the mail goes; empty once it is forgotten."""
    return vault.open_optional(EMAIL, invitation.uid, invitation.email)


def message_of(vault: Vault, invitation: Invitation) -> str:
    """What the inviting person adds; empty if nothing, or once it is forgotten."""
    return vault.open_optional(MESSAGE, invitation.uid, invitation.message)


# ---------------------------------------------------------------------------------------------------------------------
# The job's work


def send_some(act: Act) -> int:
    """Mail as many waiting invitations as the pace allows now, hand-overs first; how many were taken up."""
    last_minute = select(func.count()).where(Invitation.sent_at > act.now - timedelta(minutes=1))
    room = PER_MINUTE - (act.session.scalar(last_minute) or 0)
    query = (
        select(Invitation)
        .where(Invitation.state == InvitationState.WAITING.value)
        .order_by(Invitation.godparenthood_id.is_(None), Invitation.id)
        .limit(max(room, 0))
        .with_for_update(skip_locked=True)
    )
    waiting = act.session.scalars(query.execution_options(populate_existing=True)).all()
    for invitation in waiting:
        _send(act, invitation)
    act.session.flush()
    return len(waiting)


def purge_some(act: Act, limit: int = 200) -> int:
    """End invitations that nobody answered, and forget whom those were to that ended a while ago; how many."""
    unanswered = _locked(
        act.session,
        limit,
        Invitation.state.in_(OPEN),
        func.coalesce(Invitation.sent_at, Invitation.created_at) <= act.now - LAPSES_AFTER,
    )
    for invitation in unanswered:
        withdraw(act, invitation)
        forget(invitation)
    ended = _locked(
        act.session,
        limit,
        Invitation.state.not_in(OPEN),
        Invitation.email.is_not(None),
        func.coalesce(Invitation.answered_at, Invitation.created_at) <= act.now - FORGOTTEN_AFTER,
    )
    for invitation in ended:
        forget(invitation)
    act.session.flush()
    return len(unanswered) + len(ended)


def forget(invitation: Invitation) -> None:
    """Leave nothing of whom an ended invitation was to: neither the address nor what it could be found by."""
    invitation.email = invitation.name = invitation.message = None
    invitation.mailbox_index = random_bytes(32)


def _send(act: Act, invitation: Invitation) -> None:
    if service.refuses_mail(act.session, invitation.campaign_id, invitation.mailbox_index):
        invitation.state, invitation.answered_at = InvitationState.DECLINED.value, act.now
        return
    pair = act.session.get(Godparenthood, invitation.godparenthood_id) if invitation.godparenthood_id else None
    prisoner = act.session.get(Prisoner, invitation.prisoner_id) if invitation.prisoner_id else None
    kind = Kind.HANDOVER if pair is not None and pair.active else Kind.INVITATION
    giver = full_name(pair.godparent.given_name, pair.godparent.family_name) if pair is not None else ""
    to = email_of(act.vault, invitation)
    content = act.mails.render(
        act.session,
        kind,
        campaign_id=invitation.campaign_id,
        to=to,
        uid=invitation.uid,
        language=invitation.language,
        now=act.now,
        values={
            "name": name_of(act.vault, invitation),
            "message": message_of(act.vault, invitation),
            "prisoner": prisoner.name if prisoner is not None and not prisoner.hidden else "",
            "godparent": giver,
        },
    )
    mailing.enqueue(
        act.session.connection(),
        act.vault,
        kind=f"godparent_{kind}",
        topic=invitation.uid,
        to=to,
        content=content,
        now=act.now,
    )
    invitation.state, invitation.sent_at = InvitationState.SENT.value, act.now


def _lately(act: Act, campaign_id: int, by: str) -> int:
    query = select(func.count()).where(
        Invitation.campaign_id == campaign_id,
        Invitation.created_by == by,
        Invitation.created_at > act.now - HANDOVERS_WITHIN,
    )
    return act.session.scalar(query) or 0


def _open_at(session: Session, campaign_id: int, mailbox: bytes) -> Invitation | None:
    query = select(Invitation).where(
        Invitation.campaign_id == campaign_id, Invitation.mailbox_index == mailbox, _IS_OPEN
    )
    return session.scalars(query.with_for_update()).one_or_none()


def _locked(session: Session, limit: int, *conditions: ColumnElement[bool]) -> Sequence[Invitation]:
    query = select(Invitation).where(*conditions).order_by(Invitation.id).limit(limit)
    return session.scalars(query.with_for_update(skip_locked=True)).all()
