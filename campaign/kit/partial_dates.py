"""Dates of which only the year, or year and month, may be known, or which are only believed.

Written as in EDTF (ISO 8601-2, level 1): `1996`, `1996-05`, `1996-05-17`; a `?` at the end says "believed". The text
form sorts in the order of time, and is what the database keeps.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date

EARLIEST_YEAR = 1800
LATEST_YEAR = 2200
LONGEST = 11
"""Characters of the text form."""

_FORM = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(\?)?", re.ASCII)


class BadDate(ValueError):
    """Not a date: the text has another form, or there is no such day."""


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A day, a month or a year. `certain` is False when the source only believes it."""

    year: int
    month: int | None = None
    day: int | None = None
    certain: bool = True

    def __post_init__(self) -> None:
        """Raises `BadDate` for a day that never was, such as 1954-02-29."""
        if not EARLIEST_YEAR <= self.year <= LATEST_YEAR or (self.month is None and self.day is not None):
            raise BadDate(str(self))
        month = 1 if self.month is None else self.month
        day = 1 if self.day is None else self.day
        try:
            date(self.year, month, day)
        except ValueError as error:
            raise BadDate(str(self)) from error

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read the text form. Raises `BadDate`."""
        found = _FORM.fullmatch(text.strip())
        if found is None:
            raise BadDate(text)
        year, month, day, believed = found.groups()
        return cls(int(year), int(month) if month else None, int(day) if day else None, certain=not believed)

    @classmethod
    def parse_optional(cls, text: str | None) -> PartialDate | None:
        """As `parse`; nothing gives None."""
        return cls.parse(text) if text and text.strip() else None

    @classmethod
    def of(cls, day: date) -> PartialDate:
        """The whole day."""
        return cls(day.year, day.month, day.day)

    def __str__(self) -> str:
        parts = [f"{self.year:04}"] + [f"{part:02}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts) + ("" if self.certain else "?")

    @property
    def exact(self) -> bool:
        """Whether the day is known."""
        return self.day is not None

    @property
    def first(self) -> date:
        """The earliest day it can be."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        """The latest day it can be."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def believed(self) -> PartialDate:
        """The same date, only believed."""
        return replace(self, certain=False)

    def may_be(self, other: PartialDate) -> bool:
        """Whether both can speak of the same day: one is the other, or tells less of the same."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True)
class Age:
    """Whole years: at least `low`, at most `high`; both are the same where the dates leave no doubt."""

    low: int
    high: int


def age(born: PartialDate, on: PartialDate | date) -> Age | None:
    """How old somebody `born` then is or may be `on` that day; None if that is surely before the birth."""
    on = on if isinstance(on, PartialDate) else PartialDate.of(on)
    low, high = _whole_years(born.last, on.first), _whole_years(born.first, on.last)
    return Age(max(0, low), high) if high >= 0 else None


def _whole_years(start: date, end: date) -> int:
    """Who was born on 29 February is a year older on 1 March where there is no such day."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))
