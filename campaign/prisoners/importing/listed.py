"""A list's file, to be read as often as need be: once to see what it has twice, once to look, once to write."""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any, BinaryIO

import ijson

from campaign.prisoners.importing.list_file import UnreadableList
from campaign.prisoners.importing.mapping import ListMapping, MappingProblem, mapping_of
from campaign.prisoners.importing.opening import ListReading, open_list
from campaign.prisoners.importing.own import Item
from campaign.prisoners.importing.own_checks import Bad
from campaign.prisoners.importing.record import Refused

Unusable = (UnreadableList, MappingProblem)
"""What a list can fail with before anything is written: both have a `code` and `values`."""

_BROKEN = (ValueError, RecursionError, OverflowError, LookupError, ijson.JSONError, Bad)
_PART = 1 << 20


@dataclass(frozen=True, slots=True)
class ListFile:
    """A file on disk, or its bytes, with what somebody said about it."""

    source: Path | bytes
    file_name: str
    mapping: ListMapping | None = None
    as_of: date | None = None
    list_name: str = ""

    def opened(self) -> ListReading:
        """The list, opened. Raises one of `Unusable`."""
        source: Path | BinaryIO = io.BytesIO(self.source) if isinstance(self.source, bytes) else self.source
        try:
            return open_list(source, self.file_name, self.mapping, as_of=self.as_of, list_name=self.list_name)
        except MappingProblem:
            raise
        except _BROKEN as error:
            raise UnreadableList("broken_row", row=0) from error

    def items(self) -> Iterator[Item]:
        """What is in it. Where it breaks off the last item says so; if there was none before, `Unusable` is raised."""
        last = 0
        try:
            for item in self.opened().rows:
                last = item.row
                yield item
        except UnreadableList as problem:
            if not last:
                raise
            yield Refused(last + 1, problem.code, problem.values)
        except MappingProblem:
            raise
        except _BROKEN as error:
            if not last:
                raise UnreadableList("broken_row", row=0) from error
            yield Refused(last + 1, "broken_row", {"row": str(last)})


def settings_of(mapping: ListMapping | None, **others: Any) -> dict[str, Any]:
    """What a run remembers, so that it can be gone on with."""
    return {
        "mapping": json.loads(json.dumps(mapping.document, default=str)) if mapping else None,
        "organisation": mapping.organisation if mapping else "",
        **others,
    }


def mapping_in(settings: Mapping[str, Any]) -> ListMapping | None:
    """The mapping that a run remembers."""
    document = settings.get("mapping")
    return mapping_of(document) if document else None


def recoded(source: Path, target: IO[bytes], encoding: str) -> None:
    """Copy a file of another encoding as UTF-8. Raises `UnreadableList`."""
    try:
        codec = codecs.lookup(encoding)
        with source.open(encoding=codec.name, newline="") as file:
            while part := file.read(_PART):
                target.write(part.encode())
    except LookupError as error:
        raise UnreadableList("unknown_encoding", encoding=encoding) from error
    except UnicodeError as error:
        raise UnreadableList("wrong_encoding", encoding=encoding) from error
    target.flush()
