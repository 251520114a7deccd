"""A chamber as Popolo JSON, in EveryPolitician's shape, or as a table. Bringing either in again changes nothing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from campaign.chambers.models import Chamber, Mandate, Member, Party, Period
from campaign.chambers.queries import names_in
from campaign.db.base import table_of
from campaign.kit.csv_cells import guard

COLUMNS = (
    "id", "name", "sort_name", "given_name", "family_name", "email", "group", "group_id", "area_id", "area", "chamber",
    "chamber_id", "country", "term", "role", "start_date", "end_date", "gone_on", "gender", "birth_date", "death_date",
    "other_names",
)  # fmt: skip
"""Of the table: those of EveryPolitician, and what else brings it back whole."""

_CHUNK = 400
Rows = Sequence[Row[*tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class _Whole:
    """A chamber with its parts by id, and its mandates by member."""

    chamber: Row[*tuple[Any, ...]]
    parties: Mapping[int, Row[*tuple[Any, ...]]]
    periods: Mapping[int, Row[*tuple[Any, ...]]]
    mandates: Mapping[int, Rows]


def popolo(session: Session, chamber_id: int) -> Iterator[str]:
    """The document in pieces. Also what the files said beyond our columns."""
    whole = _whole(session, chamber_id)
    also = whole.chamber.more.get("also", {})
    document = {
        **also.get("document", {}),
        "areas": also.get("areas", []),
        "events": [*(_period(row, whole) for row in whole.periods.values()), *also.get("events", [])],
        "organizations": [
            _body(whole.chamber, {"classification": "legislature", "country": whole.chamber.country}),
            *(_body(row, {"classification": "party"}) for row in whole.parties.values()),
            *also.get("organizations", []),
        ],
        "posts": also.get("posts", []),
    }
    yield "{\n"
    for section, value in document.items():
        yield f"{_json(section)}: {_json(value)},\n"
    yield '"memberships": [\n'
    first = True
    for member_id, source_id in _ids(session, whole):
        for mandate in whole.mandates[member_id]:
            yield ("" if first else ",\n") + _json(_membership(mandate, source_id, whole))
            first = False
    yield '\n],\n"persons": [\n'
    first = True
    for row in _members(session, whole):
        yield ("" if first else ",\n") + _json(_person(row))
        first = False
    yield "\n]\n}\n"


def table(session: Session, chamber_id: int) -> Iterator[str]:
    """The table in pieces: a row for each mandate."""
    whole = _whole(session, chamber_id)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for row in _members(session, whole):
        for mandate in whole.mandates[row.id]:
            writer.writerow([guard(cell) for cell in _cells(row, mandate, whole)])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


# ---------------------------------------------------------------------------------------------------------------------


def _whole(session: Session, chamber_id: int) -> _Whole:
    chambers = table_of(Chamber)
    chamber = session.execute(select(chambers).where(chambers.c.id == chamber_id)).one()
    parts: list[dict[int, Row[*tuple[Any, ...]]]] = []
    for model in (Party, Period):
        rows = table_of(model)
        query = select(rows).where(rows.c.chamber_id == chamber_id).order_by(rows.c.id)
        parts.append({row.id: row for row in session.execute(query)})
    mandates = table_of(Mandate)
    found: dict[int, list[Row[*tuple[Any, ...]]]] = {}
    for row in session.execute(select(mandates).where(mandates.c.chamber_id == chamber_id).order_by(mandates.c.id)):
        found.setdefault(row.member_id, []).append(row)
    return _Whole(chamber, parts[0], parts[1], found)


def _ids(session: Session, whole: _Whole) -> Iterator[tuple[int, str]]:
    members = table_of(Member)
    for ids in _parts(whole):
        rows = session.execute(select(members.c.id, members.c.source_id).where(members.c.id.in_(ids)))
        found = {row.id: row.source_id for row in rows}
        yield from ((member_id, found[member_id]) for member_id in ids)


def _members(session: Session, whole: _Whole) -> Iterator[Row[*tuple[Any, ...]]]:
    members = table_of(Member)
    for ids in _parts(whole):
        rows = {row.id: row for row in session.execute(select(members).where(members.c.id.in_(ids)))}
        yield from (rows[member_id] for member_id in ids)


def _parts(whole: _Whole) -> Iterator[list[int]]:
    ids = list(whole.mandates)
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


def _person(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    said = {
        "id": row.source_id,
        "name": row.name,
        "given_name": row.given_name,
        "family_name": row.family_name,
        "email": row.email,
        "gender": row.gender,
        "birth_date": row.born,
        "death_date": row.died,
        "other_names": row.other_names.get("names"),
    }
    return {**row.more, **{name: value for name, value in said.items() if value}}


def _body(row: Row[*tuple[Any, ...]], blank: Mapping[str, Any]) -> dict[str, Any]:
    """A chamber or party. Names by language stand in `other_names`, which `more` keeps as the file had them."""
    more = {name: value for name, value in row.more.items() if name != "also"}
    if row.names and "other_names" not in more:
        more["other_names"] = [{"lang": language, "name": name} for language, name in row.names.items()]
    return {**blank, **more, "id": row.source_id, "name": row.name}


def _period(row: Row[*tuple[Any, ...]], whole: _Whole) -> dict[str, Any]:
    said = {"start_date": row.start, "end_date": row.end}
    return {
        "classification": "legislative period",
        "organization_id": whole.chamber.source_id,
        **row.more,
        "id": row.source_id,
        "name": row.name,
        **{name: value for name, value in said.items() if value},
    }


def _membership(mandate: Row[*tuple[Any, ...]], person_id: str, whole: _Whole) -> dict[str, Any]:
    party, period = whole.parties.get(mandate.party_id), whole.periods.get(mandate.period_id)
    named = mandate.more.keys() & {"area_id", "area", "post_id", "post"}
    said = {
        "person_id": person_id,
        "organization_id": whole.chamber.source_id,
        "on_behalf_of_id": party.source_id if party else None,
        "legislative_period_id": period.source_id if period else None,
        "area": {"name": mandate.area} if mandate.area and not named else None,
        "role": mandate.role,
        "start_date": mandate.start,
        **_end(mandate),
    }
    return {**mandate.more, **{name: value for name, value in said.items() if value}}


def _end(mandate: Row[*tuple[Any, ...]]) -> dict[str, str | None]:
    """When it ended; of one that a newer file had no more also since when, which brings it back as it was."""
    if mandate.end or not (mandate.gone_on and mandate.until):
        return {"end_date": mandate.end}
    return {"end_date": mandate.until.isoformat(), "gone_on": mandate.gone_on.isoformat()}


def _cells(row: Row[*tuple[Any, ...]], mandate: Row[*tuple[Any, ...]], whole: _Whole) -> list[str]:
    party, period = whole.parties.get(mandate.party_id), whole.periods.get(mandate.period_id)
    chamber = whole.chamber
    end = _end(mandate)
    sort_name, area_id = row.more.get("sort_name"), mandate.more.get("area_id")
    cells = (
        row.source_id, row.name, sort_name, row.given_name, row.family_name, row.email,
        party.name if party else "", party.source_id if party else "", area_id, mandate.area,
        chamber.name, chamber.source_id, chamber.country, period.source_id if period else "",
        mandate.role, mandate.start, end["end_date"], end.get("gone_on"), row.gender, row.born, row.died,
        "; ".join(names_in(row.other_names)),
    )  # fmt: skip
    return [cell if isinstance(cell, str) else "" for cell in cells]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


FORMS: dict[str, Callable[[Session, int], Iterator[str]]] = {"popolo": popolo, "csv": table}
"""Ways to write a chamber, by what they are called."""
