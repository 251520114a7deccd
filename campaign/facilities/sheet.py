"""A facility as the desk edits it, all on one sheet: read, compared, put."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from campaign.facilities import service
from campaign.facilities.models import Facility, FacilityAddress, FacilityKind, FacilityName, FacilityText
from campaign.facilities.naming import name_key
from campaign.facilities.service import Rules
from campaign.kit.partial_dates import PartialDate
from campaign.kit.scripts import script_of

MOST_NAMES, MOST_ADDRESSES, MOST_ADVICE = 12, 8, 8
"""Rows on the sheet: as many fields as a request may have. What is beyond stays as it is."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address on the sheet; `id` None for a new one. The dates are partial dates in text."""

    id: int | None
    lines: str
    valid_from: str | None = None
    valid_to: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What can be edited. `names` and `advice` are (language, text); addresses that have ended are not on it."""

    kind: FacilityKind
    country: str
    names: tuple[tuple[str, str], ...]
    addresses: tuple[Address, ...]
    advice: tuple[tuple[str, str], ...]
    rules: Rules


PARTS = ("kind", "country", "names", "addresses", "advice", "rules")


def ended(facility: Facility, today: date) -> list[FacilityAddress]:
    """Addresses that were good once, oldest entry first."""
    return [address for address in facility.addresses if _over(address, today)]


def sheet_of(facility: Facility, today: date) -> Sheet:
    """The sheet as it stands."""
    rows = [address for address in facility.addresses if not _over(address, today)]
    return Sheet(
        FacilityKind(facility.kind),
        facility.country,
        tuple((name.language, name.name) for name in facility.names[:MOST_NAMES]),
        tuple(Address(a.id, a.lines, a.valid_from, a.valid_to, a.source) for a in rows[:MOST_ADDRESSES]),
        tuple((text.language, text.advice) for text in sorted(facility.texts, key=_language)[:MOST_ADVICE]),
        service.rules_of(facility),
    )


def put(facility: Facility, sheet: Sheet, today: date, now: datetime) -> list[str]:
    """Write what differs from what stands; the names of those parts. An address left out was never right and goes."""
    present = sheet_of(facility, today)
    changed = [part for part in PARTS if getattr(sheet, part) != getattr(present, part)]
    if "names" in changed:
        _put_names(facility, sheet)
    if "addresses" in changed:
        _put_addresses(facility, present, sheet)
    if "advice" in changed:
        _put_advice(facility, present, sheet)
    facility.kind, facility.country = sheet.kind.value, sheet.country
    service.set_rules(facility, sheet.rules)
    if changed:
        service.touch(facility, now)
    return changed


def _over(address: FacilityAddress, today: date) -> bool:
    end = PartialDate.parse_optional(address.valid_to)
    return end is not None and end.last < today


def _language(text: FacilityText) -> str:
    return text.language


def _put_names(facility: Facility, sheet: Sheet) -> None:
    old = {(name.language, name.name): name for name in facility.names[:MOST_NAMES]}
    beyond = [name for name in facility.names[MOST_NAMES:] if (name.language, name.name) not in sheet.names]
    rows = [
        old.get((language, name))
        or FacilityName(language=language, name=name, script=script_of(name), key=name_key(name))
        for language, name in dict.fromkeys(sheet.names)
    ]
    for position, row in enumerate([*rows, *beyond]):
        row.position = position
    facility.names = [*rows, *beyond]


def _put_addresses(facility: Facility, present: Sheet, sheet: Sheet) -> None:
    rows: dict[int | None, FacilityAddress] = {address.id: address for address in facility.addresses}
    kept = {address.id for address in sheet.addresses}
    for gone in {address.id for address in present.addresses} - kept:
        facility.addresses.remove(rows[gone])
    for address in sheet.addresses:
        row = None if address.id is None else rows.get(address.id)
        if row is None:
            row = FacilityAddress()
            facility.addresses.append(row)
        row.lines, row.script, row.source = address.lines, script_of(address.lines), address.source
        row.valid_from, row.valid_to = address.valid_from, address.valid_to


def _put_advice(facility: Facility, present: Sheet, sheet: Sheet) -> None:
    wanted = dict(sheet.advice)
    rows = {text.language: text for text in facility.texts}
    for language, _ in present.advice:
        if language not in wanted:
            facility.texts.remove(rows[language])
    for language, advice in wanted.items():
        if language in rows:
            rows[language].advice = advice
        else:
            facility.texts.append(FacilityText(language=language, advice=advice))
