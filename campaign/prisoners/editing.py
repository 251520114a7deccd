"""What a profile says, as plain fields: read, compared, and written only onto the version that was read.

The fields are JSON: `names` and `designations` are lists of rows, `about.<language>` are texts, `campaigns` are slugs,
dates are texts (`kit.partial_dates`). Each has its own line in the history.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import column, delete, func, insert, select, table
from sqlalchemy.orm import Session

from campaign.kit.scripts import script_of
from campaign.prisoners import service
from campaign.prisoners.models import (
    Change,
    Designation,
    Prisoner,
    PrisonerText,
    campaign_prisoners,
)
from campaign.prisoners.service import Act

Fields = dict[str, Any]
PLAIN = ("sort_as", "gender", "country", "born", "family_consent")
ABOUT = "about."

# Campaigns live above this room; three columns of their table are enough to name them.
_campaigns = table("campaigns", column("id"), column("slug"), column("name"))


@dataclass(frozen=True, slots=True)
class CampaignName:
    """A campaign, as far as a profile needs it."""

    id: int
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not the same in what was read, what is there now, and what was typed."""

    field: str
    read: Any
    now: Any
    typed: Any

    @property
    def both(self) -> bool:
        """Whether two people changed it, each in another way: somebody has to choose."""
        return self.read not in (self.now, self.typed) and self.now != self.typed

    @property
    def mine(self) -> bool:
        """Whether only the one who saves now changed it."""
        return bool(self.read == self.now)


def campaign_names(session: Session, ids: Collection[int] | None) -> list[CampaignName]:
    """These campaigns (None: all), by name."""
    query = select(_campaigns).order_by(_campaigns.c.name, _campaigns.c.id)
    if ids is not None:
        query = query.where(_campaigns.c.id.in_(ids))
    return [CampaignName(row.id, row.slug, row.name) for row in session.execute(query)]


def fields_of(session: Session, prisoner: Prisoner, campaigns: Collection[CampaignName]) -> Fields:
    """What the profile says now; of its campaigns, those that are among `campaigns`."""
    fields: Fields = {name: str(getattr(prisoner, name) or "") for name in PLAIN}
    fields["family_consent_on"] = str(prisoner.family_consent_on or "")
    fields["names"] = [{"name": n.name, "language": n.language, "kind": n.kind} for n in prisoner.names]
    fields["designations"] = [
        {"organisation": d.organisation, "term": d.term, "since": d.since or "", "url": d.url}
        for d in prisoner.designations
    ]
    fields["campaigns"] = _slugs_of(session, prisoner.id, campaigns)
    return fields | {f"{ABOUT}{text.language}": text.about for text in prisoner.texts}


def differences(read: Mapping[str, Any], now: Mapping[str, Any], typed: Mapping[str, Any]) -> list[Difference]:
    """The fields on which the three do not agree, in the order of the form."""
    names = dict.fromkeys([*now, *typed, *read])
    found = (
        Difference(name, *(each.get(name, "") for each in (read, now, typed)))
        for name in sorted(names, key=_order_in_form)
    )
    return [each for each in found if not (each.read == each.now == each.typed)]


def merged(now: Mapping[str, Any], typed: Mapping[str, Any], keep: Collection[str]) -> Fields:
    """What was typed, but for the fields in `keep` what is there now."""
    return {name: value for name, value in typed.items() if name not in keep} | {
        name: now[name] for name in keep if name in now
    }


def write(
    session: Session,
    prisoner: Prisoner,
    version: int,
    new: Mapping[str, Any],
    campaigns: Collection[CampaignName],
    act: Act,
) -> list[str]:
    """Make the profile say `new`; the names of the fields that changed. Raises `service.Conflict`.

    Of several who save at once the database lets one through (`service.claim`).
    """
    service.demand_version(prisoner, version)
    before = fields_of(session, prisoner, campaigns)
    changed = [each for each in differences(before, before, new) if each.now != each.typed]
    if not changed:
        return []
    service.claim(session, prisoner, version, act)
    for each in changed:
        service.note(session, prisoner.id, each.field, each.now, each.typed, act)
        _put(session, prisoner, each.field, each.typed, campaigns)
    service.refresh(session, [prisoner.id], act)
    return [each.field for each in changed]


def create(session: Session, new: Mapping[str, Any], campaigns: Collection[CampaignName], act: Act) -> Prisoner:
    """A new profile that says `new`, at an address made of its first name that has letters of the Latin script."""
    names = [name["name"] for name in new["names"]]
    latin = next((name for name in names if script_of(name) == "Latn"), names[0])
    prisoner = Prisoner(
        slug=service.free_slug(session, latin), name=names[0], created_at=act.now, updated_at=act.now, version=1
    )
    session.add(prisoner)
    session.flush()
    empty = fields_of(session, prisoner, campaigns)
    for each in differences(empty, empty, new):
        service.note(session, prisoner.id, each.field, "", each.typed, act)
        _put(session, prisoner, each.field, each.typed, campaigns)
    service.refresh(session, [prisoner.id], act)
    return prisoner


def last_changes(session: Session, prisoner_id: int, fields: Collection[str]) -> dict[str, Change]:
    """The newest line of history of each of these fields: who made it say what it says now."""
    query = select(Change).where(Change.prisoner_id == prisoner_id, Change.field.in_(fields)).order_by(Change.id)
    return {change.field: change for change in session.scalars(query)}


# ---------------------------------------------------------------------------------------------------------------------


_FORM = ("names", "sort_as", "born", "gender", "country", ABOUT, "family_consent", "designations", "campaigns")


def _order_in_form(name: str) -> tuple[int, str]:
    place = next((number for number, start in enumerate(_FORM) if name.startswith(start)), len(_FORM))
    return place, name


def _slugs_of(session: Session, prisoner_id: int, campaigns: Collection[CampaignName]) -> list[str]:
    query = select(campaign_prisoners.c.campaign_id).where(campaign_prisoners.c.prisoner_id == prisoner_id)
    ids = set(session.scalars(query))
    return sorted(campaign.slug for campaign in campaigns if campaign.id in ids)


def _put(session: Session, prisoner: Prisoner, name: str, value: Any, campaigns: Collection[CampaignName]) -> None:
    if name == "names":
        _put_names(session, prisoner, value)
    elif name == "designations":
        _put_designations(session, prisoner, value)
    elif name == "campaigns":
        _put_campaigns(session, prisoner.id, set(value), campaigns)
    elif name == "family_consent_on":
        prisoner.family_consent_on = date.fromisoformat(value) if value else None
    elif name == "born":
        prisoner.born = value or None
    elif name.startswith(ABOUT):
        _put_about(prisoner, name.removeprefix(ABOUT), value)
    else:
        setattr(prisoner, name, value)


def _put_names(session: Session, prisoner: Prisoner, rows: Sequence[Mapping[str, str]]) -> None:
    """Rows that stay are kept, with the script that a list may have given them; only their place changes."""
    there = {(name.name, name.language, name.kind): name for name in prisoner.names}
    kept = []
    for position, row in enumerate(rows):
        name = there.pop((row["name"], row["language"], row["kind"]), None)
        if name is None:
            name = service.name_row(row["name"], row["language"], row["kind"])
        name.position = position
        kept.append(name)
    prisoner.names = kept
    session.flush()
    session.expire(prisoner, ["names"])


def _put_designations(session: Session, prisoner: Prisoner, rows: Sequence[Mapping[str, str]]) -> None:
    prisoner.designations = []
    session.flush()
    prisoner.designations = [
        Designation(organisation=row["organisation"], term=row["term"], since=row["since"] or None, url=row["url"])
        for row in rows
    ]


def _put_about(prisoner: Prisoner, language: str, about: str) -> None:
    text = next((text for text in prisoner.texts if text.language == language), None)
    if text is None and about:
        prisoner.texts.append(PrisonerText(language=language, about=about))
    elif text is not None and about:
        text.about = about
    elif text is not None:
        prisoner.texts.remove(text)


def _put_campaigns(session: Session, prisoner_id: int, wanted: set[str], campaigns: Collection[CampaignName]) -> None:
    """Only `campaigns` are touched: others are other people's."""
    there = campaign_prisoners.c
    for campaign in campaigns:
        here = (there.campaign_id == campaign.id, there.prisoner_id == prisoner_id)
        named = session.execute(select(there.campaign_id).where(*here)).first() is not None
        if named and campaign.slug not in wanted:
            session.execute(delete(campaign_prisoners).where(*here))
        elif not named and campaign.slug in wanted:
            last = session.scalar(select(func.max(there.position)).where(there.campaign_id == campaign.id))
            row = {"campaign_id": campaign.id, "prisoner_id": prisoner_id, "position": (last or 0) + 1}
            session.execute(insert(campaign_prisoners).values(**row))
