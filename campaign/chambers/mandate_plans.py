"""What becomes of one member's mandates in one chamber: which are still in the file, which are new, which are gone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from campaign.chambers.ending import lasts, until
from campaign.chambers.here import KnownMandate
from campaign.chambers.plans import ChamberPlan, RowPlan
from campaign.chambers.rosters.listed import ListedMandate

Span: TypeAlias = tuple[date | None, str | None]
"""The last day of a mandate (None while it lasts), and its beginning."""

_Pair: TypeAlias = tuple[ListedMandate | None, KnownMandate | None]


@dataclass(slots=True)
class Fate:
    """A mandate before and after. `values` is what is written, with `party` and `period` where they are new to it.

    `before` is None for one that is added. `newly_gone`: nothing ended it but that the file has it no more.
    """

    listed: ListedMandate | None
    known: KnownMandate | None
    values: dict[str, Any]
    party: RowPlan | None
    period: RowPlan | None
    before: Span | None
    after: Span
    newly_gone: bool

    @property
    def written(self) -> bool:
        """Whether anything of it is added or changed."""
        return self.known is None or bool(self.values or self.party or self.period)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What all mandates of one member in one chamber have in common. `unsure`: what is missing proves nothing."""

    chamber: ChamberPlan
    member: str
    died: str | None
    as_of: date
    silent_on: frozenset[str]
    unsure: bool = False


def fates(listed: Sequence[ListedMandate], known: Sequence[KnownMandate], here: Circumstances) -> list[Fate]:
    """All mandates that the file or the database has. `here.member` is the member's `source_id`."""
    taken = {each.source_key for each in known}
    return [_fate(said, was, here, taken) for said, was in _paired(listed, known, here.chamber)]


# --- which is which --------------------------------------------------------------------------------------------------


def _paired(listed: Sequence[ListedMandate], known: Sequence[KnownMandate], chamber: ChamberPlan) -> list[_Pair]:
    """Each mandate of the file with its row, the surest first; what stays alone has None beside it."""
    left = sorted(known, key=lambda each: (each.until is not None, each.start or "", each.id))
    rest = sorted(listed, key=lambda each: (each.end is not None, each.start or "", each.role, each.area))
    found: list[_Pair] = []
    for alike in _WAYS:
        waiting = []
        for said in rest:
            was = next((each for each in left if alike(said, each, chamber)), None)
            if was is None:
                waiting.append(said)
            else:
                left.remove(was)
                found.append((said, was))
        rest = waiting
    return [*found, *((said, None) for said in rest), *((None, was) for was in left)]


def _same_start(said: ListedMandate, was: KnownMandate, chamber: ChamberPlan) -> bool:
    return said.start == was.start and _same(said, was, chamber)


def _same(said: ListedMandate, was: KnownMandate, chamber: ChamberPlan) -> bool:
    return _id_of(chamber.parties, said.party) == was.party_id and _id_of(chamber.periods, said.period) == was.period_id


def _same_as_far_as_known(said: ListedMandate, was: KnownMandate, chamber: ChamberPlan) -> bool:
    """One of the two may not say of which party or period it is."""
    party, period = _id_of(chamber.parties, said.party), _id_of(chamber.periods, said.period)
    return (not said.party or was.party_id in {None, party}) and (not said.period or was.period_id in {None, period})


_WAYS: tuple[Callable[[ListedMandate, KnownMandate, ChamberPlan], bool], ...] = (
    _same_start,
    _same,
    _same_as_far_as_known,
)


def _id_of(rows: dict[str, RowPlan], key: str) -> int | None:
    """The id of a party or period; 0 for one that is new, which no row has."""
    return (rows[key].id or 0) if key else None


# --- what is written -------------------------------------------------------------------------------------------------


def _fate(said: ListedMandate | None, was: KnownMandate | None, here: Circumstances, taken: set[str]) -> Fate:
    chamber = here.chamber
    values: dict[str, Any] = {}
    party = period = None
    term: int | str | None = was.period_id if was else None
    if said:
        values = _new(said, here, taken) if was is None else _changed(said, was, here.silent_on)
        if said.party and (was is None or was.party_id is None):
            party = chamber.parties[said.party]
        if said.period and (was is None or was.period_id is None):
            period, term = chamber.periods[said.period], chamber.period_of(said.period)
    start = values.get("start", was.start if was else None)
    end = values.get("end", was.end if was else None)
    lasting = until(end=end, term_ended=chamber.term_ended(term), died=here.died, gone_on=None)
    gone_on = _gone_on(said, was, lasting, None if here.unsure else here.as_of)
    ended = until(end=end, term_ended=chamber.term_ended(term), died=here.died, gone_on=gone_on)
    if was is None or was.until != ended:
        values["until"] = ended
    if gone_on != (was.gone_on if was else None):
        values["gone_on"] = gone_on
    before = (was.until, was.start or chamber.term_began(was.period_id, before=True)) if was else None
    after = (ended, start or chamber.term_began(term))
    return Fate(said, was, values, party, period, before, after, bool(gone_on and was and not was.gone_on))


def _gone_on(
    said: ListedMandate | None, was: KnownMandate | None, lasting: date | None, as_of: date | None
) -> date | None:
    """Since when files have a mandate no more that nothing else ended."""
    if said:
        return date.fromisoformat(said.gone_on) if said.gone_on else None
    if was and was.gone_on:
        return was.gone_on
    return as_of if as_of and lasts(lasting, None, as_of) else None


def _new(said: ListedMandate, here: Circumstances, taken: set[str]) -> dict[str, Any]:
    number = 0
    key = ""
    while not key or key in taken:
        number += 1
        key = hashlib.sha256("|".join((here.member, said.period, said.party, str(number))).encode()).hexdigest()
    taken.add(key)
    return {
        "source_key": key,
        "area": said.area,
        "role": said.role,
        "start": said.start,
        "end": said.end,
        "more": said.more,
    }


def _changed(said: ListedMandate, was: KnownMandate, silent_on: frozenset[str]) -> dict[str, Any]:
    wanted: dict[str, Any] = {"more": {**was.more, **said.more}}
    for name in ("area", "role", "start", "end"):
        value = getattr(said, name)
        if value or (name == "end" and name not in silent_on):
            wanted[name] = value
    return {name: value for name, value in wanted.items() if getattr(was, name) != value}
