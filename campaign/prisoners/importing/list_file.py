"""What a list's file can be, say and fail with: the words that `reading` and its parts share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

LONGEST_LINE = 4_000_000
"""Characters of one line."""

_BROKEN_SIGN = re.compile("[\0\ud800-\udfff]")
_BROKEN = dict.fromkeys(range(0xD800, 0xE000), "\ufffd") | {0: None}


class UnreadableList(Exception):
    """A file that is no list, or stops being one; the rows before that are given first.

    Codes: `empty` · `binary`, `spreadsheet`, `pdf`, `packed`, `picture` · `unknown_encoding` {encoding} ·
    `wrong_encoding` {encoding} · `line_too_long` · `no_header` {header_row} · `broken_row` {row} · `truncated` {row} ·
    `broken_json` {row} · `too_deep` · `no_list` {path} · `several_lists` {paths} · `no_name_column` {columns}.
    Values are texts. `row` is the last that could be read.
    """

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = {key: str(value) for key, value in values.items()}
        super().__init__(code, self.values)


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a list that people should know: a code and the values behind it.

    Codes: `encoding_guessed` {encoding} · `damaged_characters` · `header_row` {row} · `columns_renamed` {columns} ·
    `list_at` {path} · `column_guessed` {field, column} · `columns_unused` {columns} · `order_guessed` {order}.
    """

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """What a mapping says about the file itself; empty means: find out. `header_row` counts from 1, blank rows too."""

    encoding: str = ""
    delimiter: str = ""
    header_row: int = 0
    path: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """An opened file. `form` is `csv` or `json`. `rows` gives the number of each, from 1, and what it says by column.

    Rows of CSV hold texts; those of JSON hold what JSON can hold, nested, with truth values and numbers. Blank rows are
    counted and not given. `rows` raises `UnreadableList` where the file breaks off. `columns` are those of a CSV.
    """

    form: str
    rows: Iterator[tuple[int, dict[str, Any]]]
    columns: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


def storable(text: str) -> str:
    """Without NUL and lone halves of characters, which no database keeps."""
    return text.translate(_BROKEN) if _BROKEN_SIGN.search(text) else text
