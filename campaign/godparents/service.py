"""What happens to a godparent: joins, confirms, is accepted or declined, leaves.

Every function works on the session of a transaction that its caller opens. What follows between godparent and prisoner
is in `standing`.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sqlalchemy import and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from campaign.godparents import applying, notices, verifying
from campaign.godparents.acting import (
    MOST_MAILS,
    Act,
    AlreadyGodparent,
    Kind,
    NoSeat,
    NotPossible,
    TooMany,
    Unknown,
    address,
    found,
    hold,
    lock,
    send_mail,
)
from campaign.godparents.applying import Application
from campaign.godparents.models import (
    Deed,
    EndReason,
    Godparent,
    Godparenthood,
    Invitation,
    InvitationState,
    NoticeKind,
    Photo,
    Refusal,
    State,
    by_godparent,
)
from campaign.godparents.standing import OPEN, begin, end, succeed
from campaign.godparents.standing import of as pairs_of
from campaign.kit.folding import words
from campaign.kit.romanisation import sortable
from campaign.kit.slugs import slug as make_slug
from campaign.kit.tokens import new_uid
from campaign.mailing import service as mailing
from campaign.people import service as people
from campaign.people import wordings

RESERVED_SLUGS = frozenset({"join", "own", "invited", "members", "feed", "feeds", "without", "countries", "chambers"})

REFUSED = exists().where(Refusal.campaign_id == Godparent.campaign_id, Refusal.mailbox_index == Godparent.mailbox_index)
"""Of a godparent: whether the mailbox's owner wants no mail about this."""


def join(act: Act, campaign_id: int, form: Application, photo: Photo | None = None) -> None:
    """Store an unconfirmed sign-up and its mail. Known and unknown mailboxes take the same steps.

    A pending or declined sign-up takes over what was typed last with the same address; a confirmed one is never changed
    from here, and its owner is sent the link to the own page instead.
    """
    mailbox = people.mailbox_index(act.vault, campaign_id, form.canonical)
    godparent = _at_mailbox(act, campaign_id, mailbox)
    if refuses_mail(act.session, campaign_id, mailbox):
        send_mail(act, Kind.CONFIRM, campaign_id, new_uid(), form.email, form.language, withheld=True)
        return
    if godparent is None:
        _add(act, campaign_id, form, mailbox, photo)
        return
    email, _language = address(act, godparent)
    anew = _anew(godparent)
    may_mail = godparent.mails < (MOST_MAILS - 1 if anew else MOST_MAILS)
    if anew and may_mail and form.email.lower() == form.canonical != email.lower():
        _begin_anew(act, godparent, form, mailbox, photo)
        return
    # Two addresses can be one mailbox's without having one owner: what the one types, the other must not see.
    if anew and may_mail and email.lower() == form.email.lower():
        _retype(act, godparent, form, photo)
    godparent.mails += may_mail
    kind = Kind.CONFIRM if anew else Kind.ALREADY
    send_mail(act, kind, campaign_id, godparent.uid, email, form.language, withheld=not may_mail)


def join_by(act: Act, invitation: Invitation, form: Application, photo: Photo | None = None) -> Godparent:
    """Join by a personal link with the address that it was mailed to: nothing is left to confirm.

    Whoever has confirmed before comes out as they were, with the invitation bound to them; a hand-over is taken on at
    once by who is accepted. Raises `NotPossible` (`answered`, `other_address`), and for a hand-over `NoSeat`,
    `TooMany` or `NotPossible` (`ended`).
    """
    if people.mailbox_index(act.vault, invitation.campaign_id, form.canonical) != invitation.mailbox_index:
        raise NotPossible("other_address")
    godparent = _at_mailbox(act, invitation.campaign_id, invitation.mailbox_index)
    if godparent is not None and _anew(godparent) and address(act, godparent)[0].lower() != form.email.lower():
        remove(act, godparent)  # mail went to another spelling of the mailbox, which may be somebody else's
        godparent = None
    if godparent is None:
        godparent = _add(act, invitation.campaign_id, form, invitation.mailbox_index, photo, mail=False)
    elif _anew(godparent):
        _retype(act, godparent, form, photo)
    hold(act.session, invitation.campaign_id)
    act.session.refresh(invitation, with_for_update=True)
    if invitation.state not in OPEN:
        raise NotPossible("answered")
    invitation.state, invitation.answered_at = InvitationState.JOINED.value, act.now
    invitation.godparent_id = godparent.id
    act.session.flush()
    if godparent.state != State.ACCEPTED:
        return confirm(act, godparent.uid)
    if former := _handed_over_to(act, godparent):
        succeed(act, former, godparent)
    return godparent


def confirm(act: Act, uid: bytes) -> Godparent:
    """Take note that the mailbox's owner pressed the button; twice is the same as once. Raises `Unknown`.

    Verified are accepted at once; the others wait for an organiser, with the reasons. Whom the roster takes them for is
    sealed with what they typed: until they are accepted, nothing in clear says who waits.
    """
    godparent = found(act, uid)
    if godparent.state != State.PENDING:
        return godparent
    application = applying.opened(act.vault, godparent)
    if application is None:
        raise Unknown
    hold(act.session, godparent.campaign_id)  # of two who are the same member, the second is seen to be the second
    verdict = verifying.verdict(act.session, godparent, application, act.now.date())
    godparent.confirmed_at = act.now
    godparent.reasons = [reason.value for reason in verdict.reasons]
    if verdict.verified:
        accept(act, godparent, verified_by="mailbox", member_id=verdict.member_id, chamber_id=verdict.chamber_id)
        return godparent
    taken_for = replace(application, member_id=verdict.member_id, chamber_id=verdict.chamber_id)
    godparent.typed = applying.seal(act.vault, uid, taken_for)
    godparent.state = State.WAITING.value
    email, language = address(act, godparent)
    send_mail(act, Kind.WAITING, godparent.campaign_id, uid, email, language)
    act.session.flush()
    return godparent


def remind(act: Act, godparent: Godparent, number: int) -> None:
    """Write the `number`th reminder to somebody who has not confirmed."""
    godparent.reminders, godparent.mails = number, godparent.mails + 1
    email, language = address(act, godparent)
    send_mail(act, Kind.REMINDER, godparent.campaign_id, godparent.uid, email, language)
    act.session.flush()


def refuse(act: Act, uid: bytes) -> None:
    """Do what "this wasn't me" asks: the sign-up goes, and further mail. Raises `Unknown`.

    One that was confirmed is not undone by an old mail's link, for the own page is there to leave.
    """
    godparent = found(act, uid)
    if godparent.state != State.PENDING or godparent.mailbox_index is None:
        raise Unknown
    never_write(act.session, godparent.campaign_id, godparent.mailbox_index, act.now)
    remove(act, godparent)


def remove(act: Act, godparent: Godparent) -> None:
    """Delete somebody who was never accepted, with everything that was typed."""
    lock(act.session, godparent)
    if godparent.state not in (State.PENDING, State.WAITING, State.DECLINED):
        raise NotPossible("accepted")
    act.session.execute(update(Invitation).where(Invitation.godparent_id == godparent.id).values(godparent_id=None))
    mailing.cancel(act.session.connection(), godparent.uid)
    people.forget_consents(act.session.connection(), godparent.uid)
    person = godparent.person_id
    act.session.delete(godparent)
    act.session.flush()
    if person is not None:
        people.forget_if_alone(act.session.connection(), person)


def never_write(session: Session, campaign_id: int, mailbox: bytes, now: datetime) -> None:
    """Remember that this mailbox wants no mail about this."""
    if not refuses_mail(session, campaign_id, mailbox):
        session.add(Refusal(campaign_id=campaign_id, mailbox_index=mailbox, created_at=now))
        session.flush()


def refuses_mail(session: Session, campaign_id: int, mailbox: bytes) -> bool:
    """Whether the mailbox's owner wants no mail about this."""
    return session.get(Refusal, (campaign_id, mailbox)) is not None


def accept(
    act: Act,
    godparent: Godparent,
    *,
    verified_by: str,
    member_id: int | None = None,
    chamber_id: int | None = None,
) -> None:
    """Make somebody a godparent, with the prisoner they asked for or one who needs them most.

    Without `member_id` and `chamber_id` they are whom `godparent` says. Nothing of it is public yet. If the prisoner
    who was asked for takes nobody now, the godparent is asked to choose another. Raises `AlreadyGodparent`, or
    `NotPossible` for who did not confirm.
    """
    lock(act.session, godparent)
    application = applying.opened(act.vault, godparent)
    if application is None or godparent.confirmed_at is None or godparent.state not in (State.PENDING, State.WAITING):
        raise NotPossible("not_waiting")
    hold(act.session, godparent.campaign_id)
    if member_id is None and chamber_id is None:
        member_id, chamber_id = godparent.member_id, godparent.chamber_id
    if verifying.is_godparent(act.session, godparent.campaign_id, member_id, but=godparent.id):
        raise AlreadyGodparent
    godparent.member_id, godparent.chamber_id = member_id, chamber_id
    _write_out(act, godparent, application)
    godparent.state, godparent.verified_by, godparent.accepted_at = State.ACCEPTED.value, verified_by, act.now
    godparent.reasons = []
    act.session.flush()
    notices.add(act.session, godparent, NoticeKind.WELCOME, due=act.now)
    former = _handed_over_to(act, godparent)
    with suppress(NoSeat, TooMany, NotPossible):
        if former is not None:
            succeed(act, former, godparent)
            return
    with suppress(NoSeat, TooMany):
        begin(act, godparent, application.prisoner_id)


def decline(act: Act, godparent: Godparent) -> None:
    """Turn a waiting sign-up down; a mail says so. Raises `NotPossible`."""
    lock(act.session, godparent)
    if godparent.state != State.WAITING:
        raise NotPossible("not_waiting")
    godparent.state, godparent.declined_at = State.DECLINED.value, act.now
    email, language = address(act, godparent)
    send_mail(act, Kind.DECLINED, godparent.campaign_id, godparent.uid, email, language)


def erase(act: Act, godparent: Godparent) -> None:
    """Forget somebody: godparenthoods end, and of them only dates and prisoners stay.

    Erasing twice is the same as once; who was never accepted is deleted whole.
    """
    lock(act.session, godparent)
    if godparent.state == State.ERASED:
        return
    if godparent.state != State.ACCEPTED:
        _forget_invitations(act, godparent)
        remove(act, godparent)
        return
    pairs = pairs_of(act.session, godparent.id)
    end(act, pairs, EndReason.WITHDRAWN)
    _strip(act, godparent, pairs)


def write_name(godparent: Godparent, given_name: str, family_name: str) -> None:
    """Set the name, with what it is put in order and found by."""
    godparent.given_name, godparent.family_name = given_name, family_name
    godparent.sort_key = sortable(f"{family_name} {given_name}")[:200]
    godparent.name_key = "".join(f" {word}" for word in words(f"{given_name} {family_name}"))[:300]


def _at_mailbox(act: Act, campaign_id: int, mailbox: bytes) -> Godparent | None:
    query = select(Godparent).where(Godparent.campaign_id == campaign_id, Godparent.mailbox_index == mailbox)
    godparent = act.session.scalars(query).one_or_none()
    if godparent is not None:
        lock(act.session, godparent)
    return godparent


def _anew(godparent: Godparent) -> bool:
    """Whether what is typed now takes the place of what was typed before."""
    return godparent.state in (State.PENDING, State.DECLINED)


def _add(
    act: Act, campaign_id: int, form: Application, mailbox: bytes, photo: Photo | None, *, mail: bool = True
) -> Godparent:
    connection = act.session.connection()
    address = people.email_index(act.vault, campaign_id, form.email)
    person = people.find(connection, campaign_id, address) or people.add(
        connection, act.vault, campaign_id, address, form.email, form.language, act.now
    )
    uid = new_uid()
    godparent = Godparent(
        uid=uid,
        campaign_id=campaign_id,
        person_id=person,
        mailbox_index=mailbox,
        typed=applying.seal(act.vault, uid, form),
        mails=int(mail),
        created_at=act.now,
        photos=[photo] if photo else [],
    )
    act.session.add(godparent)
    act.session.flush()
    people.consent(connection, person, uid, (wordings.JOIN, wordings.PUBLISH), act.now)
    if mail:
        send_mail(act, Kind.CONFIRM, campaign_id, uid, form.email, form.language)
    return godparent


def _begin_anew(act: Act, godparent: Godparent, form: Application, mailbox: bytes, photo: Photo | None) -> None:
    """Make room for the plain spelling of a mailbox: who typed a tagged one first does not keep its owner out."""
    campaign_id, mails = godparent.campaign_id, godparent.mails
    remove(act, godparent)
    _add(act, campaign_id, form, mailbox, photo).mails += mails


def _retype(act: Act, godparent: Godparent, form: Application, photo: Photo | None) -> None:
    """Take over what was typed anew; the photo, too, even if there is none now."""
    connection = act.session.connection()
    godparent.typed = applying.seal(act.vault, godparent.uid, form)
    godparent.state, godparent.declined_at, godparent.confirmed_at = State.PENDING.value, None, None
    godparent.created_at, godparent.reminders, godparent.reasons = act.now, 0, []
    godparent.photos.clear()
    act.session.flush()
    if photo:
        godparent.photos.append(photo)
    people.forget_consents(connection, godparent.uid)
    assert godparent.person_id is not None
    people.consent(connection, godparent.person_id, godparent.uid, (wordings.JOIN, wordings.PUBLISH), act.now)
    act.session.flush()


def _write_out(act: Act, godparent: Godparent, application: Application) -> None:
    write_name(godparent, application.given_name, application.family_name)
    godparent.office, godparent.party, godparent.country = application.office, application.party, application.country
    private = "\n".join(filter(None, (application.contact, application.filled_by)))
    godparent.contact = act.vault.seal_optional(applying.CONTACT, godparent.uid, private)
    godparent.slug = _free_slug(act.session, f"{application.given_name} {application.family_name}")


def _free_slug(session: Session, name: str) -> str:
    base = make_slug(name, longest=70, fallback="member")
    taken = set(session.scalars(select(Godparent.slug).where(Godparent.slug.startswith(base, autoescape=True))))
    taken |= RESERVED_SLUGS
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def _handed_over_to(act: Act, godparent: Godparent) -> Godparenthood | None:
    """What somebody named this godparent for, and still stands for; it is theirs to take on this once."""
    query = select(Invitation).where(Invitation.godparent_id == godparent.id, Invitation.godparenthood_id.is_not(None))
    invitation = act.session.scalars(query.order_by(Invitation.id.desc()).limit(1)).first()
    if invitation is None:
        return None
    former = act.session.get(Godparenthood, invitation.godparenthood_id)
    invitation.godparenthood_id = None
    return former if former is not None and former.active else None


def _forget_invitations(act: Act, godparent: Godparent) -> None:
    """Delete those to this godparent and those by them, with their mails."""
    to_them = and_(Invitation.campaign_id == godparent.campaign_id, Invitation.mailbox_index == godparent.mailbox_index)
    by_them = Invitation.created_by == by_godparent(godparent.id)
    asked = or_(Invitation.godparent_id == godparent.id, to_them, by_them)
    for uid in act.session.scalars(delete(Invitation).where(asked).returning(Invitation.uid)).all():
        mailing.cancel(act.session.connection(), uid)


def _strip(act: Act, godparent: Godparent, pairs: Collection[Godparenthood]) -> None:
    connection, person = act.session.connection(), godparent.person_id
    mailing.cancel(connection, godparent.uid)
    people.forget_consents(connection, godparent.uid)
    _forget_invitations(act, godparent)
    act.session.execute(delete(Deed).where(Deed.godparent_id == godparent.id))
    notices.forget(act.session, godparent.id)
    for pair in pairs:
        pair.statement = pair.statement_language = pair.proposed_language = ""
        pair.proposed, pair.why = None, {}
    godparent.photos.clear()
    for name in ("given_name", "family_name", "sort_key", "name_key", "office", "party", "country", "verified_by"):
        setattr(godparent, name, "")
    for name in ("person_id", "mailbox_index", "typed", "contact", "slug", "chamber_id", "member_id", "left_office_on"):
        setattr(godparent, name, None)
    godparent.state, godparent.erased_at, godparent.wants_prisoner = State.ERASED.value, act.now, False
    act.session.flush()
    if person is not None:
        people.forget_if_alone(connection, person)
