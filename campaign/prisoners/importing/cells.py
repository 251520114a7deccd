"""One row of any list, read through a mapping: each field's text, tidied, cut and translated into our words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any

from campaign.kit.date_reading import LANGUAGES, AmbiguousDate, Order, read_date
from campaign.kit.partial_dates import BadDate, PartialDate
from campaign.prisoners.importing.flattening import flatten
from campaign.prisoners.importing.mapping import Column, ListMapping, plain
from campaign.prisoners.importing.patterns import LONGEST_TEXT
from campaign.prisoners.importing.record import Doubtful

WORDS: dict[str, Any] = json.loads(
    resources.files("campaign.prisoners.importing").joinpath("list_words.json").read_text(encoding="utf-8")
)
"""Words of lists in many languages: of headers, statuses, genders, yes and no."""

_LONGEST_EMPTY = 100
_LONGEST_FIELD = 60_000
_LINES = {"about": "\n\n", "facility_address": "\n"}
"""Fields of several lines."""
_SPACES = re.compile("  +")
_EDGES = " \t\r\n;,"


def _meanings(words: Mapping[str, list[str]]) -> dict[str, str]:
    return {plain(word): meaning for meaning, written in words.items() for word in written}


_BUILT_IN = {"status": _meanings(WORDS["status"]), "gender": _meanings(WORDS["gender"])}
_YES, _NO = frozenset(map(plain, WORDS["yes"])), frozenset(map(plain, WORDS["no"]))


def flat(row: Mapping[str, Any]) -> Mapping[str, str]:
    """The row's texts by column. What is nested gets columns such as `prison/title`."""
    return row if all(isinstance(value, str) for value in row.values()) else flatten(row)


def is_known_word(word: str, field: str = "") -> bool:
    """Whether `word` is one of a status or gender in some language; without a field, of yes or no."""
    if field:
        return plain(word) in _BUILT_IN[field] or plain(word) in _BUILT_IN[field].values()
    return plain(word) in _YES | _NO


class Cells:
    """A row through a mapping. `doubts` fills with what could not be read while fields are asked for."""

    def __init__(self, row: Mapping[str, Any], mapping: ListMapping) -> None:
        self.mapping = mapping
        self.doubts: list[Doubtful] = []
        self._cells: dict[str, list[str]] = {}
        self._tidied: dict[tuple[str, str], list[str]] = {}
        self._days: dict[str, PartialDate | None] = {}
        for column, text in flat(row).items():
            for key in _keys(column):
                self._cells.setdefault(key, []).append(text)

    def start(self) -> str:
        """The row's first words, to find it by."""
        return " · ".join(text for cell in self._cells.values() if (text := tidy(cell[0])))[:80]

    def columns(self, field: str) -> tuple[Column, ...]:
        """Where the mapping has `field` from."""
        return self.mapping.fields.get(field, ())

    def values(self, column: Column, field: str) -> list[str]:
        """The texts of one column (several if it is split, or a list)."""
        texts = [self._tidy(name, _LINES.get(field, "")) for name in column.names]
        whole = texts[0] if len(texts) == 1 else [column.join.join(text for each in texts for text in each)]
        cut = [value for text in whole if text and not _is_empty(text, column) for value in _cut(text, column)]
        return [column.prefix + meaning for value in cut if (meaning := self._meaning(value, column, field))]

    def _tidy(self, name: str, between: str) -> list[str]:
        """The texts of a column that are not empty. Background texts are long, and several fields come from them."""
        key = (_keys(name)[0], between)
        if key not in self._tidied:
            texts = (tidy(text, between=between) for text in self._cells.get(key[0], ()))
            self._tidied[key] = [text for text in texts if text]
        return self._tidied[key]

    def all(self, field: str) -> Iterator[tuple[Column, str]]:
        """Every text of every column of `field`."""
        for column in self.columns(field):
            for text in self.values(column, field):
                yield column, text

    def first(self, field: str) -> list[str]:
        """The texts of the first column of `field` that has any."""
        return next((texts for column in self.columns(field) if (texts := self.values(column, field))), [])

    def text(self, field: str, longest: int = _LONGEST_FIELD) -> str:
        """The text of `field`, empty without one. One that is too long to be meant is doubtful."""
        text = ", ".join(self.first(field))
        if len(text) > longest:
            self.doubts.append(Doubtful("too_long", {"field": field, "value": text[:80]}))
            return ""
        return text

    def link(self, field: str) -> str:
        """The first web address in `field`."""
        parts = self.text(field).split()
        return next((part for part in parts if part.startswith(("https://", "http://")) and len(part) <= 500), "")  # noqa: PLR2004 - the column's length

    def day(self, field: str) -> PartialDate | None:
        """The date of `field`; what is no date is doubtful."""
        if field not in self._days:
            found = (self.date(column, texts[0], field) for column, texts in self._first_with_column(field))
            self._days[field] = next(found, None)
        return self._days[field]

    def happened(self, field: str) -> tuple[bool, PartialDate | None]:
        """Whether something happened, and when: the cell holds a date, or only yes or no."""
        texts = self.first(field)
        if not texts or plain(texts[0]) in _NO:
            return False, None
        if plain(texts[0]) in _YES:
            return True, None
        before = len(self.doubts)
        day = self.day(field)
        return day is not None or len(self.doubts) > before, day

    def date(self, column: Column, text: str, field: str) -> PartialDate | None:
        """The date in `text`; None, and a doubt, if it is none."""
        mapping = self.mapping
        try:
            return _read_date(text, column.order or mapping.order, mapping.languages or LANGUAGES, mapping.century)
        except AmbiguousDate:
            code = "ambiguous_date"
        except BadDate:
            code = "impossible_date" if any(map(str.isdecimal, text)) else "unclear_date"
        self.doubts.append(Doubtful(code, {"field": field, "value": text[:80]}))
        return None

    def _first_with_column(self, field: str) -> Iterable[tuple[Column, list[str]]]:
        for column in self.columns(field):
            if texts := self.values(column, field):
                yield column, texts

    def _meaning(self, value: str, column: Column, field: str) -> str:
        """The word of ours that the list's word stands for; other fields keep a word that the mapping has not."""
        meaning = column.words.get(plain(value))
        if meaning is None and field in _BUILT_IN:
            ours = _BUILT_IN[field]
            meaning = plain(value) if plain(value) in ours.values() else ours.get(plain(value))
            if meaning is None:
                self.doubts.append(Doubtful("unknown_word", {"field": field, "value": value[:80]}))
                return ""
        return value if meaning is None else meaning


@lru_cache(maxsize=4096)
def _keys(column: str) -> tuple[str, ...]:
    """What a column is found by; an item of a list (`articles/0`) also by the list's name."""
    head, _, number = column.rpartition("/")
    return (plain(column), plain(head)) if head and number.isdecimal() else (plain(column),)


@lru_cache(maxsize=1 << 14)  # many were arrested on one day
def _read_date(text: str, order: Order | None, languages: tuple[str, ...], century: int | None) -> PartialDate | None:
    return read_date(text, order=order, languages=languages, century=century)


def _is_empty(text: str, column: Column) -> bool:
    return bool(column.empty) and len(text) < _LONGEST_EMPTY and plain(text) in column.empty


def tidy(text: str, *, between: str = "") -> str:
    """Without spaces at the ends and without two in a row. Lines stay lines if `between` says what comes between."""
    if between and "\n" in text:
        lines = [" ".join(line.split()) for line in text.splitlines()]
        return between.join(line for line in lines if line)
    return " ".join(text.split())


def _cut(text: str, column: Column) -> Iterator[str]:
    """What `strip` and `regex` leave of a text, in the pieces that `split` makes."""
    head, tail = text[:LONGEST_TEXT], text[LONGEST_TEXT:]
    for pattern in column.strip:
        head = pattern.sub(" ", head).strip()
    if column.regex:
        found = next((match for pattern in column.regex if (match := pattern.search(head))), None)
        head, tail = _named(found) if found else "", ""
    text = head + tail
    pieces = column.split.split(text) if column.split else [text]
    for piece in pieces:
        told = (piece or "").strip(_EDGES) if column.split else _SPACES.sub(" ", piece or "").strip()
        if column.swap and told.count(",") == 1:
            family, _, given = told.partition(",")
            told = f"{given.strip()} {family.strip()}"
        if told and not _is_empty(told, column):
            yield told


def _named(found: Any) -> str:
    """What the named groups matched, joined; the whole match without any."""
    groups = found.groupdict()
    return " ".join(text for text in groups.values() if text) if groups else found[0]
