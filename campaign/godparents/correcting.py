"""What organisers put right about a godparent: before the decision, and afterwards."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from sqlalchemy import select

from campaign.godparents import applying, service, verifying
from campaign.godparents.acting import Act, AlreadyGodparent, NotPossible
from campaign.godparents.models import Godparent, State
from campaign.kit.slugs import slug as make_slug


@dataclass(frozen=True, slots=True)
class Details:
    """What will be public of a person. `country` ISO 3166-1 alpha-2."""

    given_name: str
    family_name: str
    office: str
    party: str
    country: str


@dataclass(frozen=True, slots=True)
class Bond:
    """Whom of a roster somebody is; a chamber alone, or neither, for another office."""

    member_id: int | None = None
    chamber_id: int | None = None


class SlugTaken(Exception):
    """Another godparent's page has this address, or the site itself."""


def before_decision(act: Act, godparent: Godparent, details: Details, bond: Bond) -> list[str]:
    """Put right what was typed, and bind to the roster; the names of what was changed. Raises `NotPossible`."""
    application = applying.opened(act.vault, godparent)
    if godparent.state != State.WAITING or application is None:
        raise NotPossible("not_waiting")
    changed = _changed(Details(**{each.name: getattr(application, each.name) for each in fields(Details)}), details)
    if changed:
        values = {name: getattr(details, name) for name in changed}
        godparent.typed = applying.seal(act.vault, godparent.uid, replace(application, **values))
    return changed + _bind(godparent, bond)


def afterwards(act: Act, godparent: Godparent, details: Details, bond: Bond, slug: str) -> list[str]:
    """Change what is public; the names of what was changed. Raises `NotPossible`, `AlreadyGodparent` or `SlugTaken`."""
    if godparent.state != State.ACCEPTED:
        raise NotPossible("not_accepted")
    if verifying.is_godparent(act.session, godparent.campaign_id, bond.member_id, but=godparent.id):
        raise AlreadyGodparent
    changed = _changed(Details(**{each.name: getattr(godparent, each.name) for each in fields(Details)}), details)
    service.write_name(godparent, details.given_name, details.family_name)
    godparent.office, godparent.party, godparent.country = details.office, details.party, details.country
    changed += _bind(godparent, bond)
    wanted = make_slug(slug, longest=80, fallback="")
    if wanted and wanted != godparent.slug:
        taken = act.session.scalars(select(Godparent.id).where(Godparent.slug == wanted)).first()
        if taken is not None or wanted in service.RESERVED_SLUGS:
            raise SlugTaken
        godparent.slug = wanted
        changed.append("slug")
    return changed


def _changed(before: Details, after: Details) -> list[str]:
    return [each.name for each in fields(Details) if getattr(before, each.name) != getattr(after, each.name)]


def _bind(godparent: Godparent, bond: Bond) -> list[str]:
    if (godparent.member_id, godparent.chamber_id) == (bond.member_id, bond.chamber_id):
        return []
    godparent.member_id, godparent.chamber_id = bond.member_id, bond.chamber_id
    return ["roster"]
