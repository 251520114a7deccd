"""What happens to organisers. Passwords arrive hashed: hashing belongs to the login machinery."""

from __future__ import annotations

import unicodedata
import uuid
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaign.accounts.models import Organiser, Role, RoleGrant
from campaign.audit import service as audit

COMMAND_LINE = "command line"
LONGEST_EMAIL = 254


class BadEmail(ValueError):
    """Not an e-mail address; the message says why."""


class OrganiserExists(Exception):
    """There is already an organiser with this address."""


def canonical_email(text: str) -> str:
    """The address as it is stored and looked up. Raises `BadEmail`."""
    try:
        parts = validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError as error:
        raise BadEmail(str(error)) from error
    return login_name(parts.normalized)


def login_name(text: str) -> str:
    """What somebody typed at the login in the form of `canonical_email`; empty if it can be no address."""
    name = unicodedata.normalize("NFC", text.strip()).lower()
    return name if name.isprintable() and len(name) <= LONGEST_EMAIL else ""


def create(session: Session, *, email: str, password_hash: str, actor: str, now: datetime) -> Organiser:
    """A new organiser with no role yet. Raises `BadEmail`, `OrganiserExists`."""
    organiser = Organiser(
        email=canonical_email(email),
        password=password_hash,
        active=True,
        fs_uniquifier=uuid.uuid4().hex,
        created_at=now,
    )
    session.add(organiser)
    try:
        session.flush()
    except IntegrityError as error:
        raise OrganiserExists from error
    audit.record(session, actor=actor, action="organiser.create", subject=organiser.actor, now=now)
    return organiser


def set_password(session: Session, organiser: Organiser, *, password_hash: str, actor: str, now: datetime) -> None:
    """A new password; every session that is open ends."""
    organiser.password = password_hash
    organiser.fs_uniquifier = uuid.uuid4().hex
    audit.record(session, actor=actor, action="organiser.password", subject=organiser.actor, now=now)


def disable(session: Session, organiser: Organiser, *, actor: str, now: datetime) -> None:
    """Out at once, and not in again. Roles are kept, for the record and for `enable`."""
    organiser.active = False
    organiser.fs_uniquifier = uuid.uuid4().hex
    audit.record(session, actor=actor, action="organiser.disable", subject=organiser.actor, now=now)


def enable(session: Session, organiser: Organiser, *, actor: str, now: datetime) -> None:
    """Let a disabled organiser log in again."""
    organiser.active = True
    audit.record(session, actor=actor, action="organiser.enable", subject=organiser.actor, now=now)


def grant(
    session: Session, organiser: Organiser, role: Role, *, campaign_id: int | None, actor: str, now: datetime
) -> bool:
    """Give a role in one campaign, or in every one (None). False if it was held already."""
    if session.scalar(select(RoleGrant.id).where(*_is(organiser, role, campaign_id))) is not None:
        return False
    session.add(RoleGrant(organiser_id=organiser.id, campaign_id=campaign_id, role=role))
    session.flush()
    session.expire(organiser, ["grants"])
    audit.record(
        session,
        actor=actor,
        action="organiser.grant",
        subject=organiser.actor,
        campaign_id=campaign_id,
        details={"role": role},
        now=now,
    )
    return True


def revoke(
    session: Session, organiser: Organiser, role: Role, *, campaign_id: int | None, actor: str, now: datetime
) -> bool:
    """Take back exactly the role that `grant` gave with the same arguments. False if it was not held."""
    held = session.scalar(select(RoleGrant.id).where(*_is(organiser, role, campaign_id)))
    if held is None:
        return False
    session.execute(delete(RoleGrant).where(RoleGrant.id == held))
    session.expire(organiser, ["grants"])
    audit.record(
        session,
        actor=actor,
        action="organiser.revoke",
        subject=organiser.actor,
        campaign_id=campaign_id,
        details={"role": role},
        now=now,
    )
    return True


def _is(organiser: Organiser, role: Role, campaign_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return (
        RoleGrant.organiser_id == organiser.id,
        RoleGrant.role == role,
        RoleGrant.campaign_id.is_not_distinct_from(campaign_id),
    )
