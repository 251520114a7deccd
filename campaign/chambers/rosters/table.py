"""A plain table (CSV with any usual delimiter) as a roster: one row for each mandate, or for each member.

`columns.json` has the names that columns are known by, as slugs. What other columns say is kept with the person. Rows
without an id are one person's if they bear one name; two mailboxes under one name are two persons.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import resources
from typing import Any

from campaign.chambers.rosters.listed import (
    MOST_MANDATES,
    ListedChamber,
    ListedMandate,
    ListedParty,
    ListedPeriod,
    ListedPerson,
    Roster,
    UnusableRoster,
)
from campaign.chambers.rosters.values import (
    BadValue,
    country_of,
    day,
    email_of,
    identifier,
    iso,
    line,
    storable,
    unless_bad,
)
from campaign.kit.csv_cells import unguard
from campaign.kit.folding import fold, words
from campaign.kit.slugs import slug

_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 50
_HEADER_WITHIN = 10
_LONGEST_OTHER = 2000
_MOST_COLUMNS = 300
_TOLD_ANEW = frozenset({"email", "party", "period", "end"})

_FIELDS: dict[str, str] = {
    header: field
    for field, headers in json.loads(
        resources.files("campaign.chambers.rosters").joinpath("columns.json").read_text(encoding="utf-8")
    ).items()
    for header in headers.split()
}


@dataclass(slots=True)
class _Row:
    """A row as it was understood, before rows of one person are put together."""

    number: int
    cells: dict[str, str]
    other: dict[str, str]
    name: str = ""
    email: str = ""

    def get(self, field: str) -> str:
        return self.cells.get(field, "")


def table_of(text: str, chamber: str = "") -> Roster:
    """What a table says; `chamber` for those without such a column. Raises `UnusableRoster`."""
    header, records = _opened(text)
    fields = _fields(header)
    if "name" not in fields.values() and not {"given_name", "family_name"} <= set(fields.values()):
        raise UnusableRoster("no_name_column", columns=", ".join(each for each in header if each)[:300])
    if "chamber" not in fields.values() and not chamber.strip():
        raise UnusableRoster("no_chamber")
    reader = _Reader(frozenset(fields.values()), chamber)
    for number, cells in records:
        reader.take(number, _row(number, header, fields, cells))
    return reader.finished()


class _Reader:
    def __init__(self, fields: frozenset[str], chamber: str) -> None:
        self._fields, self._chamber = fields, chamber
        self._roster = Roster("csv", _TOLD_ANEW - fields)
        self._rows: list[_Row] = []
        self._mandates: dict[str, list[ListedMandate]] = defaultdict(list)

    def take(self, number: int, row: _Row) -> None:
        """One row of the table."""
        try:
            given, family = (line(row.get(part), part, longest=120) for part in ("given_name", "family_name"))
            row.name = line(row.get("name"), "name") or line(f"{given} {family}", "name", required=True)
            row.email, broken = email_of(row.get("email"))
        except BadValue as bad:
            self._refuse(number, row, bad)
            return
        if broken:
            self._roster.skip("rows", number, row.name, "bad_email")
        self._rows.append(row)

    def finished(self) -> Roster:
        """All rows, put together."""
        mailboxes: dict[str, set[str]] = defaultdict(set)
        for row in self._rows:
            if not row.get("id"):
                mailboxes[fold(row.name)] |= {row.email} - {""}
        for row in self._rows:
            try:
                self._place(row, mailboxes)
            except BadValue as bad:
                self._refuse(row.number, row, bad)
        return self._roster

    def _refuse(self, number: int, row: _Row, bad: BadValue) -> None:
        self._roster.refuse("rows", number, row.name, bad.code, **bad.values)
        self._roster.unsure.append((row.get("id"), row.name or row.get("name")[:200]))

    def _place(self, row: _Row, mailboxes: dict[str, set[str]]) -> None:
        roster = self._roster
        own, folded = identifier(row.get("id"), "id"), fold(row.name)
        key = own or f"name:{folded}"
        if not own and len(mailboxes[folded]) > 1:
            if not row.email:
                raise BadValue("twin")
            key = f"name:{folded}:{row.email}"
        problems: list[BadValue] = []
        person = self._person(own, row, problems)
        for bad in problems:
            roster.skip("rows", row.number, row.name, bad.code, **bad.values)
        known = roster.persons.get(key)
        if known and not set(words(known.name)) & set(words(person.name)):
            raise BadValue("id_twice")
        mandate = self._mandate(key, row)
        theirs = self._mandates[key]
        if len(theirs) >= MOST_MANDATES:
            raise BadValue("too_many")
        if not own and any(_of_twins(other, mandate) for other in theirs):
            raise BadValue("twin")
        if known:
            _complete(known, person)
        else:
            roster.persons[key] = person
        if mandate in theirs:
            roster.skip("rows", row.number, row.name, "twice")
        else:
            theirs.append(mandate)
            roster.mandates.append(mandate)

    def _person(self, own: str, row: _Row, problems: list[BadValue]) -> ListedPerson:
        def read(field: str, reader: Callable[[Any, str], str | None]) -> str | None:
            return unless_bad(problems, reader, row.get(field), field)

        others = [line(each, "other_names") for each in row.get("other_names").replace("|", ";").split(";")]
        return ListedPerson(
            id=own,
            row=row.number,
            name=row.name,
            given_name=read("given_name", partial(line, longest=120)),
            family_name=read("family_name", partial(line, longest=120)),
            sort_name=read("sort_name", line),
            email=row.email if "email" in self._fields else None,
            gender=read("gender", partial(line, longest=24)),
            born=read("born", iso),
            died=read("died", iso),
            other_names=[{"name": each} for each in others if each] or None,
            more={"columns": row.other} if row.other else {},
        )

    def _mandate(self, person: str, row: _Row) -> ListedMandate:
        chamber = self._chamber_of(row)
        listed = self._roster.chambers[chamber]
        party = line(row.get("party"), "party")
        party_key = identifier(row.get("party_id"), "party_id") or party
        if party_key and party_key not in listed.parties:
            listed.parties[party_key] = ListedParty(identifier(row.get("party_id"), "party_id"), party or party_key)
        period = identifier(row.get("period"), "period")
        if period and period not in listed.periods:
            listed.periods[period] = ListedPeriod(period, period)
        gone_on = day(row.get("gone_on"), "gone_on")
        area_id = identifier(row.get("area_id"), "area_id")
        return ListedMandate(
            person=person,
            chamber=chamber,
            party=party_key,
            period=period,
            area=line(row.get("area"), "area"),
            role=line(row.get("role"), "role", longest=120),
            start=iso(row.get("start"), "start"),
            end=None if gone_on else iso(row.get("end"), "end"),
            gone_on=gone_on,
            more={"area_id": area_id} if area_id else {},
        )

    def _chamber_of(self, row: _Row) -> str:
        own = identifier(row.get("chamber_id"), "chamber_id")
        name = line(row.get("chamber") or self._chamber, "chamber", required=True)
        said = row.get("country")
        country = country_of(said)
        if said and not country:
            raise BadValue("bad_country", field="country", value=said[:40])
        key = own or f"{fold(name)}|{country}"
        self._roster.chambers.setdefault(key, ListedChamber(own, name, country=country))
        return key


def _of_twins(one: ListedMandate, other: ListedMandate) -> bool:
    """Whether two people of one name sit: for two areas in the same period, both still."""
    return (
        (one.chamber, one.period) == (other.chamber, other.period)
        and not (one.end or other.end)
        and bool(one.area and other.area)
        and one.area != other.area
    )


def _complete(known: ListedPerson, said: ListedPerson) -> None:
    """What a further row of the same person says and the first did not."""
    for field in ("given_name", "family_name", "sort_name", "email", "gender", "born", "died", "other_names"):
        if not getattr(known, field) and getattr(said, field):
            setattr(known, field, getattr(said, field))


# ---------------------------------------------------------------------------------------------------------------------
# Rows and columns


def _opened(text: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The header and the rows below it, numbered as a spreadsheet numbers them."""
    lines = io.StringIO(text, newline="")
    sample = list(itertools.islice(lines, _SAMPLE_LINES))
    records = _numbered(itertools.chain(sample, lines), _delimiter(sample))
    first = list(itertools.islice(records, _HEADER_WITHIN))
    known = [len(set(_fields(cells).values())) for _, cells in first]
    at = known.index(max(known)) if known else 0
    if not first or not known[at]:
        raise UnusableRoster("no_name_column", columns=", ".join(first[0][1] if first else [])[:300])
    return first[at][1], itertools.chain(first[at + 1 :], records)


def _numbered(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    number = 0
    try:
        for number, cells in enumerate(csv.reader(lines, delimiter=delimiter, skipinitialspace=True), 1):
            if any(cell.strip() for cell in cells):
                yield number, [unguard(cell.strip()) for cell in cells]
    except csv.Error as error:
        raise UnusableRoster("broken_row", row=number + 1) from error


def _delimiter(sample: Sequence[str]) -> str:
    """The one that cuts most lines into the same number of cells, and more than one."""

    def score(delimiter: str) -> tuple[float, int]:
        try:
            widths = Counter(len(cells) for cells in csv.reader(sample, delimiter=delimiter) if cells)
        except csv.Error:
            return 0, 0
        width, times = widths.most_common(1)[0] if widths else (1, 0)
        return (times / widths.total() * min(width, 4), width) if width > 1 else (0, 0)

    return max(_DELIMITERS, key=score)


def _fields(header: Sequence[str]) -> dict[int, str]:
    """Which field stands in which column; the first of each."""
    found: dict[int, str] = {}
    for at, cell in enumerate(header[:_MOST_COLUMNS]):
        field = _FIELDS.get(slug(cell[:80], fallback=""))
        if field and field not in found.values():
            found[at] = field
    return found


def _row(number: int, header: Sequence[str], fields: dict[int, str], cells: Sequence[str]) -> _Row:
    known: dict[str, Any] = {}
    other: dict[str, str] = {}
    for at, cell in enumerate(cells[:_MOST_COLUMNS]):
        if at in fields:
            known[fields[at]] = cell
        elif cell and at < len(header) and header[at]:
            other[storable(header[at][:80])] = storable(cell[:_LONGEST_OTHER])
    return _Row(number, known, other)
