"""Rows of JSON: an array, an object that holds it, an object of objects, or one object a line. Streamed."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, BinaryIO, cast

import ijson

from campaign.prisoners.importing.list_file import LONGEST_LINE, Layout, Note, Reading, UnreadableList, storable

DEEPEST = 32
"""Levels of a row that are kept."""

DEEPEST_FILE = 100
"""Levels of a file. Beyond, the parser's path of each value would take up all memory."""

_ESCAPE = re.compile(r"\\.", re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
_ENDED = re.compile("premature EOF|incomplete", re.IGNORECASE)
_FAILURES = (ijson.JSONError, ValueError, OverflowError, RecursionError)


def documents_of(text: IO[str], layout: Layout) -> Reading:
    """The documents in `text`, a seekable file. Raises `UnreadableList`."""
    begin = _first_sign(text)
    if begin == "[" and not layout.path:
        return Reading("json", _numbered(_items(text, "item")))
    if begin == "{" and not layout.path and _one_a_line(text):
        return Reading("json", _numbered(_of_lines(text)))
    if layout.path:
        prefix = layout.path.strip("./").replace("/", ".")
        return Reading("json", _given(_numbered(_items(text, f"{prefix}.item")), layout.path))
    return _found_in(text)


def _found_in(text: IO[str]) -> Reading:
    """The list that an object holds: the one array of objects that lies highest, else the object as a list by key."""
    paths = _arrays(text)
    level = min((path.count(".") for path in paths), default=0)
    highest = [path for path in paths if path.count(".") == level]
    if len(highest) > 1:
        raise UnreadableList("several_lists", paths=", ".join(highest))
    if highest:
        note = Note("list_at", {"path": highest[0].replace(".", "/")})
        return Reading("json", _numbered(_items(text, f"{highest[0]}.item")), notes=(note,))
    return Reading("json", _given(_numbered(_by_key(text)), ""))


def _arrays(text: IO[str]) -> list[str]:
    """Where in the object arrays of objects lie, not counting those inside other arrays. A broken end is left alone."""
    text.seek(0)
    found = []
    opened = ""
    try:
        for prefix, event, _ in ijson.parse(guarded(text)):
            if event == "start_map" and opened and prefix == f"{opened}.item" and opened not in found:
                found.append(opened)
            opened = prefix if event == "start_array" and ".item" not in f".{prefix}." else ""
    except _FAILURES:
        pass  # whoever takes the rows meets it, and gets those before it
    return found


def _items(text: IO[str], prefix: str) -> Iterator[Any]:
    text.seek(0)
    yield from ijson.items(guarded(text), prefix, use_float=True)


def _by_key(text: IO[str]) -> Iterator[Any]:
    """The objects inside an object, each with its key as `#key`."""
    text.seek(0)
    for key, value in ijson.kvitems(guarded(text), "", use_float=True):
        if isinstance(value, dict):
            yield {"#key": key, **value}


def _of_lines(text: IO[str]) -> Iterator[Any]:
    text.seek(0)
    while line := text.readline(LONGEST_LINE):
        if len(line) >= LONGEST_LINE:
            raise UnreadableList("line_too_long")
        yield json.loads(line) if line.strip() else None


def _one_a_line(text: IO[str]) -> bool:
    """Whether the first line is a whole object and another begins on the next."""
    text.seek(0)
    lines = [line for _ in range(3) if (line := text.readline(LONGEST_LINE)).strip()]
    try:
        return len(lines) > 1 and isinstance(json.loads(lines[0]), dict) and lines[1].lstrip().startswith("{")
    except (ValueError, RecursionError):
        return False


def _first_sign(text: IO[str]) -> str:
    text.seek(0)
    while piece := text.read(4096):
        if piece.lstrip():
            return piece.lstrip()[0]
    return ""


def _given(rows: Iterator[tuple[int, dict[str, Any]]], path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows; none at all means that there is no list."""
    nothing = True
    for row in rows:
        nothing = False
        yield row
    if nothing:
        raise UnreadableList("no_list", path=path)


def _numbered(items: Iterator[Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    number = 0
    with _failing(lambda: number):
        for number, item in enumerate(items, 1):
            if item is None or item == {}:
                continue
            tidy = _tidy(item, 0)
            yield number, tidy if isinstance(tidy, dict) else {"#1": tidy}


@contextmanager
def _failing(row: Any) -> Iterator[None]:
    try:
        yield
    except _FAILURES as error:
        ended = isinstance(error, ijson.IncompleteJSONError) and _ENDED.search(str(error))
        raise UnreadableList("truncated" if ended else "broken_json", row=row()) from error


def _tidy(value: Any, depth: int) -> Any:
    """Without what no database keeps, and without what lies too deep to be meant."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict | list) and depth >= DEEPEST:
        return None
    if isinstance(value, dict):
        return {storable(key): _tidy(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_tidy(inner, depth + 1) for inner in value]
    return value


def guarded(text: IO[str] | codecs.StreamReader) -> BinaryIO:
    """A text file as the parser takes it. Reading raises `UnreadableList` where brackets are nested too deep."""
    return cast("BinaryIO", _Utf8(text))


class _Utf8:
    """A text file as bytes of UTF-8, for the parser, which nobody guards against brackets without end."""

    def __init__(self, text: IO[str] | codecs.StreamReader) -> None:
        self._text = text
        self._depth = 0
        self._in_string = False
        self._escape = ""

    def read(self, size: int = -1) -> bytes:
        """About `size` bytes: as many characters. Nothing at the end. Raises `UnreadableList`."""
        if size == 0:
            return b""
        piece = storable(self._text.read(size))
        self._count_brackets(piece)
        return piece.encode("utf-8", "replace")

    def _count_brackets(self, piece: str) -> None:
        """Count those outside of strings. A string may go on in the next piece, and so may an escape."""
        plain = _ESCAPE.sub("", self._escape + piece)
        self._escape = "\\" if plain.endswith("\\") else ""
        parts = plain.split('"')
        outside = "".join(parts[self._in_string :: 2])
        self._in_string ^= len(parts) % 2 == 0
        for bracket in _BRACKET.findall(outside):
            self._depth += 1 if bracket in "[{" else -1
            if self._depth > DEEPEST_FILE:
                raise UnreadableList("too_deep")
