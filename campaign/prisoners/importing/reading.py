"""Files of any make as a stream of rows: CSV with whatever delimiter and encoding, JSON, JSON lines.

Nothing here knows what a column means. Memory stays flat: rows come one by one.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from campaign.kit.encodings import Encoding, encoding_of, other_file
from campaign.prisoners.importing.json_rows import documents_of
from campaign.prisoners.importing.list_file import Layout, Note, Reading, UnreadableList
from campaign.prisoners.importing.table_rows import table_of

__all__ = ["Layout", "Note", "Reading", "UnreadableList", "read_list"]

_START = 4096


def read_list(source: Path | BinaryIO, layout: Layout | None = None) -> Reading:
    """Open a file, or a stream of bytes (which is left open). Raises `UnreadableList`."""
    layout = layout or Layout()
    with ExitStack() as opened:
        stream = opened.enter_context(source.open("rb")) if isinstance(source, Path) else _lent(source)
        encoding = _encoding(stream, layout)
        stream.seek(0)
        text = io.TextIOWrapper(
            stream, encoding.name, errors="replace" if encoding.damaged else "strict", newline="", write_through=True
        )
        opened.callback(text.close)
        try:
            reading = _reading(text, layout)
        except UnicodeError as error:
            raise UnreadableList("wrong_encoding", encoding=encoding.name) from error
        notes = (*_notes(encoding), *reading.notes)
        rows = _Rows(reading.rows, encoding, opened.pop_all())
        return replace(reading, rows=rows, notes=notes)


def _reading(text: io.TextIOWrapper, layout: Layout) -> Reading:
    start = text.read(_START).lstrip("\ufeff \t\r\n")
    text.seek(0)
    if layout.path or _looks_like_json(start):
        return documents_of(text, layout)
    return table_of(text, layout)


def _looks_like_json(start: str) -> bool:
    """`[` or `{`, and then what JSON goes on with: `[1] Name;…` is a table."""
    after = start[1:].lstrip()[:1]
    return (start[:1] == "[" and after in {"{", "[", "]", '"', ""}) or (start[:1] == "{" and after in {'"', "}", ""})


def _encoding(stream: BinaryIO, layout: Layout) -> Encoding:
    stream.seek(0)
    start = stream.read(_START)
    if not start.strip(b" \t\r\n\0"):
        raise UnreadableList("empty")
    kind = other_file(start)
    if kind:
        raise UnreadableList(kind)
    stream.seek(0)
    if not layout.encoding:
        return encoding_of(stream)
    try:
        codec = codecs.lookup(layout.encoding)
    except LookupError as error:
        raise UnreadableList("unknown_encoding", encoding=layout.encoding) from error
    if not getattr(codec, "_is_text_encoding", True):
        raise UnreadableList("unknown_encoding", encoding=layout.encoding)
    return Encoding("utf-8-sig" if codec.name == "utf-8" else codec.name)


class _Rows:
    """The rows of an opened file, which is closed after the last one, or when nobody wants them any more."""

    def __init__(self, rows: Iterator[tuple[int, dict[str, Any]]], encoding: Encoding, opened: ExitStack) -> None:
        self._rows = rows
        self._encoding = encoding
        self._opened = opened

    def __iter__(self) -> Iterator[tuple[int, dict[str, Any]]]:
        return self

    def __next__(self) -> tuple[int, dict[str, Any]]:
        try:
            return next(self._rows)
        except UnicodeError as error:
            self._opened.close()
            raise UnreadableList("wrong_encoding", encoding=self._encoding.name) from error
        except BaseException:
            self._opened.close()
            raise

    def __del__(self) -> None:
        self._opened.close()


class _Lent(io.RawIOBase):
    """A stream of somebody else's, which is not ours to close."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def readinto(self, buffer: Any) -> int:
        piece = self._stream.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def _notes(encoding: Encoding) -> list[Note]:
    guessed = [Note("encoding_guessed", {"encoding": encoding.name})] if encoding.guessed else []
    return guessed + ([Note("damaged_characters")] if encoding.damaged else [])


def _lent(stream: BinaryIO) -> io.BufferedReader:
    seekable = stream if stream.seekable() else io.BytesIO(stream.read())
    return io.BufferedReader(_Lent(seekable), 1 << 16)
