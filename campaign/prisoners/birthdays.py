"""Birthdays and anniversaries of arrest of those in custody: who turns what age, who is in prison for how long.

Somebody born on 29 February has the birthday on 28 February in other years: it stays in its month.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from campaign.kit.partial_dates import PartialDate
from campaign.prisoners.models import Prisoner, campaign_prisoners
from campaign.prisoners.models.events import IN_CUSTODY

COMING = timedelta(days=28)
"""What "the coming weeks" are."""


class Kind(StrEnum):
    """Of which day it is the anniversary."""

    BIRTH = "birth"
    ARREST = "arrest"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in custody who is not hidden, with the day of birth and the first day of the present detention."""

    id: int
    slug: str
    name: str
    born: PartialDate | None
    detained_since: PartialDate | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Anniversary:
    """An anniversary in one year. `day` is None when only its month is known; `years` is the age, or years in prison.

    `certain` is False when the source only believes the date.
    """

    person: Person
    kind: Kind
    year: int
    month: int
    day: int | None
    years: int
    certain: bool

    @property
    def date(self) -> date | None:
        """The day, if it is known."""
        return date(self.year, self.month, self.day) if self.day else None


def people(session: Session, *, campaign_id: int | None = None, months: Collection[int] | None = None) -> list[Person]:
    """Everybody in custody, in one query; of one campaign; only those who can have an anniversary in these months."""
    columns = (Prisoner.id, Prisoner.slug, Prisoner.name, Prisoner.born, Prisoner.detained_since, Prisoner.updated_at)
    query = select(*columns).where(Prisoner.hidden_at.is_(None), Prisoner.status.in_(IN_CUSTODY))
    if campaign_id is not None:
        query = query.join(campaign_prisoners, campaign_prisoners.c.prisoner_id == Prisoner.id)
        query = query.where(campaign_prisoners.c.campaign_id == campaign_id)
    if months is None:
        query = query.where(or_(Prisoner.born_month.is_not(None), Prisoner.detained_since.is_not(None)))
    else:
        arrested = func.substr(Prisoner.detained_since, 6, 2).in_([f"{month:02}" for month in months])
        query = query.where(or_(Prisoner.born_month.in_(months), arrested))
    return [
        Person(
            row.id,
            row.slug,
            row.name,
            PartialDate.parse_optional(row.born),
            PartialDate.parse_optional(row.detained_since),
            row.updated_at,
        )
        for row in session.execute(query.order_by(Prisoner.sort_key, Prisoner.id))
    ]


def in_month(persons: Iterable[Person], year: int, month: int) -> list[Anniversary]:
    """All anniversaries of a month in the order of its days; those whose day is not known come last."""
    found = (each for person in persons for each in _of(person, year) if each.month == month)
    return sorted(found, key=lambda each: (each.day or calendar.monthrange(year, month)[1] + 1, each.kind))


def between(persons: Iterable[Person], first: date, last: date) -> list[Anniversary]:
    """The anniversaries from `first` to `last` whose day is known, in the order of days."""
    years = range(first.year, last.year + 1)
    dated = ((each.date, each) for person in persons for year in years for each in _of(person, year))
    found = [(day, each) for day, each in dated if day is not None and first <= day <= last]
    return [each for _, each in sorted(found, key=lambda pair: (pair[0], pair[1].kind, pair[1].person.id))]


def coming_months(today: date) -> list[tuple[int, int]]:
    """(year, month) of this month and the eleven after it."""
    return [(today.year + (today.month - 1 + n) // 12, (today.month - 1 + n) % 12 + 1) for n in range(12)]


def _of(person: Person, year: int) -> Iterator[Anniversary]:
    for kind, origin in ((Kind.BIRTH, person.born), (Kind.ARREST, person.detained_since)):
        if origin is not None and origin.month is not None and year > origin.year:
            day = origin.day
            if (origin.month, day) == (2, 29) and not calendar.isleap(year):
                day = 28
            yield Anniversary(person, kind, year, origin.month, day, year - origin.year, origin.certain)
