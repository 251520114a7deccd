"""What a list says of one person, in one form for all lists; and why a row could not be understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from campaign.kit.partial_dates import PartialDate
from campaign.prisoners.models import EventKind


@dataclass(frozen=True, slots=True)
class RecordName:
    """A name as the list has it; `language` and `script` may be empty."""

    name: str
    language: str = ""
    kind: str = "main"
    script: str = ""


@dataclass(frozen=True, slots=True)
class RecordFacility:
    """A place of detention as the list has it: found by `slug` (own lists) or `name`; `address` on one or more lines.

    `whole` is the facility's own document (`importing.own`), for lists that carry everything about it.
    """

    name: str
    address: str = ""
    slug: str = ""
    whole: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class RecordEvent:
    """An event as the list tells it; see `models.Event`. `facility` becomes `details["facility"]` once it is found.

    `uid`, `retracted` and `actor` only come with own lists.
    """

    kind: EventKind
    day: PartialDate | None = None
    as_of: date | None = None
    public: bool = True
    texts: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    url: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    facility: RecordFacility | None = None
    uid: bytes | None = None
    retracted: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class RecordDesignation:
    """Who recognised the person as a political prisoner."""

    organisation: str
    term: str = ""
    since: PartialDate | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Something in a row that a human must look at before it is written: a code and the values behind it."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """One person. `row` counts from 1 (the header of a CSV is no row); `key` is the list's id, empty if it has none.

    `doubts` are what reading already found (an impossible date: the field is then left out). `custody` says what the
    list claims about today without a dated event: True in custody, False no longer, None nothing.
    """

    row: int
    names: tuple[RecordName, ...]
    key: str = ""
    url: str = ""
    slug: str = ""
    sort_as: str = ""
    gender: str = ""
    country: str = ""
    born: PartialDate | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    events: tuple[RecordEvent, ...] = ()
    designations: tuple[RecordDesignation, ...] = ()
    custody: bool | None = None
    campaigns: tuple[str, ...] = ()
    own: Mapping[str, Any] | None = None
    doubts: tuple[Doubtful, ...] = ()

    @property
    def name(self) -> str:
        """The first name."""
        return self.names[0].name


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be used: its number, a code, the values behind it, and the row's first words to find it by."""

    row: int
    code: str
    values: Mapping[str, str] = field(default_factory=dict)
    start: str = ""
