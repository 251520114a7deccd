"""Dates as people write them in lists, in many languages.

What is read: a day, a month or a year of the Gregorian calendar, with the month as a number, a name (CLDR, any case)
or a Roman numeral; with "about", "около", "~" or "?" it is only believed. Other calendars are out of scope: a year of
another is out of range, and so refused. `date_reading.json` has the words that say nothing is known, that a date is
believed, and those that mean nothing here.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from typing import Any, Literal, NamedTuple, TypeAlias

from babel import Locale, UnknownLocaleError

from campaign.kit.partial_dates import BadDate, PartialDate
from campaign.kit.romanisation import romanise, sortable, split
from campaign.kit.scripts import script_of

Order: TypeAlias = Literal["dmy", "mdy", "ymd"]
_Names: TypeAlias = dict[tuple[str, str], frozenset[int]]

_DATA: dict[str, Any] = json.loads(
    resources.files("campaign.kit").joinpath("date_reading.json").read_text(encoding="utf-8")
)

LANGUAGES: tuple[str, ...] = tuple(_DATA["languages"])
"""Languages whose names of months are known unless others are given. Croatian is not among them: its "listopad" is
the month before that of all its neighbours."""
LONGEST = 80
"""Characters; what is longer is no date."""


class AmbiguousDate(BadDate):
    """It may be several days. `readings` are the two if nobody said whether days or months come first."""

    def __init__(self, text: str, readings: Iterable[PartialDate] = ()) -> None:
        super().__init__(text)
        self.readings = tuple(readings)


def read_date(
    text: str, *, order: Order | None = None, languages: Iterable[str] = LANGUAGES, century: int | None = None
) -> PartialDate | None:
    """The date that `text` tells; None if it says that there is none ("", "-", "n/a", "неизвестно", ...).

    `order` is how the list writes dates in numbers with the year last ("ymd" says nothing about those); it is taken at
    its word. With a year first, or dots between the numbers and no order, there is only one way to read. A year of two
    digits is one of the hundred from `century` on (1930: "30" is 1930, "29" is 2029), and refused without it.

    Raises `BadDate` for what is no date and for days that never were (1954-02-29), `AmbiguousDate` for 03/04/2020
    without an order, ValueError for a language that CLDR does not have.
    """
    known = _names(tuple(languages))
    if len(text) > LONGEST:
        raise BadDate(text[:LONGEST])
    if sortable(text) in _NOTHING:
        return None
    plain = _plain(text)
    numbers, words = _parts(plain)
    month, believed = _month(plain, words, known, of_numbers=len(numbers))
    believed = believed or _DOUBT.search(plain) is not None
    found = _Numbers(plain, tuple(numbers), order, century)
    date = found.without_name() if month is None else found.with_month(month)
    return date.believed() if believed else date


# ---------------------------------------------------------------------------------------------------------------------
# Words


def _plain(text: str) -> str:
    """The text in compatible form with ASCII digits, without a time of the day at its end."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    return _TIME.sub("", _YEAR_MONTH_DAY.sub(" ", text))


def _parts(plain: str) -> tuple[list[str], list[str]]:
    """The numbers and the words, each in their order."""
    parts = _BORDER.sub(" ", " ".join(split(plain))).split()
    return [part for part in parts if part.isdecimal()], [part for part in parts if not part.isdecimal()]


def _month(text: str, words: list[str], known: _Names, *, of_numbers: int) -> tuple[int | None, bool]:
    """The month that a word names, and whether another word says "about"."""
    months: list[int] = []
    believed = False
    for word in words:
        latin = romanise(word)
        if found := known.get((script_of(word), latin)):
            months += found
        elif of_numbers == _DAY_AND_YEAR and word.upper() in _ROMAN:
            months.append(_ROMAN[word.upper()])
        elif latin in _BELIEVED:
            believed = True
        elif latin not in _IGNORED and (script_of(word), latin) not in _weekdays():
            months += _begun(word, known) or {0}
    if 0 in months:
        raise BadDate(text)
    if len(months) > 1:
        raise AmbiguousDate(text)
    return (months[0] if months else None), believed


def _begun(word: str, known: _Names) -> frozenset[int]:
    """The months that have a name beginning so ("сен", "Novem")."""
    if len(word) < _SHORTEST_BEGINNING:
        return frozenset()
    script, beginning = script_of(word), romanise(word)
    return frozenset().union(
        *(months for (of, name), months in known.items() if of == script and name.startswith(beginning))
    )


@lru_cache(maxsize=32)
def _names(languages: tuple[str, ...]) -> _Names:
    """The months by script and romanised name. In another script the same letters may be another month."""
    names: dict[tuple[str, str], set[int]] = {}
    for language in languages:
        locale = _locale(language)
        for forms in locale.months.values():
            for width in ("wide", "abbreviated"):
                for month, name in forms.get(width, {}).items():
                    _add(names, name, month)
        for name, month in _DATA["more_months"].get(locale.language, {}).items():
            _add(names, name, month)
    return {name: frozenset(months) for name, months in names.items()}


def _add(names: dict[tuple[str, str], set[int]], name: str, month: int) -> None:
    words = sortable(name).split()
    if len(words) == 1 and words[0].isalpha():
        names.setdefault((script_of(name), words[0]), set()).add(month)


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError) as error:
        raise ValueError(f"no such language: {language}") from error


@lru_cache(maxsize=1)
def _weekdays() -> frozenset[tuple[str, str]]:
    days = (_locale(language).days["format"][width] for language in LANGUAGES for width in ("wide", "abbreviated"))
    return frozenset((script_of(name), sortable(name)) for names in days for name in names.values())


# ---------------------------------------------------------------------------------------------------------------------
# Numbers


class _Numbers(NamedTuple):
    """The numbers of a date, as written, and what is known of their order."""

    text: str
    numbers: tuple[str, ...]
    order: Order | None
    century: int | None

    def with_month(self, month: int) -> PartialDate:
        """The date, of which the month was named: the rest are a year, or a day and a year in either order."""
        if len(self.numbers) == 1:
            return PartialDate(self._year(self.numbers[0], full=True), month)
        if len(self.numbers) != _DAY_AND_YEAR:
            raise BadDate(self.text)
        first, last = self.numbers
        if self._is_year(first) or (self.order == "ymd" and not self._is_year(last)):
            first, last = last, first
        return PartialDate(self._year(last), month, self._small(first))

    def without_name(self) -> PartialDate:
        """The date in numbers alone."""
        match self.numbers:
            case (year,) if len(year) == len("20130731"):
                return PartialDate(self._year(year[:4]), int(year[4:6]), int(year[6:]))
            case (year,):
                return PartialDate(self._year(year, full=True))
            case (year, month) if self._is_year(year):
                return PartialDate(int(year), self._small(month))
            case (month, year):
                return PartialDate(self._year(year, full=True), self._small(month))
            case (year, month, day) if self._is_year(year) or (self.order == "ymd" and not self._is_year(day)):
                return self._year_first(self._year(year), self._small(month), self._small(day))
            case (first, second, year):
                return self._year_last(self._small(first), self._small(second), self._year(year))
        raise BadDate(self.text)

    @staticmethod
    def _year_first(year: int, month: int, day: int) -> PartialDate:
        """Databases write 1985-00-00 where only the year is known."""
        return PartialDate(year, (month or None) if day == 0 else month, day or None)

    def _year_last(self, first: int, second: int, year: int) -> PartialDate:
        order = self.order if self.order != "ymd" else None
        if order is None and _DOTS.search(self.text):
            order = "dmy"
        if order is not None:
            day, month = (first, second) if order == "dmy" else (second, first)
            return PartialDate(year, month, day)
        readings = []
        for day, month in {(first, second), (second, first)}:
            try:
                readings.append(PartialDate(year, month, day))
            except BadDate:
                continue
        if len(readings) > 1:
            raise AmbiguousDate(self.text, sorted(readings, key=str))
        if not readings:
            raise BadDate(self.text)
        return readings[0]

    def _is_year(self, number: str) -> bool:
        return len(number) == len("2020")

    def _year(self, number: str, *, full: bool = False) -> int:
        """The year; `full` if two digits could as well be a day."""
        if self._is_year(number):
            return int(number)
        if full or self.century is None or len(number) != len("20"):
            raise BadDate(self.text)
        return self.century + (int(number) - self.century) % 100

    def _small(self, number: str) -> int:
        if len(number) > len("31"):
            raise BadDate(self.text)
        return int(number)


# ---------------------------------------------------------------------------------------------------------------------
# Rules and words

_DAY_AND_YEAR = 2
_SHORTEST_BEGINNING = 3
_DOUBT = re.compile(r"[?~≈∼〜؟]")
_TIME = re.compile(
    r"[t\s,]+\d{1,2}:\d\d(:\d\d([.,]\d+)?)?\s*([ap]\.?m\.?)?\s*(z|utc|gmt|[+-]\d\d:?\d\d)?\s*$",
    re.IGNORECASE | re.ASCII,
)
_YEAR_MONTH_DAY = re.compile("[年月日년월일]")
_BORDER = re.compile(r"(?<=\d)(?=[^\W\d])|(?<=[^\W\d])(?=\d)")
_DOTS = re.compile(r"\d\s*\.\s*\d+\s*\.\s*\d")

_NOTHING = frozenset(["", *map(sortable, _DATA["nothing"])])
_BELIEVED = frozenset(map(sortable, _DATA["believed"]))
_IGNORED = frozenset(map(sortable, _DATA["ignored"]))
_ROMAN: dict[str, int] = _DATA["roman"]
