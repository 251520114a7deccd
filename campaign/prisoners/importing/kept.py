"""Records as they are kept: what a list said last (`Identifier.record`), and rows that wait for a human (`Doubt`).

Both are the same document. Of internal events the first holds only that there is one, and a keyed sum of its words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeAlias

from campaign.facilities import naming
from campaign.kit.partial_dates import PartialDate
from campaign.prisoners.importing.record import (
    Doubtful,
    Record,
    RecordDesignation,
    RecordEvent,
    RecordFacility,
    RecordName,
)
from campaign.prisoners.models import EventKind
from campaign.vault import Vault

Said: TypeAlias = dict[str, Any]
"""A record as JSON; what is empty is left out. An event has `uid` if it came from an own list or was written by us."""

_PLAIN = ("key", "url", "slug", "sort_as", "gender", "country")


def said(record: Record) -> Said:
    """The whole record but for its row number."""
    document: Said = {name: value for name in _PLAIN if (value := getattr(record, name))}
    document["names"] = [[name.name, name.language, name.kind, name.script] for name in record.names]
    parts: dict[str, Any] = {
        "born": str(record.born) if record.born else None,
        "about": dict(record.about),
        "events": [_of_event(event) for event in record.events],
        "designations": [_of_designation(each) for each in record.designations],
        "custody": record.custody,
        "campaigns": list(record.campaigns),
        "own": dict(record.own) if record.own else None,
        "doubts": [[doubt.code, dict(doubt.values)] for doubt in record.doubts],
    }
    document |= {name: value for name, value in parts.items() if value not in (None, [], {})}
    return document


def record_of(document: Mapping[str, Any], row: int) -> Record:
    """The record that `said` wrote down."""
    return Record(
        row=row,
        names=tuple(RecordName(*name) for name in document["names"]),
        born=PartialDate.parse_optional(document.get("born")),
        about=document.get("about", {}),
        events=tuple(_event(event) for event in document.get("events", [])),
        designations=tuple(
            RecordDesignation(
                each["organisation"],
                each.get("term", ""),
                PartialDate.parse_optional(each.get("since")),
                each.get("url", ""),
            )
            for each in document.get("designations", [])
        ),
        custody=document.get("custody"),
        campaigns=tuple(document.get("campaigns", [])),
        own=document.get("own"),
        doubts=tuple(Doubtful(code, values) for code, values in document.get("doubts", [])),
        **{name: document.get(name, "") for name in _PLAIN},
    )


def fingerprint(vault: Vault, document: Said) -> bytes:
    """16 bytes that stand for a row. The day that a list is of changes with every version, and does not count."""
    events = [_without_as_of(event) for event in document.get("events", [])]
    text = as_text(document | {"events": events})
    return vault.blind_index("import row", text)[:16]


def as_text(document: Mapping[str, Any]) -> str:
    """Always the same text for the same document."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def to_keep(vault: Vault, document: Said) -> Said:
    """What is kept in the open: without what is internal, or belongs to the row alone."""
    kept = {name: value for name, value in document.items() if name not in {"own", "doubts", "events"}}
    if document.get("events"):
        kept["events"] = [_masked(vault, _without_as_of(event)) for event in document["events"]]
    if document.get("doubts"):
        kept["doubts"] = doubt_sums(vault, document)
    return kept


def doubt_sums(vault: Vault, document: Said) -> list[str]:
    """What stands for the doubts of reading: a human who took the row with them is not asked about them again."""
    return [
        vault.blind_index("import doubt", as_text({"doubt": each})).hex()[:32] for each in document.get("doubts", [])
    ]


def same_event(event: Mapping[str, Any]) -> str:
    """Equal for events of a kept document that say the same; who said so, and where, does not count."""
    return as_text({"day": event.get("day"), "content": event_content(event)})


def event_content(event: Mapping[str, Any]) -> str:
    """What happened, without when."""
    facility = event.get("facility") or {}
    place = facility.get("slug") or naming.name_key(facility["name"]) if facility else ""
    return as_text(
        {"place": place} | {name: event.get(name) for name in ("kind", "texts", "details", "sum") if event.get(name)}
    )


# ---------------------------------------------------------------------------------------------------------------------


def _of_event(event: RecordEvent) -> Said:
    parts = {
        "kind": event.kind.value,
        "day": str(event.day) if event.day else None,
        "as_of": event.as_of.isoformat() if event.as_of else None,
        "texts": dict(event.texts),
        "source": event.source,
        "url": event.url,
        "details": dict(event.details),
        "facility": _of_facility(event.facility) if event.facility else None,
        "uid": event.uid.hex() if event.uid else None,
        "retracted": dict(event.retracted) if event.retracted else None,
    }
    document = {name: value for name, value in parts.items() if value}
    return document if event.public else document | {"public": False}


def _of_facility(facility: RecordFacility) -> Said:
    parts = {"name": facility.name, "address": facility.address, "slug": facility.slug, "whole": facility.whole}
    return {name: value for name, value in parts.items() if value}


def _of_designation(designation: RecordDesignation) -> Said:
    since = str(designation.since) if designation.since else ""
    parts = {
        "organisation": designation.organisation,
        "term": designation.term,
        "since": since,
        "url": designation.url,
    }
    return {name: value for name, value in parts.items() if value}


def _event(document: Mapping[str, Any]) -> RecordEvent:
    facility = document.get("facility")
    return RecordEvent(
        EventKind(document["kind"]),
        PartialDate.parse_optional(document.get("day")),
        date.fromisoformat(document["as_of"]) if document.get("as_of") else None,
        document.get("public", True),
        document.get("texts", {}),
        document.get("source", ""),
        document.get("url", ""),
        document.get("details", {}),
        RecordFacility(
            facility.get("name", ""), facility.get("address", ""), facility.get("slug", ""), facility.get("whole")
        )
        if facility
        else None,
        bytes.fromhex(document["uid"]) if document.get("uid") else None,
        document.get("retracted"),
    )


def _without_as_of(event: Said) -> Said:
    return {name: value for name, value in event.items() if name != "as_of"}


def _masked(vault: Vault, event: Said) -> Said:
    if event.get("public", True):
        if "facility" in event:
            return event | {"facility": {name: v for name, v in event["facility"].items() if name != "whole"}}
        return event
    masked = {"kind": event["kind"], "public": False, "sum": vault.blind_index("import event", as_text(event)).hex()}
    return masked | ({"uid": event["uid"]} if event.get("uid") else {})
