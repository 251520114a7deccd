"""Rows of a CSV file, with its delimiter and its header found out."""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import IO, Any

from campaign.prisoners.importing.list_file import LONGEST_LINE, Layout, Note, Reading, UnreadableList, storable

_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 60
_HEADER_WITHIN = 15
_LONGEST_CELL = LONGEST_LINE

csv.field_size_limit(_LONGEST_CELL)  # the default is 128 KiB, and background texts are longer


def table_of(text: IO[str], layout: Layout) -> Reading:
    """The table in `text`, which is opened with `newline=""`. Raises `UnreadableList`."""
    lines = _lines(text)
    sample = list(itertools.islice(lines, _SAMPLE_LINES))
    if not any(line.strip() for line in sample):
        raise UnreadableList("empty")
    delimiter = layout.delimiter or _delimiter(sample)
    records = csv.reader(itertools.chain(sample, lines), delimiter=delimiter, skipinitialspace=delimiter != "\t")
    first = list(_survived(itertools.islice(records, layout.header_row or _HEADER_WITHIN)))
    at = layout.header_row - 1 if layout.header_row else _header(first)
    if at >= len(first) or not any(cell.strip() for cell in first[at]):
        raise UnreadableList("no_header", header_row=at + 1)
    columns, renamed = _columns(first[at])
    notes = [Note("header_row", {"row": str(at + 1)})] if at and not layout.header_row else []
    if renamed:
        notes.append(Note("columns_renamed", {"columns": ", ".join(renamed)}))
    return Reading("csv", _rows(itertools.chain(first[at + 1 :], records), columns), tuple(columns), tuple(notes))


def _lines(text: IO[str]) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE):
        if len(line) >= LONGEST_LINE:
            raise UnreadableList("line_too_long")
        yield storable(line)


def _survived(records: Iterable[list[str]]) -> Iterator[list[str]]:
    """The records until the first that cannot be read: the reader raises for it again when the rows are taken."""
    try:
        yield from records
    except csv.Error as error:
        raise UnreadableList("broken_row", row=0) from error


def _rows(records: Iterator[list[str]], columns: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    number = 0
    try:
        for number, cells in enumerate(records, 1):
            if any(cell and not cell.isspace() for cell in cells):
                yield number, _row(columns, cells)
    except csv.Error as error:
        raise UnreadableList("broken_row", row=number) from error


def _row(columns: list[str], cells: list[str]) -> dict[str, str]:
    """Cells by column; those beyond the last column are kept as `#5` and so on."""
    row = dict(zip(columns, cells, strict=False))
    for number, cell in enumerate(cells[len(columns) :], len(columns) + 1):
        if cell.strip():
            row[f"#{number}"] = cell
    return row


def _delimiter(sample: list[str]) -> str:
    """The one that cuts most lines into the same number of cells, and more than one."""

    def score(delimiter: str) -> tuple[float, int]:
        try:
            widths = [len(cells) for cells in csv.reader(sample, delimiter=delimiter) if cells]
        except csv.Error:
            return 0, 0
        width, times = Counter(widths).most_common(1)[0] if widths else (1, 0)
        return (times / len(widths) * min(width, 4), width) if width > 1 else (0, 0)

    return max(_DELIMITERS, key=score)


def _header(records: list[list[str]]) -> int:
    """The first row that is about as full as the fullest: titles above a table fill one cell or two."""
    full = [sum(1 for cell in cells if cell.strip()) for cells in records]
    return next((at for at, count in enumerate(full) if count and count * 5 >= max(full) * 3), 0)


def _columns(header: list[str]) -> tuple[list[str], list[str]]:
    """Names for all columns, each another; and those that had to be invented."""
    columns: dict[str, None] = {}  # in order; in a list, somebody with a million of them would be looked for for hours
    renamed = []
    while header and not header[-1].strip():
        header = header[:-1]
    for number, cell in enumerate(header, 1):
        name = base = " ".join(cell.replace("\ufeff", "").split()) or f"#{number}"
        again = 1
        while name in columns:
            again += 1
            name = f"{base} ({again})"
        if name != " ".join(cell.replace("\ufeff", "").split()):
            renamed.append(name)
        columns[name] = None
    return list(columns), renamed
