"""Reading campaigns."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from campaign.campaigns.models import Campaign
from campaign.prisoners.models import Prisoner


@dataclass(frozen=True, slots=True)
class Presentation:
    """A campaign as its page shows it, in one language; `prisoners` are (slug, name, about)."""

    id: int
    slug: str
    name: str
    language: str
    title: str
    summary: str
    prisoners: tuple[tuple[str, str, str], ...]


def presented(session: Session, language: str) -> list[Presentation]:
    """All campaigns, newest first."""
    query = select(Campaign).options(*_WHOLE).order_by(Campaign.id.desc())
    return [_present(campaign, language) for campaign in session.scalars(query)]


def presentation(session: Session, slug: str, language: str) -> Presentation | None:
    """The campaign with that slug."""
    campaign = session.scalars(select(Campaign).where(Campaign.slug == slug).options(*_WHOLE)).one_or_none()
    return _present(campaign, language) if campaign else None


_WHOLE = (selectinload(Campaign.texts), selectinload(Campaign.prisoners).selectinload(Prisoner.texts))


def _present(campaign: Campaign, language: str) -> Presentation:
    text = campaign.text(language)
    return Presentation(
        id=campaign.id,
        slug=campaign.slug,
        name=campaign.name,
        language=text.language if text else campaign.language,
        title=text.title if text else campaign.name,
        summary=text.summary if text else "",
        prisoners=tuple((p.slug, p.name, p.about(language)) for p in campaign.prisoners),
    )


def all_campaigns(session: Session) -> list[Campaign]:
    """Every campaign, by name in the address."""
    return list(session.scalars(select(Campaign).order_by(Campaign.slug)))


def campaign_by_slug(session: Session, slug: str) -> Campaign | None:
    """The campaign itself, for organisers."""
    return session.scalars(select(Campaign).where(Campaign.slug == slug)).one_or_none()
