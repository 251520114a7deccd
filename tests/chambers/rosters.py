"""Invented parliaments in the shapes that real files have."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

CHAMBER = "b7f3a1c2-0000-4000-8000-00000000c0de"


def person(number: int, name: str = "", **said: Any) -> dict[str, Any]:
    """A person as EveryPolitician writes them, with a mailbox of the parliament's."""
    name = name or f"Given{number} Family{number}"
    email = f"{name.replace(' ', '.').lower()}@assembly.example.ee" if name.isascii() else ""
    found = {"id": f"00000000-0000-4000-8000-{number:012}", "name": name, "email": email, "gender": "female"} | said
    return {key: value for key, value in found.items() if value is not None}


def membership(number: int, period: str = "term/2", party: str = "RED", **said: Any) -> dict[str, Any]:
    """A membership in the chamber; None leaves a part out."""
    found = {
        "person_id": f"00000000-0000-4000-8000-{number:012}",
        "organization_id": CHAMBER,
        "on_behalf_of_id": party,
        "legislative_period_id": period,
        "area_id": "area/north",
        "role": "member",
    } | said
    return {key: value for key, value in found.items() if value is not None}


def document(numbers: range = range(1, 9), **sections: Any) -> dict[str, Any]:
    """A whole file: `numbers` sit in the second term, the first of them sat in the first, too."""
    return {
        "persons": [person(number) for number in numbers],
        "organizations": [
            {"id": CHAMBER, "name": "Assembly", "classification": "legislature", "seats": 101},
            {"id": "RED", "name": "Red Group", "classification": "party"},
            {"id": "BLUE", "name": "Blue Group", "classification": "party", "image": "https://example.org/b.png"},
        ],
        "memberships": [
            *(membership(number, party="RED" if number % 2 else "BLUE") for number in numbers),
            membership(numbers[0], "term/1", end_date="2015-03-01"),
        ],
        "events": [
            {"id": "term/1", "name": "First", "classification": "legislative period", "start_date": "2011-03-27",
             "end_date": "2015-03-23"},
            {"id": "term/2", "name": "Second", "classification": "legislative period", "start_date": "2015-03-30"},
            {"id": "Q1", "name": "Election", "classification": "general election", "start_date": "2015-03-01"},
        ],
        "areas": [{"id": "area/north", "name": "North", "type": "constituency"}],
        "posts": [],
        "meta": {"sources": ["https://example.org/"]},
    } | sections  # fmt: skip


def encoded(said: Any) -> bytes:
    """As a file."""
    return json.dumps(said, ensure_ascii=False).encode()


def table(*rows: dict[str, str], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """A table with the columns of its first row."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode(encoding)
