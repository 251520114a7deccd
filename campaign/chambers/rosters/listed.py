"""What a roster's file says, whatever its form, and what it can fail with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from campaign.chambers.rosters.values import storable

MOST_MANDATES = 500
"""Of one person in a file. They are compared with each other: thousands would take hours."""


class UnusableRoster(Exception):
    """A file that cannot be brought in; nothing is written.

    Codes: `empty` · `binary`, `spreadsheet`, `pdf`, `packed`, `picture` · `too_large` {limit} · `wrong_encoding` ·
    `broken_json` {line} · `too_deep` · `not_a_roster` · `broken_row` {row} · `no_name_column` {columns} ·
    `no_chamber` · `no_chambers` · `no_members` {refused} · `bad_country` {country} · `no_country` {chamber} ·
    `bad_domain` {domain} · `members_missing` {chamber, missing, present} · `older` {chamber, newest} ·
    `future` {day}. Values are texts.
    """

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = {key: str(value) for key, value in values.items()}
        super().__init__(code, self.values)


@dataclass(frozen=True, slots=True)
class Finding:
    """A part of the file that was not taken: `refused` says something impossible, `skipped` nothing of use.

    `section` is a list of the file (`persons`, `memberships`, …, `rows` of a table), `row` counts from 1. Codes:
    `wrong_type` {field} · `missing` {field} · `too_long` {field} · `not_text` {field} · `bad_date`, `bad_country`
    {field, value} · `too_deep` · `too_much` · `too_many` · `id_twice` · `twin` · `unknown_person` · `unknown_chamber` ·
    `bad_email` · `no_mandate` · `twice`.
    """

    kind: Literal["refused", "skipped"]
    section: str
    row: int
    name: str
    code: str
    values: Mapping[str, str] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """As an import remembers it."""
        return {
            "kind": self.kind,
            "section": self.section,
            "row": self.row,
            "name": self.name,
            "code": self.code,
            "values": dict(self.values),
        }


@dataclass(slots=True)
class ListedParty:
    """A party or group. `id` may be empty: then its name tells it from others."""

    id: str
    name: str
    names: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class ListedPeriod:
    """A legislative period. Dates as in `values.iso`."""

    id: str
    name: str
    start: str | None = None
    end: str | None = None
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class ListedChamber:
    """A chamber with its parties and periods, by what mandates call them. `country` is empty if the file is silent."""

    id: str
    name: str
    names: dict[str, Any] = field(default_factory=dict)
    country: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    parties: dict[str, ListedParty] = field(default_factory=dict)
    periods: dict[str, ListedPeriod] = field(default_factory=dict)


@dataclass(slots=True)
class ListedPerson:
    """A member. None means that the file says nothing of it, so that what is known stays."""

    id: str
    row: int
    name: str
    given_name: str | None = None
    family_name: str | None = None
    sort_name: str | None = None
    email: str | None = None
    gender: str | None = None
    born: str | None = None
    died: str | None = None
    other_names: list[dict[str, Any]] | None = None
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class ListedMandate:
    """A membership in a chamber. `person`, `chamber`, `party` and `period` are keys in the roster, or empty.

    `gone_on` is only in what we wrote ourselves: since when a file had the mandate no more.
    """

    person: str
    chamber: str
    party: str = ""
    period: str = ""
    area: str = ""
    role: str = ""
    start: str | None = None
    end: str | None = None
    gone_on: str | None = None
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Roster:
    """All that a file says. Chambers and persons by keys that only hold within it; every mandate's keys are there.

    `silent_on` names what the file has no place for (`email`, `party`, `period`, `end`): what is known of it stays.
    `unsure` has id and name of those of whom something was refused: that they are not in the file proves nothing.
    """

    form: Literal["popolo", "csv"]
    silent_on: frozenset[str] = frozenset()
    chambers: dict[str, ListedChamber] = field(default_factory=dict)
    persons: dict[str, ListedPerson] = field(default_factory=dict)
    mandates: list[ListedMandate] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unsure: list[tuple[str, str]] = field(default_factory=list)

    def refuse(self, section: str, row: int, name: str, code: str, /, **values: str) -> None:
        """Note a part that says something impossible."""
        self.findings.append(Finding("refused", section, row, storable(name[:100]), code, storable(values)))

    def skip(self, section: str, row: int, name: str, code: str, /, **values: str) -> None:
        """Note a part that says nothing of use."""
        self.findings.append(Finding("skipped", section, row, storable(name[:100]), code, storable(values)))
