"""What the form to join offers: the campaign that takes sign-ups, chambers, and prisoners who need somebody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from campaign.campaigns.models import Campaign
from campaign.chambers import queries as rosters
from campaign.godparents.assigning import STOOD_BY
from campaign.godparents.models import Programme, Role
from campaign.kit.partial_dates import PartialDate
from campaign.prisoners.models import Prisoner, campaign_prisoners

MOST_SHOWN = 12
"""Prisoners that the form shows itself, however many there are; the others are in the list of prisoners."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A prisoner who can be chosen."""

    id: int
    slug: str
    name: str
    detained_since: PartialDate | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A programme that takes sign-ups. `chambers` by country: its code, then id and name of each chamber.

    `needy` are prisoners without public godparents first, the longest detained first.
    """

    campaign_id: int
    slug: str
    name: str
    role: Role
    chambers: tuple[tuple[str, tuple[tuple[int, str], ...]], ...]
    needy: tuple[Wanted, ...]

    @property
    def chamber_ids(self) -> frozenset[int]:
        """Of all chambers that can be chosen."""
        return frozenset(number for _country, chambers in self.chambers for number, _name in chambers)


def offer(session: Session, slug: str, language: str) -> Offer | None:
    """What the campaign `slug` offers, or (empty) the first that takes sign-ups; None if it takes none."""
    if "\0" in slug:  # PostgreSQL would answer with an error instead of nothing
        return None
    query = (
        select(Campaign.id, Campaign.slug, Campaign.name, Programme.role)
        .join(Programme, Programme.campaign_id == Campaign.id)
        .where(Programme.open)
        .order_by(Campaign.id)
    )
    row = session.execute(query.where(Campaign.slug == slug) if slug else query.limit(1)).first()
    if row is None:
        return None
    chambers = rosters.choices(session, language)
    return Offer(
        campaign_id=row.id,
        slug=row.slug,
        name=row.name,
        role=Role(row.role),
        chambers=tuple(
            (country, tuple((number, name) for number, name, _country in group))
            for country, group in groupby(chambers, key=lambda chamber: chamber[2])
        ),
        needy=_needy(session, row.id),
    )


def campaign_for(session: Session, prisoner: str) -> str:
    """The slug of the first campaign that takes sign-ups and names this prisoner; empty if none does."""
    query = (
        select(Campaign.slug)
        .join(Programme, Programme.campaign_id == Campaign.id)
        .join(campaign_prisoners, campaign_prisoners.c.campaign_id == Campaign.id)
        .join(Prisoner, Prisoner.id == campaign_prisoners.c.prisoner_id)
        .where(Programme.open, Prisoner.slug == prisoner)
        .order_by(Campaign.id)
    )
    return "" if "\0" in prisoner else session.scalars(query.limit(1)).first() or ""


def wanted(session: Session, campaign_id: int, slug: str) -> Wanted | None:
    """The prisoner with that slug, if the campaign names them and they take godparents."""
    return None if "\0" in slug else next(_read(session, _of(campaign_id).where(Prisoner.slug == slug)), None)


def wanted_by_id(session: Session, campaign_id: int, prisoner_id: int) -> Wanted | None:
    """As `wanted`."""
    return next(_read(session, _of(campaign_id).where(Prisoner.id == prisoner_id)), None)


def _needy(session: Session, campaign_id: int) -> tuple[Wanted, ...]:
    query = _of(campaign_id).order_by(
        Prisoner.godparents, Prisoner.detained_since.is_(None), Prisoner.detained_since, Prisoner.id
    )
    return tuple(_read(session, query.limit(MOST_SHOWN)))


def _of(campaign_id: int) -> Select[int, str, str, str | None]:
    return (
        select(Prisoner.id, Prisoner.slug, Prisoner.name, Prisoner.detained_since)
        .join(campaign_prisoners, campaign_prisoners.c.prisoner_id == Prisoner.id)
        .where(
            campaign_prisoners.c.campaign_id == campaign_id,
            Prisoner.hidden_at.is_(None),
            Prisoner.status.in_(STOOD_BY),
        )
    )


def _read(session: Session, query: Select[int, str, str, str | None]) -> Iterator[Wanted]:
    for row in session.execute(query):
        yield Wanted(row.id, row.slug, row.name, PartialDate.parse_optional(row.detained_since))
