"""A file of unknown make as a roster: Popolo JSON or a table."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, BinaryIO

from campaign.chambers.rosters.listed import Roster, UnusableRoster
from campaign.chambers.rosters.popolo import roster_of
from campaign.chambers.rosters.table import table_of
from campaign.kit.encodings import encoding_of, other_file

LARGEST = 64 * 1024 * 1024
"""Bytes of a file: a parliament with all its past terms takes a few million."""

_START = 4096


def read_roster(source: Path | bytes, *, chamber: str = "") -> Roster:
    """What is in the file, or in its bytes. `chamber` names it for tables that do not. Raises `UnusableRoster`."""
    if isinstance(source, bytes):
        return _read(io.BytesIO(source), chamber)
    with source.open("rb") as file:
        return _read(file, chamber)


def _read(file: BinaryIO, chamber: str) -> Roster:
    text = _text(file)
    start = text[:_START].lstrip()
    roster = roster_of(_document(text)) if start[:1] in {"{", "["} else table_of(text, chamber)
    if not roster.persons:
        raise UnusableRoster("no_members", refused=sum(each.kind == "refused" for each in roster.findings))
    return roster


def _text(file: BinaryIO) -> str:
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise UnusableRoster("too_large", limit=LARGEST // (1024 * 1024))
    start = content[:_START]
    if not start.strip(b" \t\r\n\0"):
        raise UnusableRoster("empty")
    kind = other_file(start)
    if kind:
        raise UnusableRoster(kind)
    encoding = encoding_of(io.BytesIO(content))
    try:
        text = content.decode(encoding.name, "replace" if encoding.damaged else "strict")
    except UnicodeError as error:
        raise UnusableRoster("wrong_encoding") from error
    return text.lstrip("\ufeff")


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise UnusableRoster("too_deep") from error
    except json.JSONDecodeError as error:
        raise UnusableRoster("broken_json", line=error.lineno) from error
    except ValueError as error:  # a number of thousands of digits
        raise UnusableRoster("broken_json", line=1) from error
