"""What an import would do, worked out before anything is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from campaign.chambers.ending import Term, last_day_of_term
from campaign.chambers.here import Known
from campaign.chambers.rosters.listed import Finding, ListedChamber
from campaign.chambers.signals import OfficeChange


@dataclass(frozen=True, slots=True)
class Wishes:
    """What whoever brings a file says about it.

    `country` (code) for chambers that do not tell theirs; `domains` (normal) are official; `as_of` is the day that the
    file speaks of, by default today; `missing_have_left`: members that the file has no more left, however many.
    """

    country: str = ""
    domains: tuple[str, ...] = ()
    as_of: date | None = None
    missing_have_left: bool = False


@dataclass(slots=True)
class RowPlan:
    """A row to be added (`new`: without an `id` until it is written), or to be changed by `values` if there are any."""

    id: int | None
    values: dict[str, Any]
    new: bool = field(init=False)

    def __post_init__(self) -> None:
        """Whoever has no id at first is new for good."""
        self.new = self.id is None


@dataclass(slots=True)
class DomainPlan:
    """A domain of a chamber's mailboxes as it will be. `bearers`: how many in the file have an address there."""

    domain: str
    official: bool
    decided: bool
    bearers: int
    there: bool
    changed: bool


@dataclass(slots=True)
class ChamberPlan:
    """One chamber. Parties and periods by what the roster calls them; `terms` by the ids of periods that are here."""

    listed: ListedChamber
    known: Known | None
    row: RowPlan
    slug: str
    country: str
    name: str
    parties: dict[str, RowPlan] = field(default_factory=dict)
    periods: dict[str, RowPlan] = field(default_factory=dict)
    terms: dict[int | str, Term] = field(default_factory=dict)
    domains: list[DomainPlan] = field(default_factory=list)
    webmail: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    left: list[tuple[int, str, date]] = field(default_factory=list)
    back: list[tuple[int, str]] = field(default_factory=list)
    present: int = 0
    missing: list[str] = field(default_factory=list)
    _ended: dict[int | str, date | None] = field(default_factory=dict)

    def term_ended(self, period: int | str | None) -> date | None:
        """When a period ended: by its id here, or by its key in the roster if it is new."""
        if period is None:
            return None
        if period not in self._ended:
            self._ended[period] = last_day_of_term(self.terms.get(period), self.terms.values())
        return self._ended[period]

    def term_began(self, period: int | str | None, *, before: bool = False) -> str | None:
        """When a period began, by what will be known, or was known before."""
        if period is None:
            return None
        if before:
            return next((row.start for row in self.known.periods if row.id == period), None) if self.known else None
        return self.terms[period].start if period in self.terms else None

    def period_of(self, key: str) -> int | str | None:
        """What `terms` knows the roster's period by."""
        if not key:
            return None
        return self.periods[key].id or key

    @property
    def changes(self) -> bool:
        """Whether anything of it, or in it, is new or other than before. The day of the file does not count."""
        rows = [self.row, *self.parties.values(), *self.periods.values()]
        touched = any(row.new or row.values.keys() - {"as_of"} for row in rows)
        return touched or any(each.changed for each in self.domains) or bool(
            self.counts["new"] or self.counts["changed"]
        )  # fmt: skip


@dataclass(slots=True)
class MandatePlan:
    """A mandate to be added or changed, with the rows of its party and period if they change with it."""

    row: RowPlan
    chamber: ChamberPlan
    party: RowPlan | None = None
    period: RowPlan | None = None


@dataclass(slots=True)
class MemberPlan:
    """One member with all mandates that are added or change. `keys` are those of the search, if they change."""

    row: RowPlan
    name: str
    mandates: list[MandatePlan]
    keys: set[tuple[str, bool]] | None = None
    change: OfficeChange | None = None


@dataclass(slots=True)
class Plan:
    """All of it. `members` are only those of whom something is written."""

    form: str
    as_of: date
    as_of_told: bool
    chambers: list[ChamberPlan]
    members: list[MemberPlan]
    findings: list[Finding]

    @property
    def changes(self) -> bool:
        """Whether bringing the file in would change anything."""
        return any(chamber.changes for chamber in self.chambers)

    @property
    def office_changes(self) -> tuple[OfficeChange, ...]:
        """Who would have left office, or hold one again."""
        return tuple(member.change for member in self.members if member.change)
