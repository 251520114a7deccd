"""Finding organisers, and in which campaigns they hold which roles."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import column, or_, select, table
from sqlalchemy.orm import Session, selectinload

from campaign.accounts.models import Organiser, Role, RoleGrant

# Campaigns live above this room; for naming one on the command line, two columns of their table are enough.
_campaigns = table("campaigns", column("id"), column("slug"))


@dataclass(frozen=True)
class Reach:
    """The campaigns in which somebody may do something. `campaign_ids` None means every campaign."""

    campaign_ids: frozenset[int] | None

    def __contains__(self, campaign_id: int) -> bool:
        return self.campaign_ids is None or campaign_id in self.campaign_ids

    def __bool__(self) -> bool:
        return self.campaign_ids is None or bool(self.campaign_ids)

    @property
    def everywhere(self) -> bool:
        """Whether it covers every campaign, present and future."""
        return self.campaign_ids is None


def by_email(session: Session, email: str) -> Organiser | None:
    """The organiser with this canonical address."""
    return session.scalar(select(Organiser).where(Organiser.email == email))


def by_uniquifier(session: Session, uniquifier: str) -> Organiser | None:
    """The organiser whom a session names."""
    return session.scalar(select(Organiser).where(Organiser.fs_uniquifier == uniquifier))


def addresses(session: Session, actors: Collection[str]) -> dict[str, str]:
    """The addresses of those of `actors` that are organisers, by the name they have in the record (`organiser:7`)."""
    numbers = {actor: actor.removeprefix("organiser:") for actor in actors if actor.startswith("organiser:")}
    ids = {int(number) for number in numbers.values() if number.isdecimal()}
    found = {str(row.id): row.email for row in session.execute(_ID_AND_EMAIL.where(Organiser.id.in_(ids)))}
    return {actor: found[number] for actor, number in numbers.items() if number in found}


_ID_AND_EMAIL = select(Organiser.id, Organiser.email)


def everybody(session: Session) -> Sequence[Organiser]:
    """All organisers by address, with their grants."""
    return session.scalars(select(Organiser).order_by(Organiser.email).options(selectinload(Organiser.grants))).all()


def roles(session: Session, organiser_id: int, *campaign_ids: int) -> frozenset[Role]:
    """The roles somebody holds in any of these campaigns; those held everywhere count always."""
    query = select(RoleGrant.role).where(
        RoleGrant.organiser_id == organiser_id,
        or_(RoleGrant.campaign_id.in_(campaign_ids), RoleGrant.campaign_id.is_(None)),
    )
    return frozenset(Role(name) for name in session.scalars(query))


def reach(session: Session, organiser_id: int, allowed: Collection[Role]) -> Reach:
    """The campaigns in which somebody holds one of the `allowed` roles."""
    query = select(RoleGrant.campaign_id).where(RoleGrant.organiser_id == organiser_id, RoleGrant.role.in_(allowed))
    ids = frozenset(session.scalars(query))
    return Reach(None) if None in ids else Reach(frozenset(i for i in ids if i is not None))


def campaign_id(session: Session, slug: str) -> int | None:
    """The campaign of that slug."""
    found: int | None = session.scalar(select(_campaigns.c.id).where(_campaigns.c.slug == slug))
    return found


def campaign_slugs(session: Session) -> Mapping[int | None, str]:
    """The slug of each campaign by its id."""
    return {row.id: row.slug for row in session.execute(select(_campaigns.c.id, _campaigns.c.slug))}
