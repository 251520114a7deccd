"""The settings of a campaign's programme of godparents."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.campaigns.models import Campaign
from campaign.godparents.acting import Act
from campaign.godparents.models import Programme, Role

MOST = 1000
"""Of either limit."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an owner can set; see `Programme`."""

    open: bool = False
    role: Role = Role.GODPARENT
    per_prisoner: int = 5
    per_godparent: int = 3
    releases_itself: bool = False

    @classmethod
    def of(cls, programme: Programme | None) -> Settings:
        """As they are now; those of a new programme if there is none."""
        if programme is None:
            return cls()
        values = {each.name: getattr(programme, each.name) for each in fields(cls)}
        return cls(**values | {"role": Role(programme.role)})


class BadSetting(Exception):
    """A value that makes no sense; the message is the setting's name."""


def change(act: Act, campaign: Campaign, wanted: Settings) -> list[str]:
    """Set them, in a new programme if there is none; the names of what was changed. Raises `BadSetting`."""
    for name in ("per_prisoner", "per_godparent"):
        if not 1 <= getattr(wanted, name) <= MOST:
            raise BadSetting(name)
    query = select(Programme).where(Programme.campaign_id == campaign.id).with_for_update()
    programme = act.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    before, new = Settings.of(programme), programme is None
    if programme is None:
        programme = Programme(campaign_id=campaign.id, created_at=act.now)
        act.session.add(programme)
    for each in fields(Settings):
        value = getattr(wanted, each.name)
        setattr(programme, each.name, value.value if isinstance(value, Role) else value)
    act.session.flush()
    changed = [each.name for each in fields(Settings) if getattr(before, each.name) != getattr(wanted, each.name)]
    return ["made", *changed] if new else changed


def of_campaigns(session: Session, campaigns: frozenset[int] | None = None) -> list[tuple[Campaign, Programme | None]]:
    """Every campaign (or those) with its programme, by name in the address."""
    query = select(Campaign, Programme).outerjoin(Programme, Programme.campaign_id == Campaign.id)
    if campaigns is not None:
        query = query.where(Campaign.id.in_(campaigns))
    return [(row[0], row[1]) for row in session.execute(query.order_by(Campaign.slug))]
