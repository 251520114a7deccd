"""Keeping the count.

Confirming and withdrawing write a line (+1 or -1) into the tally in their own transaction. The counting job takes up
the lines that are there, all or none, and adds them to the petition and its countries: no hot row while thousands
sign, nothing missed when a transaction is slow, nothing counted twice when the job is killed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from campaign.db.base import table_of
from campaign.petitions.models import CountryCount, Petition, Signature, Status, TallyEntry

MOST_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Repair:
    """A count that differed from the rows, and by how much it was put right."""

    petition_id: int
    country: str
    change: int


def take_up(connection: Connection, now: datetime) -> int:
    """Add waiting tally lines to the counts; how many lines were taken up (at most `MOST_AT_ONCE`)."""
    lines = select(TallyEntry.id).order_by(TallyEntry.id).limit(MOST_AT_ONCE).with_for_update()
    taken = connection.execute(
        delete(table_of(TallyEntry))
        .where(TallyEntry.id.in_(lines))
        .returning(TallyEntry.petition_id, TallyEntry.country, TallyEntry.change)
    ).all()
    changes: Counter[tuple[int, str]] = Counter()
    for petition_id, country, change in taken:
        changes[petition_id, country] += change
    for (petition_id, country), change in changes.items():
        _add_to_country(connection, petition_id, country, change)
    totals: Counter[int] = Counter()
    for (petition_id, _country), change in changes.items():
        totals[petition_id] += change
    for petition_id, change in totals.items():
        connection.execute(
            update(table_of(Petition))
            .where(Petition.id == petition_id)
            .values(confirmed_count=Petition.confirmed_count + change)
        )
    connection.execute(update(table_of(Petition)).values(counted_at=now))
    return len(taken)


def _add_to_country(connection: Connection, petition_id: int, country: str, change: int) -> None:
    done = connection.execute(
        update(table_of(CountryCount))
        .where(CountryCount.petition_id == petition_id, CountryCount.country == country)
        .values(confirmed=CountryCount.confirmed + change)
    )
    if not done.rowcount:
        row = {"petition_id": petition_id, "country": country, "confirmed": change}
        connection.execute(insert(table_of(CountryCount)), row)


def differences(connection: Connection) -> list[Repair]:
    """Where the kept counts differ from the rows, in one reading of the database (the transaction must be a snapshot).

    Lines that wait in the tally are reckoned in: they are neither missing nor double.
    """
    rows = connection.execute(
        select(Signature.petition_id, func.coalesce(Signature.country, ""), func.count())
        .where(Signature.status == Status.CONFIRMED.value)
        .group_by(Signature.petition_id, Signature.country)
    )
    difference: Counter[tuple[int, str]] = Counter({(row[0], row[1]): row[2] for row in rows})
    for petition_id, country, kept in connection.execute(
        select(CountryCount.petition_id, CountryCount.country, CountryCount.confirmed)
    ):
        difference[petition_id, country] -= kept
    for petition_id, country, waiting in connection.execute(
        select(TallyEntry.petition_id, TallyEntry.country, func.sum(TallyEntry.change)).group_by(
            TallyEntry.petition_id, TallyEntry.country
        )
    ):
        difference[petition_id, country] -= waiting
    return [Repair(petition, country, change) for (petition, country), change in sorted(difference.items()) if change]


def repair(connection: Connection, repairs: list[Repair]) -> None:
    """Put corrections into the tally, for the next `take_up`."""
    lines = [{"petition_id": r.petition_id, "country": r.country, "change": r.change} for r in repairs]
    if lines:
        connection.execute(insert(table_of(TallyEntry)), lines)


def align_totals(connection: Connection) -> int:
    """Make each petition's total the sum of its countries; how many were wrong. Run right after `take_up`."""
    total = (
        select(func.coalesce(func.sum(CountryCount.confirmed), 0))
        .where(CountryCount.petition_id == Petition.id)
        .scalar_subquery()
    )
    done = connection.execute(
        update(table_of(Petition)).where(Petition.confirmed_count != total).values(confirmed_count=total)
    )
    return done.rowcount
