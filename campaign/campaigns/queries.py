"""Reading campaigns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, selectinload

from campaign.campaigns.models import Campaign
from campaign.prisoners import queries as profiles
from campaign.prisoners.cards import Card
from campaign.prisoners.cards import cards as prisoner_cards
from campaign.prisoners.models import Prisoner, campaign_prisoners
from campaign.prisoners.queries import Picture

MOST_CARDS = 12
"""Prisoners that a campaign shows itself; the others are in the list."""


@dataclass(frozen=True, slots=True)
class Presentation:
    """A campaign as its page shows it, in one language; `prisoners` are the first of them, in its order."""

    id: int
    slug: str
    name: str
    language: str
    title: str
    summary: str
    prisoners: tuple[Card, ...]
    pictures: Mapping[int, Picture]
    prisoner_count: int


def presented(session: Session, language: str) -> list[Presentation]:
    """All campaigns, newest first."""
    campaigns = session.scalars(select(Campaign).options(selectinload(Campaign.texts)).order_by(Campaign.id.desc()))
    return _present(session, campaigns.all(), language)


def presentation(session: Session, slug: str, language: str) -> Presentation | None:
    """The campaign with that slug."""
    query = select(Campaign).where(Campaign.slug == slug).options(selectinload(Campaign.texts))
    return next(iter(_present(session, session.scalars(query).all(), language)), None)


def _present(session: Session, campaigns: Sequence[Campaign], language: str) -> list[Presentation]:
    named = _first_named(session, [campaign.id for campaign in campaigns])
    ids = sorted({row.prisoner_id for row in named})
    cards = {card.id: card for card in prisoner_cards(session, ids, language)}
    pictures = profiles.pictures(session, ids, language)
    found = []
    for campaign in campaigns:
        own = [row for row in named if row.campaign_id == campaign.id and row.prisoner_id in cards]
        text = campaign.text(language)
        found.append(
            Presentation(
                id=campaign.id,
                slug=campaign.slug,
                name=campaign.name,
                language=text.language if text else campaign.language,
                title=text.title if text else campaign.name,
                summary=text.summary if text else "",
                prisoners=tuple(cards[row.prisoner_id] for row in own),
                pictures=pictures,
                prisoner_count=own[0].total if own else 0,
            )
        )
    return found


def _first_named(session: Session, campaign_ids: Sequence[int]) -> Sequence[Row[int, int, int, int]]:
    """Campaign, prisoner, and how many there are in all, for the first `MOST_CARDS` of each that are not hidden."""
    of_campaign = campaign_prisoners.c.campaign_id
    order = (campaign_prisoners.c.position, campaign_prisoners.c.prisoner_id)
    numbered = (
        select(
            of_campaign.label("campaign_id"),
            campaign_prisoners.c.prisoner_id.label("prisoner_id"),
            func.count().over(partition_by=of_campaign).label("total"),
            func.row_number().over(partition_by=of_campaign, order_by=order).label("number"),
        )
        .join(Prisoner, Prisoner.id == campaign_prisoners.c.prisoner_id)
        .where(of_campaign.in_(campaign_ids), Prisoner.hidden_at.is_(None))
        .subquery()
    )
    columns = (numbered.c.campaign_id, numbered.c.prisoner_id, numbered.c.total, numbered.c.number)
    return session.execute(select(*columns).where(numbered.c.number <= MOST_CARDS).order_by(numbered.c.number)).all()


def naming(session: Session, prisoner_id: int) -> list[tuple[str, str]]:
    """Slug and name of the campaigns that name this prisoner, newest first."""
    query = (
        select(Campaign.slug, Campaign.name)
        .join(campaign_prisoners, campaign_prisoners.c.campaign_id == Campaign.id)
        .where(campaign_prisoners.c.prisoner_id == prisoner_id)
        .order_by(Campaign.id.desc())
    )
    return [(row.slug, row.name) for row in session.execute(query)]


def all_campaigns(session: Session) -> list[Campaign]:
    """Every campaign, by name in the address."""
    return list(session.scalars(select(Campaign).order_by(Campaign.slug)))


def campaign_by_slug(session: Session, slug: str) -> Campaign | None:
    """The campaign itself, for organisers."""
    if "\0" in slug:  # PostgreSQL would answer with an error instead of nothing
        return None
    return session.scalars(select(Campaign).where(Campaign.slug == slug)).one_or_none()
