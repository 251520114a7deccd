"""Reading campaigns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, union_all
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
    campaign_ids = [campaign.id for campaign in campaigns]
    named, counts = _first_named(session, campaign_ids), _how_many(session, campaign_ids)
    ids = sorted({prisoner_id for _, prisoner_id in named})
    cards = {card.id: card for card in prisoner_cards(session, ids, language)}
    pictures = profiles.pictures(session, ids, language)
    found = []
    for campaign in campaigns:
        own = [prisoner_id for campaign_id, prisoner_id in named if campaign_id == campaign.id and prisoner_id in cards]
        text = campaign.text(language)
        found.append(
            Presentation(
                id=campaign.id,
                slug=campaign.slug,
                name=campaign.name,
                language=text.language if text else campaign.language,
                title=text.title if text else campaign.name,
                summary=text.summary if text else "",
                prisoners=tuple(cards[prisoner_id] for prisoner_id in own),
                pictures=pictures,
                prisoner_count=counts.get(campaign.id, 0),
            )
        )
    return found


def _first_named(session: Session, campaign_ids: Sequence[int]) -> list[tuple[int, int]]:
    """Campaign and prisoner for the first `MOST_CARDS` of each that are not hidden, in the campaign's order."""
    named = campaign_prisoners.c
    parts = [
        select(named.campaign_id, named.prisoner_id, named.position)
        .join(Prisoner, Prisoner.id == named.prisoner_id)
        .where(named.campaign_id == campaign_id, Prisoner.hidden_at.is_(None))
        .order_by(named.position, named.prisoner_id)
        .limit(MOST_CARDS)
        .subquery()
        for campaign_id in campaign_ids
    ]
    if not parts:
        return []
    first = union_all(*(select(part) for part in parts)).subquery()
    query = select(first.c.campaign_id, first.c.prisoner_id).order_by(first.c.position, first.c.prisoner_id)
    return [(campaign_id, prisoner_id) for campaign_id, prisoner_id in session.execute(query)]


def _how_many(session: Session, campaign_ids: Sequence[int]) -> dict[int, int]:
    """How many prisoners each campaign names that are not hidden."""
    of_campaign = campaign_prisoners.c.campaign_id
    hidden = select(Prisoner.id).where(Prisoner.hidden_at.is_not(None))
    query = select(of_campaign, func.count()).where(
        of_campaign.in_(campaign_ids), campaign_prisoners.c.prisoner_id.not_in(hidden)
    )
    return {campaign_id: count for campaign_id, count in session.execute(query.group_by(of_campaign))}  # noqa: C416 - a Row is not a tuple to the type checker


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
