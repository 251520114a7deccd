"""Loading the demo campaign. Safe to repeat: what is there is left as it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from campaign.campaigns.models import Campaign, CampaignText
from campaign.demo.content import CAMPAIGN, HOSTILE_REASON, PETITION, PRISONERS, RECIPIENTS
from campaign.petitions.models import (
    Petition,
    PetitionText,
    Published,
    petition_prisoners,
    petition_recipients,
    text_hash,
)
from campaign.prisoners import service as profiles
from campaign.prisoners.models import Prisoner, PrisonerText, campaign_prisoners
from campaign.recipients.models import Recipient


def load(session: Session, now: datetime) -> bool:
    """Add the demo campaign with prisoners, recipients and petition; False if it was there already."""
    if session.scalars(select(Campaign).where(Campaign.slug == CAMPAIGN["slug"])).first():
        return False
    campaign = _campaign(session, now)
    prisoners = _prisoners(session, now)
    recipients = _recipients(session, campaign.id)
    petition = _petition(session, campaign.id, now)
    session.execute(
        insert(campaign_prisoners),
        [{"campaign_id": campaign.id, "prisoner_id": p, "position": n} for n, p in enumerate(prisoners)],
    )
    session.execute(
        insert(petition_prisoners),
        [{"petition_id": petition.id, "prisoner_id": p, "position": n} for n, p in enumerate(prisoners)],
    )
    session.execute(
        insert(petition_recipients),
        [{"petition_id": petition.id, "recipient_id": r, "position": n} for n, r in enumerate(recipients)],
    )
    return True


def _campaign(session: Session, now: datetime) -> Campaign:
    campaign = Campaign(
        slug=CAMPAIGN["slug"],
        name=CAMPAIGN["name"],
        risky_countries=CAMPAIGN["risky_countries"],
        reminder_days=[1, 4],
        created_at=now,
        texts=[CampaignText(language="en", title=CAMPAIGN["title"], summary=CAMPAIGN["summary"])],
    )
    session.add(campaign)
    session.flush()
    return campaign


def _prisoners(session: Session, now: datetime) -> list[int]:
    """Ids in order; one who is in the database already is not added twice."""
    ids = []
    for slug, name, about in PRISONERS:
        prisoner = session.scalars(select(Prisoner).where(Prisoner.slug == slug)).first()
        if prisoner is None:
            prisoner = Prisoner(
                slug=slug,
                name=name,
                texts=[PrisonerText(language="en", about=about)],
                names=[profiles.name_row(name, "en")],
                created_at=now,
                updated_at=now,
            )
            session.add(prisoner)
            session.flush()
        ids.append(prisoner.id)
    profiles.refresh(session, ids, profiles.Act("command line", now))
    return ids


def _recipients(session: Session, campaign_id: int) -> list[int]:
    recipients = [
        Recipient(
            campaign_id=campaign_id,
            name=name,
            office=office,
            organisation=place,
            hostile=True,
            hostile_reason=HOSTILE_REASON,
        )
        for name, office, place in RECIPIENTS
    ]
    session.add_all(recipients)
    session.flush()
    return [recipient.id for recipient in recipients]


def _petition(session: Session, campaign_id: int, now: datetime) -> Petition:
    title, body = str(PETITION["title"]), str(PETITION["body"])
    text = PetitionText(language="en", version=1, title=title, body=body, sha256=text_hash(title, body), created_at=now)
    petition = Petition(
        campaign_id=campaign_id,
        slug=PETITION["slug"],
        goal=PETITION["goal"],
        published=Published.PUBLISHED.value,
        counted_at=now,
        created_at=now,
        texts=[text],
    )
    session.add(petition)
    session.flush()
    return petition
