"""Reading a form of the desk, field by field, with what is wrong said at the field.

A form has rows (names, texts): the fields `name-0`, `name-1`, … A blank row is no row. Nothing that was typed is ever
lost: a form that cannot be taken comes back as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from urllib.parse import urlsplit

from babel import Locale
from flask_babel import gettext as _

from campaign.kit import text
from campaign.kit.partial_dates import EARLIEST_YEAR, LATEST_YEAR, BadDate, PartialDate

Typed = Mapping[str, Sequence[str]]
"""What was posted: every field with its values."""

MOST_ROWS = 30
MORE_ROWS = 2
"""What "Add rows" adds."""
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?", re.ASCII)
_ROW = re.compile(r"\d{1,2}", re.ASCII)
_LANGUAGES = (
    *("en", "be", "be-Latn", "ru", "uk", "az", "hy", "ka", "kk", "ky", "tg", "tk", "uz", "uz-Latn"),
    *("ar", "bg", "cs", "de", "el", "es", "et", "fa", "fi", "fr", "he", "hi", "hu", "id", "it", "ja", "km", "ko"),
    *("ku", "lt", "lv", "my", "nl", "pl", "ps", "pt", "ro", "sk", "sq", "sr", "sv", "th", "ti", "tr", "ug", "ur"),
    *("vi", "zh"),
)


class _First(Mapping[str, str]):
    """The first value of each field; nothing is empty. What the macros for fields read."""

    def __init__(self, typed: Typed) -> None:
        self._typed = typed

    def __getitem__(self, name: str) -> str:
        values = self._typed.get(name)
        return values[0] if values else ""

    def __iter__(self) -> Iterator[str]:
        return iter(self._typed)

    def __len__(self) -> int:
        return len(self._typed)


class DeskForm:
    """What was typed, and what is wrong with it by field. `more` says which rows were asked to be more."""

    def __init__(self, typed: Typed, act: str = "") -> None:
        """Take what was posted as it is; `act` is the button that was pressed, which may move or add rows."""
        verb, _colon, where = act.partition(":")
        self.typed = _rearranged(typed, verb, where) if verb in {"up", "remove"} else typed
        self.values = _First(self.typed)
        self.errors: dict[str, str] = {}
        self._more = where if verb == "rows" else ""

    def rows(self, column: str) -> range:
        """The numbers of the rows that are shown: those that were posted, at least one blank, and what was added."""
        posted = _count(self.typed, column)
        filled = [number for number in range(posted) if self.values[f"{column}-{number}"].strip()]
        blank_at_end = posted - (filled[-1] + 1 if filled else 0)
        wanted = posted + (MORE_ROWS if self._more == column else 0 if blank_at_end else 1)
        return range(min(wanted, MOST_ROWS))

    def take(self, name: str, clean: Callable[..., str], maximum: int, *, required: bool = False) -> str:
        """One field, cleaned by a function of `kit.text`."""
        try:
            return clean(self.values[name], maximum=maximum, required=required)
        except text.TextProblem as problem:
            self.errors[name] = text_message(problem)
            return ""

    def line(self, name: str, maximum: int, *, required: bool = False) -> str:
        """One line of text."""
        return self.take(name, text.clean_line, maximum, required=required)

    def url(self, name: str) -> str:
        """A web address, or nothing."""
        value = self.line(name, 500)
        try:
            parts = urlsplit(value)
            good = parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in value
        except ValueError:
            good = False
        if value and not good:
            self.errors[name] = _("This is not a web address. It begins with https://")
        return value

    def choice(self, name: str, allowed: Collection[str]) -> str:
        """One of `allowed`."""
        value = self.values[name].strip()
        if value not in allowed:
            self.errors[name] = _("Please choose one of these.")
        return value

    def language(self, name: str) -> str:
        """The code of a language; empty if it is not said."""
        value = self.values[name].strip()
        if value and not _LANGUAGE.fullmatch(value):
            self.errors[name] = _("Please choose one of these.")
        return value

    def day(self, name: str) -> date | None:
        """A whole day, as browsers send it: 2024-05-17."""
        value = self.values[name].strip()
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            self.errors[name] = _("There is no such day. Type it like 2024-05-17.")
            return None

    def partial_text(self, name: str) -> PartialDate | None:
        """A partial date in one field."""
        try:
            return PartialDate.parse_optional(self.values[name])
        except BadDate:
            self.errors[name] = _("Type a year, a month or a day that there was, like 1996, 1996-05 or 1996-05-17.")
            return None

    def partial(self, name: str) -> PartialDate | None:
        """A partial date in three fields (`…-year`, `…-month`, `…-day`), or all of it in the year's."""
        year, month, day = (self.values[f"{name}-{part}"].strip() for part in ("year", "month", "day"))
        believed = bool(self.values[f"{name}-believed"])
        if not (year or month or day):
            return None
        try:
            found = PartialDate.parse(year) if not (month or day) else _of_parts(year, month, day)
        except BadDate:
            self.errors[f"{name}-year"] = _date_message(year, month, day)
            return None
        return found.believed() if believed else found

    def filled(self, column: str) -> Iterator[int]:
        """The numbers of the rows in which something was typed into `column`."""
        for number in range(_count(self.typed, column)):
            if self.values[f"{column}-{number}"].strip():
                yield number


def language_choices(page_language: str, also: Collection[str] = ()) -> list[tuple[str, str]]:
    """Languages that texts and names come in, by their names; those of `also` are there in any case."""
    locale = Locale.parse(page_language.replace("-", "_"))
    codes = {*_LANGUAGES, *(code for code in also if _LANGUAGE.fullmatch(code))}
    return sorted(((code, language_name(code, locale)) for code in codes), key=lambda pair: pair[1].casefold())


def language_name(code: str, locale: Locale) -> str:
    """What `code`, such as `be-Latn`, is called in the page's language; itself if Unicode has no name for it."""
    language, _dash, script = code.partition("-")
    name = str(locale.languages.get(language, language))
    return f"{name} ({locale.scripts.get(script, script)})" if script else name


def text_message(problem: text.TextProblem) -> str:
    """What an organiser reads about a text that cannot be taken."""
    match problem.code:
        case "missing":
            return _("Please fill this in.")
        case "too_long":
            return _("Please shorten this to %(limit)s characters.", limit=problem.limit)
        case "url":
            return _("A name holds no web or e-mail address.")
        case "no_letters":
            return _("A name has letters.")
        case "marks":
            return _("There are too many accents on one letter. Please type it anew.")
        case _:
            return _(
                "This holds characters that cannot be seen or change the direction of writing. Please type it anew."
            )


def _count(typed: Typed, column: str) -> int:
    numbers = (name.removeprefix(f"{column}-") for name in typed if name.startswith(f"{column}-"))
    return min(max((int(number) + 1 for number in numbers if _ROW.fullmatch(number)), default=0), MOST_ROWS)


def _rearranged(typed: Typed, verb: str, where: str) -> Typed:
    """The same with one row moved up or taken away. `where` is as in `name-2`; what belongs to the row starts alike."""
    column, _dash, text_of_number = where.rpartition("-")
    if not column or not _ROW.fullmatch(text_of_number):
        return typed
    number, count = int(text_of_number), _count(typed, column)
    order = list(range(count))
    if verb == "up" and 0 < number < count:
        order[number - 1], order[number] = number, number - 1
    elif verb == "remove" and number < count:
        order.remove(number)
    ending = re.compile(rf"({re.escape(column)}(?:-[a-z]+)?)-(\d{{1,2}})", re.ASCII)
    rows: dict[int, dict[str, Sequence[str]]] = {}
    changed = {}
    for name, values in typed.items():
        found = ending.fullmatch(name)
        if found:
            rows.setdefault(int(found[2]), {})[found[1]] = values
        else:
            changed[name] = values
    for new, old in enumerate(order):
        changed |= {f"{stem}-{new}": values for stem, values in rows.get(old, {}).items()}
    return changed


def _of_parts(year: str, month: str, day: str) -> PartialDate:
    if not all(part.isdecimal() for part in (year, month, day) if part) or not year:
        raise BadDate
    return PartialDate(int(year[:5]), int(month[:3]) if month else None, int(day[:3]) if day else None)


def _date_message(year: str, month: str, day: str) -> str:
    if not year:
        return _("The year is missing. If only day and month are known, leave the date empty and tell it in the text.")
    if day and not month:
        return _("The month is missing.")
    if year.isdecimal() and not EARLIEST_YEAR <= int(year[:6]) <= LATEST_YEAR:
        return _("This year cannot be meant.")
    return _("There is no such day. The year alone, or year and month, are fine.")
