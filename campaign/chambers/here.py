"""What is in the database of the chambers that a file is about, as an import compares it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from campaign.chambers.models import Chamber, ChamberDomain, Mandate, Member, Party, Period, RosterImport
from campaign.chambers.rosters.listed import ListedChamber
from campaign.db.base import table_of
from campaign.kit.folding import fold

Item = TypeVar("Item")

CHUNK = 400
"""Members that are read together."""


@dataclass(slots=True)
class KnownMandate:
    """A row of `mandates`, with its period's start."""

    id: int
    chamber_id: int
    member_id: int
    party_id: int | None
    period_id: int | None
    source_key: str
    area: str
    role: str
    start: str | None
    end: str | None
    gone_on: date | None
    until: date | None
    more: dict[str, Any]

    def begun(self, periods: dict[int, Row[*tuple[Any, ...]]]) -> str | None:
        """Its start, or its period's."""
        period = periods.get(self.period_id) if self.period_id else None
        return self.start or (period.start if period else None)


@dataclass(slots=True)
class KnownMember:
    """What members are recognised by."""

    id: int
    source_id: str | None
    name: str
    mailbox: str
    born: str | None


@dataclass(slots=True)
class Known:
    """A chamber that is here, with its parties, periods, domains and mandates by member.

    `told_as_of` is the newest day that somebody said a file was of, and did not leave to be today.
    """

    row: Row[*tuple[Any, ...]]
    told_as_of: date | None = None
    parties: list[Row[*tuple[Any, ...]]] = field(default_factory=list)
    periods: list[Row[*tuple[Any, ...]]] = field(default_factory=list)
    domains: dict[str, Row[*tuple[Any, ...]]] = field(default_factory=dict)
    mandates: dict[int, list[KnownMandate]] = field(default_factory=lambda: defaultdict(list))


def chamber_of(session: Session, listed: ListedChamber, source_ids: Iterable[str], country: str) -> Known | None:
    """The chamber that the file means: by one of its ids, else by name and country. None if it is not here."""
    table = table_of(Chamber)
    ids = {each for each in source_ids if each}
    found = session.execute(select(table).where(table.c.source_id.in_(ids))).first() if ids else None
    if found is None:
        names = {fold(name) for name in (listed.name, *map(str, listed.names.values()))} - {""}
        rows = session.execute(select(table)).all()
        same = [row for row in rows if names & {fold(name) for name in (row.name, *map(str, row.names.values()))}]
        same = [row for row in same if not (country and row.country) or row.country == country]
        found = same[0] if len(same) == 1 else None
    return _filled(session, found) if found is not None else None


def members(session: Session, source_ids: Iterable[str], chamber_ids: Sequence[int]) -> list[KnownMember]:
    """Those who bear one of these ids or ever sat in one of these chambers."""
    table = table_of(Member)
    columns = (table.c.id, table.c.source_id, table.c.name, table.c.mailbox, table.c.born)
    found: dict[int, KnownMember] = {}
    for part in parts(source_ids):
        found |= {
            row.id: KnownMember(*row) for row in session.execute(select(*columns).where(table.c.source_id.in_(part)))
        }
    if chamber_ids:
        sat = select(Mandate.member_id).where(Mandate.chamber_id.in_(chamber_ids))
        found |= {row.id: KnownMember(*row) for row in session.execute(select(*columns).where(table.c.id.in_(sat)))}
    return list(found.values())


def elsewhere(
    session: Session, member_ids: Iterable[int], chamber_ids: Sequence[int]
) -> dict[int, list[tuple[date | None, str | None]]]:
    """For each member, end and beginning of the mandates in other chambers."""
    found: dict[int, list[tuple[date | None, str | None]]] = defaultdict(list)
    for part in parts(member_ids):
        query = select(Mandate.member_id, Mandate.until, Mandate.start, Period.start).outerjoin(Mandate.period)
        for member_id, until, start, period_start in session.execute(
            query.where(Mandate.member_id.in_(part), Mandate.chamber_id.not_in(chamber_ids))
        ):
            found[member_id].append((until, start or period_start))
    return found


def parts(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """The items some hundred at a time."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


def _filled(session: Session, row: Row[*tuple[Any, ...]]) -> Known:
    known = Known(row)
    for model, rows in ((Party, known.parties), (Period, known.periods)):
        table = table_of(model)
        rows.extend(session.execute(select(table).where(table.c.chamber_id == row.id).order_by(table.c.id)))
    records = select(RosterImport.summary).where(RosterImport.chamber_id == row.id)
    told = [each["as_of"] for each in session.scalars(records) if each.get("as_of_told")]
    known.told_as_of = date.fromisoformat(max(told)) if told else None
    domains = table_of(ChamberDomain)
    for each in session.execute(select(domains).where(domains.c.chamber_id == row.id)):
        known.domains[each.domain] = each
    mandates = table_of(Mandate)
    columns = [mandates.c[name] for name in KnownMandate.__slots__]
    for each in session.execute(select(*columns).where(mandates.c.chamber_id == row.id).order_by(mandates.c.id)):
        known.mandates[each.member_id].append(KnownMandate(*each))
    return known
