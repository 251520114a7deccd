"""An invented parliament, so that a newcomer can try joining: its members are all called "example", in some language.

Nobody of them stands by a prisoner of the demo: those are real people, and pairs would be claims about them.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.campaigns.models import Campaign
from campaign.chambers.member_plans import search_keys
from campaign.chambers.models import Chamber, ChamberDomain, Mandate, Member, MemberKey, Party
from campaign.demo.content import CAMPAIGN
from campaign.godparents.models import Programme
from campaign.kit.romanisation import sortable
from campaign.kit.slugs import slug

SOURCE = "demo-parliament"
NAME = "Parliament of Example"
DOMAIN = "parliament.example"
COUNTRY = "EE"
PARTIES = ("Alliance for Instance", "Party of Examples", "Independent")
MEMBERS = (
    ("Anna", "Beispiel", "Northern district"),
    ("Élise", "Exemple", "Northern district"),
    ("Jaan", "Näide", "Harbour"),
    ("Zofia", "Przykład", "Harbour"),
    ("Óscar", "Ejemplo", "Old town"),
    ("Ondřej", "Příklad", "Old town"),
    ("Mārtiņš", "Piemērs", "Lakes"),
    ("Eevi", "Esimerkki", "Lakes"),
    ("Katalin", "Példa", "Southern district"),
    ("Ірина", "Приклад", "Southern district"),
    ("Ioana", "Exemplu", "National list"),
    ("Pelle", "Exempel", "National list"),
)
WITHOUT_ADDRESS = 3
"""Each so many-th member has no address in the roster, as in real ones."""


def load_parliament(session: Session, now: datetime) -> bool:
    """Add the parliament, and have the demo campaign take sign-ups; False if it was there already."""
    if session.scalars(select(Chamber).where(Chamber.source_id == SOURCE)).first():
        return False
    chamber = Chamber(
        slug=slug(NAME),
        source_id=SOURCE,
        name=NAME,
        country=COUNTRY,
        as_of=now.date(),
        created_at=now,
        updated_at=now,
        domains=[ChamberDomain(domain=DOMAIN, official=True)],
    )
    session.add(chamber)
    session.flush()
    parties = [Party(chamber_id=chamber.id, source_id=f"{SOURCE}-{slug(name)}", name=name) for name in PARTIES]
    session.add_all(parties)
    session.flush()
    for number, (given_name, family_name, area) in enumerate(MEMBERS):
        party = parties[number % len(parties)]
        _add_member(session, chamber, party, (given_name, family_name, area), number, now)
    campaign_id = session.scalars(select(Campaign.id).where(Campaign.slug == CAMPAIGN["slug"])).first()
    if campaign_id is not None and session.get(Programme, campaign_id) is None:
        session.add(Programme(campaign_id=campaign_id, open=True, created_at=now))
    session.flush()
    return True


def _add_member(
    session: Session, chamber: Chamber, party: Party, person: tuple[str, str, str], number: int, now: datetime
) -> None:
    given_name, family_name, area = person
    name, key = f"{given_name} {family_name}", f"{SOURCE}-{number + 1}"
    address = slug(name).replace("-", ".") + "@" + DOMAIN
    email = "" if (number + 1) % WITHOUT_ADDRESS == 0 else address
    member = Member(
        source_id=key,
        name=name,
        given_name=given_name,
        family_name=family_name,
        email=email,
        mailbox=email,
        sort_key=sortable(f"{family_name} {given_name}"),
        updated_at=now,
    )
    session.add(member)
    session.flush()
    keys = search_keys({"name": name, "given_name": given_name, "family_name": family_name, "other_names": {}})
    session.add_all(MemberKey(key=word, coarse=coarse, member_id=member.id) for word, coarse in keys)
    session.add(
        Mandate(
            chamber_id=chamber.id,
            member_id=member.id,
            party_id=party.id,
            source_key=key,
            area=area,
            start=date(now.year - 1, 1, 1).isoformat(),
        )
    )
