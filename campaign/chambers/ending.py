"""When a mandate ended, from all that is known. Dates of any precision are texts as in `rosters.values.iso`."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Term:
    """The dates of a legislative period."""

    start: str | None
    end: str | None


def first_day(text: str | None) -> date | None:
    """The earliest day that a date can be."""
    if not text:
        return None
    year, month, day = _parts(text)
    return date(year, month or 1, day or 1)


def last_day(text: str | None) -> date | None:
    """The latest day that a date can be."""
    if not text:
        return None
    year, month, day = _parts(text)
    month = month or 12
    return date(year, month, day or calendar.monthrange(year, month)[1])


def last_day_of_term(term: Term | None, terms: Iterable[Term]) -> date | None:
    """When a period ended: by its own end, else by the beginning of the next one; None while it lasts."""
    if term is None:
        return None
    if term.end:
        return last_day(term.end)
    begun = first_day(term.start)
    if begun is None:
        return None
    later = [start for other in terms if (start := first_day(other.start)) and start > begun]
    return min(later) - _A_DAY if later else None


def until(*, end: str | None, term_ended: date | None, died: str | None, gone_on: date | None) -> date | None:
    """The last day of a mandate: whatever ended it first; None while it lasts."""
    gone = gone_on - _A_DAY if gone_on else None
    return min((day for day in (last_day(end), term_ended, last_day(died), gone) if day), default=None)


def lasts(until: date | None, start: str | None, today: date) -> bool:
    """Whether a mandate is held on that day; as `queries.held`."""
    return (until is None or until >= today) and (start or "") <= today.isoformat()


def _parts(text: str) -> tuple[int, int | None, int | None]:
    parts = [int(part) for part in text.split("-")]
    return parts[0], parts[1] if len(parts) > 1 else None, parts[-1] if len(parts) == _ALL else None


_ALL = 3
"""Parts of a whole date."""
