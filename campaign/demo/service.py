"""Loading the demo campaign. Safe to repeat: what is there is left as it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from campaign.campaigns.models import Campaign, CampaignText
from campaign.demo.content import (
    BEGINNING,
    CAMPAIGN,
    FACILITIES,
    HOSTILE_REASON,
    NAME_LANGUAGES,
    PETITION,
    PRISONERS,
    RECIPIENTS,
    RECOGNITION,
    Person,
    Told,
)
from campaign.facilities.models import Facility, FacilityAddress, FacilityName
from campaign.kit.folding import fold
from campaign.kit.randomness import random_bytes
from campaign.kit.scripts import script_of
from campaign.petitions.models import (
    Petition,
    PetitionText,
    Published,
    petition_prisoners,
    petition_recipients,
    text_hash,
)
from campaign.prisoners import service as profiles
from campaign.prisoners.models import (
    Designation,
    Event,
    EventText,
    Prisoner,
    PrisonerText,
    campaign_prisoners,
)
from campaign.recipients.models import Recipient

ACTOR = "command line"


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


def _facilities(session: Session, now: datetime) -> dict[str, int]:
    """Ids by slug; one that is in the database already stays as it is."""
    for place in FACILITIES:
        if session.scalars(select(Facility).where(Facility.slug == place.slug)).first():
            continue
        facility = Facility(
            slug=place.slug,
            kind=place.kind.value,
            country="BY",
            letter_languages=list(place.letter_languages),
            rules_as_of=BEGINNING,
            created_at=now,
            updated_at=now,
        )
        facility.names = [
            FacilityName(name=name, language=language, script=script_of(name), key=fold(name), position=position)
            for position, (language, name) in enumerate(place.names)
        ]
        if place.address:
            facility.addresses = [FacilityAddress(script="Cyrl", lines=place.address)]
        session.add(facility)
    session.flush()
    query = select(Facility.slug, Facility.id).where(Facility.slug.in_(place.slug for place in FACILITIES))
    return {row.slug: row.id for row in session.execute(query)}


def _prisoners(session: Session, now: datetime) -> list[int]:
    """Ids in order; one who is in the database already is not added twice."""
    facilities = _facilities(session, now)
    prisoners = []
    for person in PRISONERS:
        prisoner = session.scalars(select(Prisoner).where(Prisoner.slug == person.slug)).first()
        if prisoner is None:
            prisoner = _prisoner(person, facilities, now)
            session.add(prisoner)
        prisoners.append(prisoner)
    session.flush()
    ids = [prisoner.id for prisoner in prisoners]
    profiles.refresh(session, ids, profiles.Act(ACTOR, now))
    return ids


def _prisoner(person: Person, facilities: dict[str, int], now: datetime) -> Prisoner:
    organisation, term, url = RECOGNITION
    return Prisoner(
        slug=person.slug,
        name=person.name,
        gender=person.gender.value,
        country="BY",
        born=person.born,
        texts=[PrisonerText(language="en", about=person.about)],
        names=[
            profiles.name_row(name, language, kind, position)
            for position, (name, (language, kind)) in enumerate(zip(person.names, NAME_LANGUAGES, strict=True))
        ],
        events=[_event(told, facilities, now) for told in person.events],
        designations=[Designation(organisation=organisation, term=term, url=url)],
        created_at=now,
        updated_at=now,
    )


def _event(told: Told, facilities: dict[str, int], now: datetime) -> Event:
    details = told.details | ({"facility": facilities[told.place]} if told.place else {})
    return Event(
        uid=random_bytes(16),
        kind=told.kind.value,
        day=told.day,
        as_of=told.as_of,
        public=True,
        source=told.source,
        url=told.url,
        details=details,
        texts=[EventText(language="en", text=told.text)],
        created_at=now,
        actor=ACTOR,
    )


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
