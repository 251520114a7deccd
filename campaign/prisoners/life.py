"""What follows from an event log: status, detention, facility, charges, sentence. Pure.

Undated events stand where their source first told of them. What begins counts from its earliest possible day, what
ends from its latest, so that "arrested in October 2020, released in 2020" is not read backwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row

from campaign.kit.partial_dates import PartialDate
from campaign.prisoners.models.events import IN_CUSTODY, Event, EventKind, Status

ENDS = {
    EventKind.RELEASE: Status.RELEASED,
    EventKind.EXILE: Status.EXILED,
    EventKind.DISAPPEARANCE: Status.DISAPPEARED,
    EventKind.DEATH: Status.DECEASED,
}
DECIDING = frozenset({*ENDS, EventKind.ARREST, EventKind.HOUSE_ARREST, EventKind.TRANSFER, EventKind.VERDICT})
"""What changes status or place."""
WITHOUT_PRISON = frozenset({"suspended", "fine", "acquitted"})
"""Kinds of sentence after which nobody stays in prison."""

_RANK = {kind: rank for rank, kind in enumerate(EventKind)}


@dataclass(frozen=True, slots=True)
class Happened:
    """A public event as its log tells it. `told` is the day it became known here, `order` breaks ties."""

    kind: EventKind
    day: PartialDate | None
    told: date
    order: int = 0
    details: Mapping[str, Any] = field(default_factory=dict)


def happened(event: Event | Row[Any]) -> Happened:
    """The event, or a row of its columns, as its log tells it."""
    told = event.as_of or event.created_at.date()
    return Happened(EventKind(event.kind), PartialDate.parse_optional(event.day), told, event.id, details=event.details)


@dataclass(frozen=True, slots=True)
class Period:
    """A time in detention; an end of None goes on. `open` tells that apart from an end nobody knows."""

    start: PartialDate | None
    end: PartialDate | None = None
    open: bool = True


@dataclass(frozen=True, slots=True)
class Days:
    """Days in detention so far; with `at_least`, some dates are not known to the day and this is the lower bound."""

    count: int
    at_least: bool


@dataclass(slots=True)
class Life:
    """What follows from a log."""

    status: Status = Status.UNKNOWN
    since: PartialDate | None = None
    periods: list[Period] = field(default_factory=list)
    facility_id: int | None = None
    articles: list[dict[str, str]] = field(default_factory=list)
    sentence: dict[str, Any] | None = None
    died: PartialDate | None = None

    @property
    def detained_since(self) -> PartialDate | None:
        """The beginning of the present detention."""
        return self.periods[-1].start if self.periods and self.periods[-1].open else None


def derive(log: Iterable[Happened]) -> Life:
    """The life that a log tells. An event that cannot be (a transfer after death) changes nothing."""
    life = Life()
    for event in sorted(log, key=_when):
        if life.status is not Status.DECEASED:
            _apply(life, event)
    return life


def days_in_detention(periods: Sequence[Period], today: date) -> Days | None:
    """Whole days spent in detention until `today`; None if no period has a known beginning."""
    known = [period for period in periods if period.start is not None]
    if not known:
        return None
    count, exact = 0, len(known) == len(periods)
    for period in known:
        assert period.start is not None
        end = today if period.open else (period.end.first if period.end else period.start.last)
        count += max(0, (end - period.start.last).days)
        exact = exact and period.start.exact and (period.open or (period.end is not None and period.end.exact))
    return Days(count, at_least=not exact)


def _when(event: Happened) -> tuple[date, int, int]:
    day = event.told
    if event.day is not None:
        day = event.day.last if event.kind in ENDS else event.day.first
    return day, _RANK[event.kind], event.order


def _apply(life: Life, event: Happened) -> None:
    kind = event.kind
    if event.details.get("articles"):
        life.articles = list(event.details["articles"])
    if kind in ENDS:
        _end(life, event, ENDS[kind])
    elif kind is EventKind.ARREST:
        _hold(life, event, Status.DETAINED)
    elif kind is EventKind.HOUSE_ARREST:
        _hold(life, event, Status.HOUSE_ARREST)
    elif kind is EventKind.TRANSFER:
        _move(life, event)
    elif kind in {EventKind.VERDICT, EventKind.APPEAL}:
        _sentence(life, event)


def _hold(life: Life, event: Happened, status: Status, *, start: PartialDate | None = None) -> None:
    """In custody from now on; a second arrest in custody opens no second period."""
    if event.kind in {EventKind.ARREST, EventKind.HOUSE_ARREST}:
        start = event.day
    if not (life.periods and life.periods[-1].open):
        life.periods.append(Period(start))
    if life.status is not status:
        life.status, life.since = status, event.day
    if event.details.get("facility"):
        life.facility_id = event.details["facility"]


def _move(life: Life, event: Happened) -> None:
    """Whoever is moved is held, also if they had disappeared. Of somebody free it cannot be, and changes nothing."""
    if life.status in {Status.UNKNOWN, Status.DISAPPEARED}:
        kind = (life.sentence or {}).get("kind", "suspended")
        _hold(life, event, Status.DETAINED if kind in WITHOUT_PRISON else Status.CONVICTED)
    if life.status in IN_CUSTODY:
        life.facility_id = event.details.get("facility") or life.facility_id


def _end(life: Life, event: Happened, status: Status) -> None:
    if life.periods and life.periods[-1].open:
        life.periods[-1] = Period(life.periods[-1].start, event.day, open=False)
    life.facility_id = None
    if life.status is not status:
        life.status, life.since = status, event.day
    if status is Status.DECEASED:
        life.died = event.day


def _sentence(life: Life, event: Happened) -> None:
    sentence = event.details.get("sentence")
    if sentence:
        life.sentence = dict(sentence)
    elif event.kind is EventKind.APPEAL:
        return
    kind = (sentence or {}).get("kind", "")
    free = life.status not in IN_CUSTODY and life.status is not Status.UNKNOWN
    if free:  # judged in absence, or after the release: where the person is has not changed
        return
    if kind in WITHOUT_PRISON:
        _end(life, event, Status.RELEASED)
    elif kind == "house_arrest":
        _hold(life, event, Status.HOUSE_ARREST)
    else:
        _hold(life, event, Status.CONVICTED, start=PartialDate.parse_optional((sentence or {}).get("start")))
