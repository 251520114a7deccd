"""Changing facilities: found or made for imports, edited at the desk, merged.

Whoever calls holds the transaction and the current time. Addresses are added and ended, never overwritten: letters that
went to the old one have to be explained later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from campaign.facilities import signals
from campaign.facilities.models import Facility, FacilityAddress, FacilityName, ReturnEnvelope
from campaign.facilities.naming import address_key, name_key
from campaign.kit import slugs
from campaign.kit.partial_dates import PartialDate
from campaign.kit.scripts import script_of
from campaign.vault import Vault

_CHUNK = 400
"""Names looked up in one statement."""
LONGEST_NAME = 200
LONGEST_SOURCE = 500


class Conflict(Exception):
    """Somebody else changed the facility since it was read; nothing was written."""


class SameFacility(ValueError):
    """A facility cannot be merged with itself."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A facility as a list names it. `country` is ISO 3166-1 alpha-2, `source` where the address is from."""

    name: str
    address: str = ""
    country: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is known of letters. Languages are BCP 47; None and empty lists mean "not known"."""

    languages: tuple[str, ...] = ()
    pages: int | None = None
    avoid_words: tuple[str, ...] = ()
    return_envelope: ReturnEnvelope = ReturnEnvelope.UNKNOWN
    as_of: date | None = None


def find_or_make(
    session: Session, name: str, *, address: str = "", country: str = "", source: str = "", now: datetime
) -> Facility:
    """The facility of that name, made if there is none; see `find_or_make_many`."""
    return find_or_make_many(session, [Wanted(name, address, country, source)], now=now)[0]


def find_or_make_many(session: Session, wanted: Sequence[Wanted], *, now: datetime) -> list[Facility]:
    """For each the facility of that name (`naming.name_key`) in a compatible country, made if there is none.

    An address that it does not have yet is added beside the others. One query for every 400 names, a second one if
    some are new.
    """
    session.flush()
    keys = [name_key(each.name) for each in wanted]
    known = _by_key(session, keys)
    new: list[Facility] = []
    answer = []
    for each, key in zip(wanted, keys, strict=True):
        there = known.setdefault(key, [])
        facility = _choose(there, each)
        if facility is None:
            facility = _make(each, now)
            there.append(facility)
            new.append(facility)
        elif each.country and not facility.country:
            facility.country = each.country
            touch(facility, now)
        if add_address(facility, each.address, source=each.source) and facility.id:
            touch(facility, now)
        answer.append(facility)
    _give_slugs(session, new)
    session.add_all(new)
    session.flush()
    return answer


def make(session: Session, name: str, *, language: str = "", country: str = "", now: datetime) -> Facility:
    """A new facility, whether or not one of that name is there."""
    facility = _make(Wanted(name, country=country), now)
    facility.names[0].language = language
    _give_slugs(session, [facility])
    session.add(facility)
    session.flush()
    return facility


def add_name(facility: Facility, name: str, language: str = "") -> FacilityName | None:
    """Another name; None if it has that name in that language already."""
    name = name.strip()[:LONGEST_NAME]
    if not name or any((each.name, each.language) == (name, language) for each in facility.names):
        return None
    row = FacilityName(
        name=name, language=language, script=script_of(name), key=name_key(name), position=_next_position(facility)
    )
    facility.names.append(row)
    return row


def add_address(
    facility: Facility,
    lines: str,
    *,
    source: str = "",
    valid_from: PartialDate | None = None,
    valid_to: PartialDate | None = None,
) -> FacilityAddress | None:
    """A further address; None if it is empty or, in this script, known already (also as one that has ended)."""
    lines = lines.strip()
    if not lines or _has(facility, lines):
        return None
    row = FacilityAddress(
        lines=lines,
        script=script_of(lines),
        source=source.strip()[:LONGEST_SOURCE],
        valid_from=str(valid_from) if valid_from else None,
        valid_to=str(valid_to) if valid_to else None,
    )
    facility.addresses.append(row)
    return row


def end_address(address: FacilityAddress, valid_to: PartialDate) -> None:
    """Say until when an address was good. It stays."""
    address.valid_to = str(valid_to)


def set_rules(facility: Facility, rules: Rules) -> None:
    """What is known of letters, all of it anew."""
    facility.letter_languages, facility.letter_pages = list(rules.languages), rules.pages
    facility.avoid_words, facility.return_envelope = list(rules.avoid_words), rules.return_envelope.value
    facility.rules_as_of = rules.as_of


def rules_of(facility: Facility) -> Rules:
    """The present rules."""
    return Rules(
        tuple(facility.letter_languages),
        facility.letter_pages,
        tuple(facility.avoid_words),
        ReturnEnvelope(facility.return_envelope),
        facility.rules_as_of,
    )


def merge(session: Session, vault: Vault, keep: Facility, other: Facility, *, now: datetime) -> None:
    """Make one of two: `keep` gets names, addresses and advice that it does not have; `other` is gone.

    Rules of `other` count only where `keep` has none at all. Raises `SameFacility`.
    """
    if keep.id == other.id:
        raise SameFacility
    for name in other.names:
        add_name(keep, name.name, name.language)
    for address in list(other.addresses):
        if not _has(keep, address.lines):
            other.addresses.remove(address)
            keep.addresses.append(address)
    languages = {text.language for text in keep.texts}
    for text in list(other.texts):
        if text.language not in languages:
            other.texts.remove(text)
            keep.texts.append(text)
    keep.country = keep.country or other.country
    if rules_of(keep) == Rules():
        set_rules(keep, rules_of(other))
    touch(keep, now)
    session.flush()
    signals.merged.send(session, keep_id=keep.id, other_id=other.id, vault=vault)
    session.delete(other)
    session.flush()


def demand_version(facility: Facility, version: int) -> None:
    """Raises `Conflict` when the facility is no longer the one that was read."""
    if facility.version != version:
        raise Conflict


def touch(facility: Facility, now: datetime) -> None:
    """Count a change."""
    facility.version += 1
    facility.updated_at = now


# ---------------------------------------------------------------------------------------------------------------------


def _by_key(session: Session, keys: Iterable[str]) -> dict[str, list[Facility]]:
    """Facilities by key, those with the lowest id first."""
    asked = sorted(set(keys) - {""})
    found: dict[str, list[Facility]] = {}
    for start in range(0, len(asked), _CHUNK):
        query = (
            select(FacilityName.key, Facility)
            .join(Facility, Facility.id == FacilityName.facility_id)
            .where(FacilityName.key.in_(asked[start : start + _CHUNK]))
            .order_by(Facility.id)
            .options(selectinload(Facility.addresses))
        )
        for key, facility in session.execute(query):
            there = found.setdefault(key, [])
            if facility not in there:
                there.append(facility)
    return found


def _choose(there: Sequence[Facility], wanted: Wanted) -> Facility | None:
    """The one meant, or None. Of several in question the one with that address; what stays unclear is a new one."""
    for candidates in (
        [each for each in there if each.country == wanted.country],
        [each for each in there if not each.country or not wanted.country],
    ):
        at_home = [each for each in candidates if wanted.address and _has(each, wanted.address)]
        if at_home or len(candidates) == 1:
            return (at_home or candidates)[0]
        if candidates and candidates[0].country == wanted.country:
            return candidates[0]
    return None


def _has(facility: Facility, lines: str) -> bool:
    key, script = address_key(lines), script_of(lines)
    return any(each.script == script and address_key(each.lines) == key for each in facility.addresses)


def _make(wanted: Wanted, now: datetime) -> Facility:
    facility = Facility(slug="", country=wanted.country, version=1, created_at=now, updated_at=now)
    add_name(facility, wanted.name or "?")
    return facility


def _next_position(facility: Facility) -> int:
    return max((each.position for each in facility.names), default=-1) + 1


def _give_slugs(session: Session, new: Sequence[Facility]) -> None:
    """Addresses that nobody has, with a number behind them if need be. One query."""
    if not new:
        return
    stems = [slugs.slug(each.names[0].name, longest=100, fallback="facility") for each in new]
    taken: set[str] = set()
    unique = sorted(set(stems))
    for start in range(0, len(unique), _CHUNK):
        taken |= set(session.scalars(select(Facility.slug).where(Facility.slug.in_(unique[start : start + _CHUNK]))))
    for facility, stem in zip(new, stems, strict=True):
        found = stem
        if found in taken:
            like = select(Facility.slug).where(Facility.slug.startswith(f"{stem}-", autoescape=True))
            taken |= set(session.scalars(like))
            number = 2
            while found in taken:
                found, number = f"{stem}-{number}", number + 1
        taken.add(found)
        facility.slug = found
