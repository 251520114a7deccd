"""Reading facilities: the address that is good on a day, the desk's list, and what somebody should look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import func, literal, or_, select
from sqlalchemy.orm import Session, selectinload

from campaign.facilities.models import Facility, FacilityAddress, FacilityName
from campaign.facilities.naming import name_key
from campaign.kit import countries
from campaign.kit.partial_dates import PartialDate

PAGE = 100
"""Facilities on one page of the list."""


class Warn(StrEnum):
    """What somebody should look at."""

    NO_ADDRESS = "no_address"
    NO_OWN_SCRIPT = "no_own_script"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list, by name in the address, and how many there are in all."""

    facilities: Sequence[Facility]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """At least 1."""
        return max(1, -(-self.total // PAGE))


def by_slug(session: Session, slug: str) -> Facility | None:
    """The facility with all that belongs to it."""
    if "\0" in slug:  # PostgreSQL would answer with an error instead of nothing
        return None
    return session.scalars(select(Facility).where(Facility.slug == slug).options(*_WHOLE)).one_or_none()


def listed(session: Session, search: str = "", page: int = 1) -> Listed:
    """Facilities with a name in which words beginning with `search`, folded, stand; all of them if it is empty."""
    query, search = select(Facility.id), search.replace("\0", "")
    if key := name_key(search) if search.strip() else "":
        named = select(FacilityName.facility_id).where(
            or_(
                (literal(" ") + FacilityName.key).contains(f" {key}", autoescape=True),
                func.lower(FacilityName.name).contains(search.strip().lower(), autoescape=True),
            )
        )
        query = query.where(Facility.id.in_(named))
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    page = min(max(1, page), max(1, -(-total // PAGE)))
    found = session.scalars(
        select(Facility)
        .where(Facility.id.in_(query))
        .order_by(Facility.slug)
        .offset((page - 1) * PAGE)
        .limit(PAGE)
        .options(*_WHOLE)
    ).all()
    return Listed(found, total, page)


def addresses_on(facility: Facility, day: date) -> list[FacilityAddress]:
    """The addresses that may be good on `day`: one that ends on an unknown day of a month, all that month."""
    return [address for address in facility.addresses if _good(address, day)]


def address_on(facility: Facility, day: date, script: str) -> FacilityAddress | None:
    """The address to write on `day` in that script (ISO 15924), or None: it is never made out of another script.

    Of several the one that began last; one whose beginning is not known counts as the oldest, the newest entry last.
    """
    found = [address for address in addresses_on(facility, day) if address.script == script]
    return max(found, key=lambda address: (address.valid_from or "", address.id or 0), default=None)


def warnings(facility: Facility, today: date) -> list[Warn]:
    """What somebody should look at: no address now, none in the country's own script, several in one script."""
    scripts = [address.script for address in addresses_on(facility, today)]
    own = countries.script(facility.country)
    found = []
    if not scripts:
        found.append(Warn.NO_ADDRESS)
    elif own not in ("", "Latn") and own not in scripts:
        found.append(Warn.NO_OWN_SCRIPT)
    if len(scripts) > len(set(scripts)):
        found.append(Warn.SEVERAL)
    return found


_WHOLE = (selectinload(Facility.names), selectinload(Facility.addresses), selectinload(Facility.texts))


def _good(address: FacilityAddress, day: date) -> bool:
    start, end = PartialDate.parse_optional(address.valid_from), PartialDate.parse_optional(address.valid_to)
    return (start is None or start.first <= day) and (end is None or end.last >= day)
