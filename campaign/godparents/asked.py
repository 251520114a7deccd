"""What somebody typed who wants to join, as its owner reads it before pressing the button."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaign.campaigns.models import Campaign
from campaign.chambers.models import Chamber
from campaign.godparents import applying, offering
from campaign.godparents.models import Godparent, Photo, Programme, Role, State
from campaign.kit.text import full_name
from campaign.vault import Vault


@dataclass(frozen=True, slots=True)
class Asked:
    """A sign-up. `office` is the chamber or the office written by hand, `prisoner` empty if one is to be assigned.

    Once it is confirmed, nothing of what was typed is here: the own page has it.
    """

    uid: bytes
    pending: bool
    asked_at: datetime
    campaign: str
    campaign_slug: str
    role: Role
    name: str = field(default="", repr=False)
    offices: tuple[str, ...] = ()
    party: str = ""
    country: str = ""
    contact: str = field(default="", repr=False)
    filled_by: str = field(default="", repr=False)
    statement: str = ""
    prisoner: str = ""
    photo: bool = False


def asked(session: Session, vault: Vault, uid: bytes, language: str) -> Asked | None:
    """The sign-up with that uid; None if there is none any more."""
    godparent = session.scalars(select(Godparent).where(Godparent.uid == uid)).one_or_none()
    if godparent is None or godparent.state == State.ERASED:
        return None
    campaign = session.get_one(Campaign, godparent.campaign_id)
    programme = session.get(Programme, godparent.campaign_id)
    role = Role(programme.role) if programme else Role.GODPARENT
    head = (godparent.uid, godparent.state == State.PENDING, godparent.created_at, campaign.name, campaign.slug, role)
    typed = applying.opened(vault, godparent) if godparent.state == State.PENDING else None
    if typed is None:
        return Asked(*head)
    chamber = session.get(Chamber, typed.chamber_id) if typed.chamber_id else None
    chosen = offering.wanted_by_id(session, campaign.id, typed.prisoner_id) if typed.prisoner_id else None
    photos = select(func.count()).where(Photo.godparent_id == godparent.id)
    return Asked(
        *head,
        name=full_name(typed.given_name, typed.family_name),
        offices=tuple(filter(None, (chamber.called(language) if chamber else "", typed.office))),
        party=typed.party,
        country=typed.country,
        contact=typed.contact,
        filled_by=typed.filled_by,
        statement=typed.statement,
        prisoner=chosen.name if chosen else "",
        photo=bool(session.scalar(photos)),
    )
