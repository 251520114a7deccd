"""One maker per noun of this room. Every value has a default; a test names only what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from campaign.campaigns.models import Campaign
from campaign.chambers.models import Chamber, ChamberDomain, Mandate, Member, MemberKey
from campaign.godparents import service
from campaign.godparents.acting import Act
from campaign.godparents.applying import Application
from campaign.godparents.models import Godparent, Programme
from campaign.kit import clock, folding
from campaign.kit.slugs import slug
from campaign.prisoners.models import Prisoner, campaign_prisoners
from campaign.vault import Vault

DOMAIN = "parliament.example"


class PlainMails:
    """Stands in for the templates where a test is about what happens, not about words; remembers what it made."""

    def __init__(self) -> None:
        self.made: list[tuple[str, str]] = []

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
        self.made.append((str(kind), to))
        return f"To: {to}\r\n\r\n{kind}\r\n"


def acting(app: Flask, session: Session, *, now: datetime | None = None, mails: object = None, actor: str = "") -> Act:
    """An act in this transaction; without `mails`, words are left out."""
    vault: Vault = app.extensions["campaign.vault"]
    return Act(session, vault, mails or PlainMails(), now or clock.now(), actor)  # type: ignore[arg-type]  # a fake


def programme(session: Session, **changes: object) -> Programme:
    """The programme of the demo campaign, or of a campaign of its own if there is none; open."""
    campaign = session.scalars(select(Campaign).order_by(Campaign.id)).first()
    if campaign is None:
        campaign = Campaign(slug="stand-by-them", name="Stand by them", created_at=clock.now())
        session.add(campaign)
        session.flush()
    values = {"open": True, "per_prisoner": 5, "per_godparent": 3, "created_at": clock.now()} | changes
    found = session.get(Programme, campaign.id)
    if found is None:
        found = Programme(campaign_id=campaign.id)
        session.add(found)
    for name, value in values.items():
        setattr(found, name, value)
    session.flush()
    return found


def chamber(
    session: Session, name: str = "Parliament of Example", *, domain: str = DOMAIN, country: str = "EE"
) -> Chamber:
    """A chamber with one official domain."""
    now = clock.now()
    made = Chamber(
        slug=slug(name), source_id=slug(name), name=name, country=country, created_at=now, updated_at=now,
        domains=[ChamberDomain(domain=domain, official=True)],
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def member(
    session: Session,
    of: Chamber,
    given_name: str = "Mari",
    family_name: str = "Tamm",
    *,
    email: str = "",
    until: date | None = None,
) -> Member:
    """Somebody with a mandate in a chamber; found by search as an imported one is."""
    name = f"{given_name} {family_name}"
    made = Member(
        source_id=slug(f"{name} {email}"), name=name, given_name=given_name, family_name=family_name,
        email=email, mailbox=email.lower(), sort_key=family_name.lower(), updated_at=clock.now(),
    )  # fmt: skip
    session.add(made)
    session.flush()
    session.add(Mandate(chamber_id=of.id, member_id=made.id, source_key=slug(f"{name} {email}")[:64], until=until))
    for word in set(folding.words(name)):
        session.add(MemberKey(key=word, coarse=False, member_id=made.id))
    session.flush()
    return made


def prisoner(
    session: Session, name: str, *, campaign_id: int, status: str = "convicted", since: str = "2021-07-14"
) -> Prisoner:
    """Somebody whom the campaign names, with a status as it would follow from a log."""
    now = clock.now()
    made = Prisoner(
        slug=slug(name),
        name=name,
        sort_key=slug(name),
        status=status,
        detained_since=since,
        created_at=now,
        updated_at=now,
    )
    session.add(made)
    session.flush()
    session.execute(insert(campaign_prisoners), [{"campaign_id": campaign_id, "prisoner_id": made.id, "position": 0}])
    return made


def application(
    given_name: str = "Mari", family_name: str = "Tamm", email: str = "mari.tamm@parliament.example", **changes: object
) -> Application:
    """A checked form."""
    values: dict[str, object] = {
        "given_name": given_name,
        "family_name": family_name,
        "email": email,
        "canonical": email.lower(),
        "domain": email.partition("@")[2].lower(),
        "country": "EE",
        "language": "en",
    }
    return Application(**(values | changes))  # type: ignore[arg-type]  # names are those of the class


def joined(act: Act, campaign_id: int, form: Application | None = None) -> Godparent:
    """Somebody who sent the form and has not pressed the button."""
    before = set(act.session.scalars(select(Godparent.id)))
    service.join(act, campaign_id, form or application())
    return act.session.scalars(select(Godparent).where(Godparent.id.not_in(before))).one()


def accepted(act: Act, campaign_id: int, form: Application | None = None, **chosen: int | None) -> Godparent:
    """Somebody whom an organiser accepted (or whose mailbox proved enough)."""
    godparent = joined(act, campaign_id, form)
    service.confirm(act, godparent.uid)
    if godparent.state != "accepted":
        service.accept(act, godparent, verified_by="organiser", **chosen)
    return godparent
