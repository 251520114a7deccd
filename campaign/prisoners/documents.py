"""Profiles and facilities as documents: the form in which lists leave, and with which lists that come in are compared.

docs/prisoner-lists.md tells every field. Keys stand in a fixed order, languages in alphabetical order, and ids of the
database are nowhere: the same facts give the same document on every machine.
"""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, column, select, table
from sqlalchemy.orm import InstrumentedAttribute

from campaign.facilities.models import Facility, FacilityAddress, FacilityName, FacilityText
from campaign.prisoners.models import (
    Consent,
    Designation,
    Event,
    EventText,
    Identifier,
    OldSlug,
    Portrait,
    PortraitFile,
    Prisoner,
    PrisonerName,
    PrisonerText,
    campaign_prisoners,
)
from campaign.prisoners.service import SEALED_COLUMN
from campaign.vault import Vault

Document = dict[str, Any]
Rows = defaultdict[int, list[Any]]
# Campaigns live above this room; two columns of their table are enough here.
campaigns = table("campaigns", column("id"), column("slug"))


@dataclass(frozen=True, slots=True)
class Scope:
    """What of a profile is told.

    `internal`: all there is. Without it, what may be public: no internal or retracted event, no consent, nothing that
    other lists said; whoever asks leaves hidden profiles out. `portraits`: with the files. `campaign_ids`: only these
    campaigns are named; None is all.
    """

    internal: bool = False
    portraits: bool = False
    campaign_ids: frozenset[int] | None = None


def prisoners(connection: Connection, vault: Vault, ids: Sequence[int], scope: Scope) -> dict[int, Document]:
    """The documents of these prisoners by id, in the order of `ids`; who is not there is left out. A dozen reads."""
    parts = _Parts(connection, vault, ids, scope)
    rows = {row.id: row for row in connection.execute(select(*_PRISONER).where(Prisoner.id.in_(ids)))}
    return {prisoner_id: _prisoner(rows[prisoner_id], parts, scope) for prisoner_id in ids if prisoner_id in rows}


def facilities(connection: Connection, ids: Sequence[int]) -> dict[int, Document]:
    """The documents of these facilities by id, in the order of `ids`. Four reads."""
    rows = {row.id: row for row in connection.execute(select(*_FACILITY).where(Facility.id.in_(ids)))}
    names = _by_owner(connection, FacilityName.facility_id, ids, _FACILITY_NAME, FacilityName.position, FacilityName.id)
    addresses = _by_owner(connection, FacilityAddress.facility_id, ids, _ADDRESS, FacilityAddress.id)
    advice = _by_owner(connection, FacilityText.facility_id, ids, _ADVICE, FacilityText.language)
    return {i: _facility(rows[i], names[i], addresses[i], advice[i]) for i in ids if i in rows}


def facility_slugs(connection: Connection) -> dict[int, str]:
    """The slug of every facility by its id."""
    return {row.id: row.slug for row in connection.execute(select(Facility.id, Facility.slug))}


def facility_ids(connection: Connection, vault: Vault, ids: Sequence[int], scope: Scope) -> set[int]:
    """The facilities that these prisoners' events name."""
    query = select(*_EVENT).where(Event.prisoner_id.in_(ids), *_told(scope))
    opener = vault.opener(SEALED_COLUMN)
    found = {_words(row, (), opener)["details"].get("facility") for row in connection.execute(query)}
    return {facility_id for facility_id in found if isinstance(facility_id, int)}


def moment(value: datetime) -> str:
    """A moment in UTC, to the microsecond: read back, it is the same one."""
    return value.isoformat(timespec="microseconds").replace("+00:00", "Z")


# ---------------------------------------------------------------------------------------------------------------------

_PRISONER = (
    Prisoner.id,
    Prisoner.slug,
    Prisoner.sort_as,
    Prisoner.gender,
    Prisoner.country,
    Prisoner.born,
    Prisoner.family_consent,
    Prisoner.family_consent_on,
    Prisoner.hidden_at,
    Prisoner.status,
    Prisoner.status_since,
    Prisoner.detained_since,
    Prisoner.facility_id,
    Prisoner.died,
    Prisoner.created_at,
    Prisoner.updated_at,
)
_FACILITY = (
    Facility.id,
    Facility.slug,
    Facility.kind,
    Facility.country,
    Facility.letter_languages,
    Facility.letter_pages,
    Facility.avoid_words,
    Facility.return_envelope,
    Facility.rules_as_of,
    Facility.created_at,
    Facility.updated_at,
)
_FACILITY_NAME = (FacilityName.name, FacilityName.language, FacilityName.script)
_ADDRESS = (
    FacilityAddress.lines,
    FacilityAddress.script,
    FacilityAddress.valid_from,
    FacilityAddress.valid_to,
    FacilityAddress.source,
)
_ADVICE = (FacilityText.language, FacilityText.advice)
_NAME = (PrisonerName.name, PrisonerName.language, PrisonerName.script, PrisonerName.kind)
_DESIGNATION = (Designation.organisation, Designation.term, Designation.since, Designation.url)
_EVENT = (
    Event.id,
    Event.uid,
    Event.kind,
    Event.day,
    Event.as_of,
    Event.public,
    Event.created_at,
    Event.source,
    Event.url,
    Event.details,
    Event.sealed,
    Event.retracted_at,
    Event.retracted_why,
)
_IDENTIFIER = (
    Identifier.list_name,
    Identifier.key,
    Identifier.url,
    Identifier.record,
    Identifier.fingerprint,
    Identifier.seen_at,
)
_PORTRAIT = (
    Portrait.id,
    Portrait.version,
    Portrait.width,
    Portrait.height,
    Portrait.author,
    Portrait.licence,
    Portrait.url,
    Portrait.consent,
    Portrait.alts,
    Portrait.created_at,
)


class _Parts:
    """What hangs on some prisoners, by their ids."""

    def __init__(self, connection: Connection, vault: Vault, ids: Sequence[int], scope: Scope) -> None:
        self.opener = vault.opener(SEALED_COLUMN)
        self.facilities = facility_slugs(connection)
        self.names = _by_owner(connection, PrisonerName.prisoner_id, ids, _NAME, PrisonerName.position, PrisonerName.id)
        self.about = _by_owner(
            connection,
            PrisonerText.prisoner_id,
            ids,
            (PrisonerText.language, PrisonerText.about),
            PrisonerText.language,
        )
        self.old_slugs = _by_owner(connection, OldSlug.prisoner_id, ids, (OldSlug.slug,), OldSlug.slug)
        self.designations = _by_owner(connection, Designation.prisoner_id, ids, _DESIGNATION, Designation.id)
        events = _query(Event.prisoner_id, ids, _EVENT, Event.id).where(*_told(scope))
        self.events = _grouped(connection, events)
        event_ids = [row.id for rows in self.events.values() for row in rows if row.public]
        self.texts = _by_owner(
            connection, EventText.event_id, event_ids, (EventText.language, EventText.text), EventText.language
        )
        self.campaigns = _grouped(connection, _campaigns(ids, scope))
        self.portraits = _by_owner(connection, Portrait.prisoner_id, ids, _PORTRAIT, Portrait.id)
        portrait_ids = [rows[0].id for rows in self.portraits.values()] if scope.portraits else []
        self.files = _by_owner(
            connection,
            PortraitFile.portrait_id,
            portrait_ids,
            (PortraitFile.size, PortraitFile.format, PortraitFile.content),
            PortraitFile.size,
            PortraitFile.format,
        )
        told = ids if scope.internal else []
        self.identifiers = _by_owner(
            connection, Identifier.prisoner_id, told, _IDENTIFIER, Identifier.list_name, Identifier.key
        )


def _query(owner: InstrumentedAttribute[int], ids: Iterable[int], columns: Sequence[Any], *order: Any) -> Select[Any]:
    return select(owner.label("owner"), *columns).where(owner.in_(ids)).order_by(*order)


def _grouped(connection: Connection, query: Select[Any]) -> Rows:
    rows: Rows = defaultdict(list)
    for row in connection.execute(query):
        rows[row.owner].append(row)
    return rows


_SOME = 5_000
"""Ids in one statement: below what either database takes as parameters."""


def _by_owner(
    connection: Connection, owner: InstrumentedAttribute[int], ids: Sequence[int], columns: Sequence[Any], *order: Any
) -> Rows:
    rows: Rows = defaultdict(list)
    for start in range(0, len(ids), _SOME):
        rows.update(_grouped(connection, _query(owner, ids[start : start + _SOME], columns, *order)))
    return rows


def _told(scope: Scope) -> tuple[Any, ...]:
    return () if scope.internal else (Event.public, Event.retracted_at.is_(None))


def _campaigns(ids: Sequence[int], scope: Scope) -> Select[Any]:
    link = campaign_prisoners.c
    query = (
        select(link.prisoner_id.label("owner"), campaigns.c.slug, link.position)
        .join(campaigns, campaigns.c.id == link.campaign_id)
        .where(link.prisoner_id.in_(ids))
        .order_by(campaigns.c.slug)
    )
    return query if scope.campaign_ids is None else query.where(link.campaign_id.in_(scope.campaign_ids))


def _prisoner(row: Any, parts: _Parts, scope: Scope) -> Document:
    document: Document = {
        "slug": row.slug,
        "names": [_plain(name) for name in parts.names[row.id]],
        "sort_as": row.sort_as,
        "gender": row.gender,
        "country": row.country,
        "born": row.born,
        "died": row.died,
        "status": row.status,
        "status_since": row.status_since,
        "detained_since": row.detained_since,
        "facility": parts.facilities.get(row.facility_id),
        "about": {text.language: text.about for text in parts.about[row.id] if text.about},
    }
    if scope.internal:
        document |= {
            "family_consent": row.family_consent,
            "family_consent_on": row.family_consent_on and row.family_consent_on.isoformat(),
            "hidden": row.hidden_at is not None,
        }
    document |= {
        "designations": [_plain(each) for each in parts.designations[row.id]],
        "campaigns": {link.slug: link.position for link in parts.campaigns[row.id]},
        "events": [_event(event, parts, scope) for event in parts.events[row.id]],
        "portrait": _portrait(parts, row.id, scope),
        "old_slugs": [old.slug for old in parts.old_slugs[row.id]],
    }
    if scope.internal:
        document["identifiers"] = [_identifier(each) for each in parts.identifiers[row.id]]
    return document | {"created_at": moment(row.created_at), "updated_at": moment(row.updated_at)}


def _plain(row: Any) -> Document:
    """All of a row but whom it belongs to."""
    return {key: value for key, value in row._asdict().items() if key != "owner"}


def _event(row: Any, parts: _Parts, scope: Scope) -> Document:
    words = _words(row, parts.texts[row.id], parts.opener)
    details = {key: value for key, value in words["details"].items() if key != "facility"}
    document: Document = {
        "uid": row.uid.hex(),
        "kind": row.kind,
        "date": row.day,
        "as_of": row.as_of and row.as_of.isoformat(),
        "texts": dict(sorted((language, text) for language, text in words["texts"].items() if text)),
        "facility": parts.facilities.get(words["details"].get("facility")),
        "details": details,
        "source": words["source"],
        "url": words["url"],
        "added_at": moment(row.created_at),
    }
    if scope.internal:
        document["public"] = row.public
        document["retracted"] = (
            {"at": moment(row.retracted_at), "why": row.retracted_why} if row.retracted_at is not None else None
        )
    return document


def _words(row: Any, texts: Iterable[Any], opener: Callable[[bytes, bytes | None], str]) -> Document:
    """The words of an event; of an internal one they are sealed."""
    if row.sealed is not None:
        words: Document = json.loads(opener(row.uid, row.sealed))
        return words
    return {
        "texts": {text.language: text.text for text in texts},
        "source": row.source,
        "url": row.url,
        "details": row.details,
    }


def _identifier(row: Any) -> Document:
    return {
        "list": row.list_name,
        "key": row.key,
        "url": row.url,
        "record": row.record,
        "fingerprint": row.fingerprint.hex(),
        "seen_at": moment(row.seen_at),
    }


def _portrait(parts: _Parts, prisoner_id: int, scope: Scope) -> Document | None:
    row = next(iter(parts.portraits[prisoner_id]), None)
    if row is None or (row.consent == Consent.REFUSED.value and not scope.internal):
        return None
    document: Document = {
        "version": row.version,
        "width": row.width,
        "height": row.height,
        "author": row.author,
        "licence": row.licence,
        "url": row.url,
        "consent": row.consent,
        "alts": dict(sorted(row.alts.items())),
        "created_at": moment(row.created_at),
    }
    if scope.portraits:
        document["files"] = [
            {"size": file.size, "format": file.format, "content": base64.b64encode(file.content).decode()}
            for file in parts.files[row.id]
        ]
    return document


def _facility(row: Any, names: Sequence[Any], addresses: Sequence[Any], advice: Sequence[Any]) -> Document:
    return {
        "slug": row.slug,
        "kind": row.kind,
        "country": row.country,
        "names": [_plain(name) for name in names],
        "addresses": [_plain(address) for address in addresses],
        "letter_languages": list(row.letter_languages),
        "letter_pages": row.letter_pages,
        "avoid_words": list(row.avoid_words),
        "return_envelope": row.return_envelope,
        "advice": {text.language: text.advice for text in advice if text.advice},
        "rules_as_of": row.rules_as_of and row.rules_as_of.isoformat(),
        "created_at": moment(row.created_at),
        "updated_at": moment(row.updated_at),
    }
