"""Godparents as a file: everything as JSON, or one of three tables as CSV (docs/godparents-desk.md).

Written in short reads by id, so that memory does not grow with the list and nobody waits for an export. Those who were
never accepted are not in it: what they typed is nobody's to hand on. Of erased ones there are dates and prisoners.
With `private`, the confirmed address, the office's contact, and whom invitations are to are in it as well.

CSV is RFC 4180, UTF-8, CRLF; no cell is a formula (`kit.csv_cells`).
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import Connection, Engine, Row, Select, func, select

from campaign.campaigns.models import Campaign
from campaign.chambers.models import Chamber
from campaign.godparents import applying, inviting
from campaign.godparents.models import Deed, Godparent, Godparenthood, Invitation, State
from campaign.kit.clock import rfc3339
from campaign.kit.csv_cells import guard
from campaign.people.models import Person
from campaign.people.service import EMAIL
from campaign.prisoners.models import Prisoner
from campaign.vault import Vault

Table: TypeAlias = Literal["godparents", "deeds", "invitations"]
Document: TypeAlias = dict[str, Any]
FORMAT, VERSION = "godparents", 1
BATCH = 400

_WHO = (
    *("godparent", "campaign", "state", "given_name", "family_name", "office", "party", "country", "chamber", "page"),
    *("verified_by", "accepted_on", "public_since", "withheld_since", "left_office_on", "erased_on"),
)
_PAIR = (
    *("godparenthood", "prisoner", "prisoner_name", "started_on", "ended_on", "end_reason", "how", "successor"),
    *("pair_public_since", "statement", "statement_language"),
)
COLUMNS: dict[Table, tuple[str, ...]] = {
    "godparents": (*_WHO, *_PAIR),
    "deeds": ("deed", "godparent", "prisoner", "kind", "day", "url", "note", "language", "state"),
    "invitations": (
        *("invitation", "campaign", "state", "created_on", "sent_on", "answered_on", "reminders", "language"),
        *("chamber", "prisoner", "handover", "godparent"),
    ),
}
"""Of each table, without what is private."""
PRIVATE: dict[Table, tuple[str, ...]] = {
    "godparents": ("email", "language", "contact"),
    "deeds": (),
    "invitations": ("name", "email"),
}
"""What comes behind them with `private`."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is in it: whose campaigns' (None: all), and whether with what is private."""

    campaign_ids: frozenset[int] | None = None
    private: bool = False


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of the file and how many rows it holds (of JSON: godparents)."""

    data: bytes
    rows: int


def count(connection: Connection, scope: Scope) -> int:
    """How many godparents an export of this moment has."""
    return int(connection.execute(_chosen(select(func.count(Godparent.id)), scope)).scalar_one())


def json_chunks(engine: Engine, vault: Vault, scope: Scope, now: datetime) -> Iterator[Chunk]:
    """One object: what it is, then each godparent with godparenthoods and deeds, then each invitation, a line each."""
    head = {"format": FORMAT, "version": VERSION, "exported_at": rfc3339(now), "private": scope.private}
    yield Chunk(f'{json.dumps(head)[:-1]}, "godparents": ['.encode(), 0)
    yield from _lines(_godparents(engine, vault, scope), counted=1)
    yield Chunk(b'\n], "invitations": [', 0)
    yield from _lines(_invitations(engine, vault, scope), counted=0)
    yield Chunk(b"\n]}\n", 0)


def csv_chunks(engine: Engine, vault: Vault, scope: Scope, table: Table) -> Iterator[Chunk]:
    """A header, then the rows; of `godparents` one for each godparenthood, and one for who has none."""
    columns = (*COLUMNS[table], *(PRIVATE[table] if scope.private else ()))
    batches = _invitations(engine, vault, scope) if table == "invitations" else _godparents(engine, vault, scope)
    yield Chunk(_csv([columns]), 0)
    for batch in batches:
        rows = [row for document in batch for row in _rows(document, table)]
        yield Chunk(_csv([_cell(row.get(name)) for name in columns] for row in rows), len(rows))


# ---------------------------------------------------------------------------------------------------------------------
# Godparents


def _godparents(engine: Engine, vault: Vault, scope: Scope) -> Iterator[list[Document]]:
    after = 0
    while True:
        with engine.connect() as connection:
            query = _chosen(_GODPARENTS, scope).where(Godparent.id > after).order_by(Godparent.id).limit(BATCH)
            rows = connection.execute(query).all()
            ids = [row.id for row in rows]
            pairs, deeds = _by_godparent(connection, _PAIRS, ids), _by_godparent(connection, _DEEDS, ids)
            people = _people(connection, rows) if scope.private else {}
        if not rows:
            return
        after = ids[-1]
        yield [
            _who(row)
            | _private(vault, row, people)
            | {"godparenthoods": [_pair(each) for each in pairs[row.id]]}
            | {"deeds": [_deed(each) for each in deeds[row.id]]}
            for row in rows
        ]


_GODPARENTS = (
    select(
        *(Godparent.id, Godparent.uid, Godparent.state, Godparent.given_name, Godparent.family_name),
        *(Godparent.office, Godparent.party, Godparent.country, Godparent.slug, Godparent.verified_by),
        *(Godparent.accepted_at, Godparent.released_at, Godparent.withheld_at, Godparent.left_office_on),
        *(Godparent.erased_at, Godparent.contact, Godparent.person_id),
        *(Campaign.slug.label("campaign"), Chamber.name.label("chamber")),
    )
    .join(Campaign, Campaign.id == Godparent.campaign_id)
    .outerjoin(Chamber, Chamber.id == Godparent.chamber_id)
)
_PAIRS = (
    select(
        *(Godparenthood.godparent_id, Godparenthood.id, Godparenthood.started_on, Godparenthood.ended_on),
        *(Godparenthood.end_reason, Godparenthood.how, Godparenthood.successor_id, Godparenthood.released_at),
        *(Godparenthood.statement, Godparenthood.statement_language),
        *(Prisoner.slug.label("prisoner"), Prisoner.name.label("prisoner_name")),
    )
    .join(Prisoner, Prisoner.id == Godparenthood.prisoner_id)
    .order_by(Godparenthood.id)
)
_DEEDS = (
    select(
        *(Deed.godparent_id, Deed.id, Deed.kind, Deed.day, Deed.url, Deed.note, Deed.language, Deed.state),
        Prisoner.slug.label("prisoner"),
    )
    .join(Prisoner, Prisoner.id == Deed.prisoner_id)
    .order_by(Deed.id)
)


def _chosen(query: Select[*tuple[Any, ...]], scope: Scope) -> Select[*tuple[Any, ...]]:
    query = query.where(Godparent.state.in_((State.ACCEPTED.value, State.ERASED.value)))
    return query if scope.campaign_ids is None else query.where(Godparent.campaign_id.in_(scope.campaign_ids))


def _by_godparent(
    connection: Connection, query: Select[*tuple[Any, ...]], ids: Sequence[int]
) -> dict[int, list[Row[*tuple[Any, ...]]]]:
    found: dict[int, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    owner = query.selected_columns[0]
    for row in connection.execute(query.where(owner.in_(ids))) if ids else ():
        found[row.godparent_id].append(row)
    return found


def _people(connection: Connection, rows: Sequence[Row[*tuple[Any, ...]]]) -> dict[int, Row[*tuple[Any, ...]]]:
    ids = [row.person_id for row in rows if row.person_id is not None]
    query = select(Person.id, Person.uid, Person.email, Person.language).where(Person.id.in_(ids))
    return {row.id: row for row in connection.execute(query)} if ids else {}


def _who(row: Row[*tuple[Any, ...]]) -> Document:
    plain = ("campaign", "state", "given_name", "family_name", "office", "party", "country", "chamber")
    return {"godparent": row.id} | {name: getattr(row, name) for name in plain} | {
        "page": f"/godparents/{row.slug}" if row.slug else None,
        "verified_by": row.verified_by,
        "accepted_on": _day(row.accepted_at),
        "public_since": _day(row.released_at),
        "withheld_since": _day(row.withheld_at),
        "left_office_on": _day(row.left_office_on),
        "erased_on": _day(row.erased_at),
    }  # fmt: skip


def _private(vault: Vault, row: Row[*tuple[Any, ...]], people: dict[int, Row[*tuple[Any, ...]]]) -> Document:
    person = people.get(row.person_id)
    if person is None:
        return {}
    return {
        "email": vault.open(EMAIL, person.uid, person.email),
        "language": person.language,
        "contact": vault.open_optional(applying.CONTACT, row.uid, row.contact),
    }


def _pair(row: Row[*tuple[Any, ...]]) -> Document:
    plain = ("prisoner", "prisoner_name", "end_reason", "how", "statement", "statement_language")
    return {"godparenthood": row.id} | {name: getattr(row, name) for name in plain} | {
        "started_on": _day(row.started_on),
        "ended_on": _day(row.ended_on),
        "successor": row.successor_id,
        "pair_public_since": _day(row.released_at),
    }  # fmt: skip


def _deed(row: Row[*tuple[Any, ...]]) -> Document:
    plain = ("prisoner", "kind", "day", "url", "note", "language", "state")
    return {"deed": row.id} | {name: getattr(row, name) for name in plain}


# ---------------------------------------------------------------------------------------------------------------------
# Invitations


def _invitations(engine: Engine, vault: Vault, scope: Scope) -> Iterator[list[Document]]:
    after, query = 0, _INVITATIONS.order_by(Invitation.id).limit(BATCH)
    if scope.campaign_ids is not None:
        query = query.where(Invitation.campaign_id.in_(scope.campaign_ids))
    while True:
        with engine.connect() as connection:
            rows = connection.execute(query.where(Invitation.id > after)).all()
        if not rows:
            return
        after = rows[-1].id
        yield [_invitation(vault, row, scope) for row in rows]


_INVITATIONS = (
    select(
        *(Invitation.id, Invitation.uid, Invitation.state, Invitation.created_at, Invitation.sent_at),
        *(Invitation.answered_at, Invitation.reminders, Invitation.language, Invitation.godparent_id),
        *(Invitation.godparenthood_id, Invitation.name, Invitation.email),
        *(Campaign.slug.label("campaign"), Chamber.name.label("chamber"), Prisoner.slug.label("prisoner")),
    )
    .join(Campaign, Campaign.id == Invitation.campaign_id)
    .outerjoin(Chamber, Chamber.id == Invitation.chamber_id)
    .outerjoin(Prisoner, Prisoner.id == Invitation.prisoner_id)
)


def _invitation(vault: Vault, row: Row[*tuple[Any, ...]], scope: Scope) -> Document:
    plain = ("campaign", "state", "reminders", "language", "chamber", "prisoner")
    document = {"invitation": row.id} | {name: getattr(row, name) for name in plain} | {
        "created_on": _day(row.created_at),
        "sent_on": _day(row.sent_at),
        "answered_on": _day(row.answered_at),
        "handover": row.godparenthood_id is not None,
        "godparent": row.godparent_id,
    }  # fmt: skip
    if scope.private:
        document["name"] = vault.open_optional(inviting.NAME, row.uid, row.name)
        document["email"] = vault.open_optional(inviting.EMAIL, row.uid, row.email)
    return document


# ---------------------------------------------------------------------------------------------------------------------
# Pieces of files


def _rows(document: Document, table: Table) -> Iterable[Document]:
    if table == "invitations":
        return [document]
    if table == "deeds":
        return [{"godparent": document["godparent"]} | deed for deed in document["deeds"]]
    return [document | pair for pair in document["godparenthoods"]] or [document]


def _lines(batches: Iterable[list[Document]], *, counted: int) -> Iterator[Chunk]:
    before = ""
    for batch in batches:
        text = io.StringIO()
        for document in batch:
            text.write(f"{before}\n{json.dumps(document, ensure_ascii=False)}")
            before = ","
        yield Chunk(text.getvalue().encode(), counted * len(batch))


def _csv(rows: Iterable[Iterable[object]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return guard(value)
    return "" if value is None else value


def _day(moment: date | datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%d") if moment else None
