"""What occurs more than once in a list. It is read once for this alone, so that the order of rows decides nothing.

Ten bytes or so are kept of each row, however long the list is.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

from campaign.prisoners.importing.own import Item, OwnFacility
from campaign.prisoners.importing.record import Record
from campaign.prisoners.models import name_key

_DRAWERS = 256
_MOST_ROWS_NAMED = 5


class _Seen:
    """Row numbers by a 64-bit sum of something; `twice` keeps only those that several rows share."""

    def __init__(self) -> None:
        self._sums = [array("Q") for _ in range(_DRAWERS)]
        self._rows = [array("Q") for _ in range(_DRAWERS)]

    def note(self, value: int, row: int) -> None:
        self._sums[value % _DRAWERS].append(value)
        self._rows[value % _DRAWERS].append(row)

    def twice(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for sums, rows in zip(self._sums, self._rows, strict=True):
            first: dict[int, int] = {}
            for value, row in zip(sums, rows, strict=True):
                before = first.setdefault(value, row)
                if before != row:
                    found.setdefault(value, [before]).append(row)
        return found


@dataclass
class Survey:
    """How many rows a list has, and which of them share an id, an address, a name, or a name and a birth date.

    `facilities` are the slugs of those that a list in our own form brings along.
    """

    rows: int = 0
    facilities: set[str] = field(default_factory=set)
    _twice: dict[str, dict[int, list[int]]] = field(default_factory=dict)

    @classmethod
    def of(cls, stream: Iterable[Item]) -> Survey:
        """Read the whole list."""
        survey, seen = cls(), {what: _Seen() for what in ("key", "url", "name", "born")}
        for each in stream:
            survey.rows += 1
            if isinstance(each, Record):
                for what, sums in _sums(each).items():
                    for value in sums:
                        seen[what].note(value, each.row)
            elif isinstance(each, OwnFacility):
                survey.facilities.add(each.document["slug"])
        survey._twice = {what: drawer.twice() for what, drawer in seen.items()}
        return survey

    def key_rows(self, record: Record) -> str:
        """The rows with this id, if there are several; else an empty text."""
        return self._shared("key", record)

    def url_rows(self, record: Record) -> str:
        """The same for the person's page."""
        return self._shared("url", record)

    def name_rows(self, record: Record) -> str:
        """The same for the name."""
        return self._shared("name", record)

    def birth_date_rows(self, record: Record) -> str:
        """The same for name and birth date together."""
        return self._shared("born", record)

    def _shared(self, what: str, record: Record) -> str:
        twice = self._twice.get(what)
        if not twice:
            return ""
        rows = sorted({row for value in _sums(record)[what] for row in twice.get(value, [])})
        more = ", …" if len(rows) > _MOST_ROWS_NAMED else ""
        return ", ".join(map(str, rows[:_MOST_ROWS_NAMED])) + more


def _sums(record: Record) -> dict[str, set[int]]:
    names = {key for name in record.names if (key := name_key(name.name))}
    return {
        "key": {_sum(record.key)} if record.key else set(),
        "url": {_sum(record.url)} if record.url else set(),
        "name": {_sum(name) for name in names},
        "born": {_sum(f"{name}\0{record.born or ''}") for name in names},
    }


def _sum(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest())
