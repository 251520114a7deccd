"""Mapping files: which column of a list means what. The format is explained in docs/mapping.md."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from campaign.kit.date_reading import LANGUAGES, Order, read_date
from campaign.prisoners.importing.list_file import Layout
from campaign.prisoners.importing.patterns import BadPattern, compiled
from campaign.prisoners.models import EventKind, Gender, NameKind, Status

DATES = ("born", "arrested", "charged", "verdict", "appeal", "sentence_start", "released", "exiled", "disappeared",
         "died", "designated", "as_of")  # fmt: skip
"""Fields that hold a date."""

TEXTS = ("id", "url", "name", "sort_as", "gender", "country", "about", "articles", "charges", "facility",
         "facility_address", "sentence", "penalty", "judge", "counsel", "court", "status", "designation",
         "designation_term", "designation_url", "health", "note")  # fmt: skip
"""Fields that hold words."""

FIELDS = (*TEXTS, *DATES)
INTERNAL = frozenset({"health", "note"})
"""Fields that are not public unless the mapping says so."""

LONGEST_MAPPING = 200_000
MOST_DOTS = 200
"""In a line. A key of thousands of parts would take up all memory."""
_FOLDER = resources.files("campaign.prisoners.importing").joinpath("mappings")
_TEXT_KEYS = ("list", "organisation", "term", "country", "language", "source", "url", "order", "encoding", "delimiter",
              "path")  # fmt: skip
_OTHER_KEYS = ("as_of", "languages", "century", "header_row", "in_custody", "empty", "fields", "events")
FILE_KEYS = (*_TEXT_KEYS, *_OTHER_KEYS)
"""What a mapping file may say."""

COLUMN_KEYS = ("column", "join", "empty", "strip", "regex", "words", "split", "order", "prefix", "language", "script",
               "kind", "public", "swap")  # fmt: skip
"""What it may say of a column."""

_ORDERS = ("dmy", "mdy", "ymd")
_LANGUAGE = "[a-z]{2,3}(-[A-Za-z0-9]{2,8})?"
_EVENT_KEYS = ("kind", "date", "text", "url", "public", "language")


class MappingProblem(ValueError):
    """What is wrong with a mapping: a code and the values behind it.

    Codes: `not_toml` {why: with the line} · `unknown_key` {key, known} · `wrong_value` {key, expected} ·
    `missing_key` {key} · `bad_regex` {key, why} · `slow_regex` {key} · `missing_column` {key, column, columns} ·
    `no_mapping` {name, known}
    """

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = {key: str(value) for key, value in values.items()}
        super().__init__(code, self.values)


@dataclass(frozen=True, slots=True)
class Column:
    """Where one field comes from, and what is done with the text on the way: `empty`, `strip`, `regex`, `words`."""

    names: tuple[str, ...]
    join: str = " "
    empty: frozenset[str] = frozenset()
    strip: tuple[re.Pattern[str], ...] = ()
    regex: tuple[re.Pattern[str], ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    split: re.Pattern[str] | None = None
    order: Order | None = None
    prefix: str = ""
    language: str = ""
    script: str = ""
    kind: str = NameKind.MAIN.value
    public: bool | None = None
    swap: bool = False


@dataclass(frozen=True, slots=True)
class EventColumns:
    """A kind of event that a list tells in columns of its own."""

    kind: EventKind
    day: Column | None
    text: Column | None
    url: Column | None
    public: bool
    language: str


@dataclass(frozen=True, slots=True)
class ListMapping:
    """A mapping, checked. `document` is what it was made of, to be kept with the run."""

    document: Mapping[str, Any]
    list_name: str
    fields: Mapping[str, tuple[Column, ...]]
    events: tuple[EventColumns, ...] = ()
    organisation: str = ""
    term: str = ""
    country: str = ""
    language: str = "en"
    languages: tuple[str, ...] = ()
    source: str = ""
    url: str = ""
    as_of: date | None = None
    order: Order | None = None
    century: int | None = None
    in_custody: bool | None = None
    layout: Layout = field(default_factory=Layout)

    def demand_columns(self, columns: Iterable[str]) -> None:
        """Raise `MappingProblem` for the first column that the list does not have."""
        known = list(columns)
        have = {plain(column) for column in known} | {plain(column.partition("/")[0]) for column in known}
        used = [(key, column) for key, specs in self.fields.items() for column in specs]
        for event in self.events:
            used += [(f"events.{event.kind}", column) for column in (event.day, event.text, event.url) if column]
        for key, column in used:
            for name in column.names:
                if plain(name) not in have:
                    raise MappingProblem("missing_column", key=key, column=name, columns=", ".join(known))


def plain(column: str) -> str:
    """A column's name as it is compared: case and spaces do not count."""
    return " ".join(column.split()).casefold()


def known_mappings() -> list[str]:
    """The names of the mappings that come with the house."""
    return sorted(entry.name.removesuffix(".toml") for entry in _FOLDER.iterdir() if entry.name.endswith(".toml"))


def find_mapping(name: str) -> ListMapping:
    """The mapping in the file `name`, or that of this name which comes with the house. Raises `MappingProblem`."""
    if name in known_mappings():
        return parse_mapping(_FOLDER.joinpath(f"{name}.toml").read_text(encoding="utf-8"))
    try:
        return parse_mapping(Path(name).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeError) as error:
        raise MappingProblem("no_mapping", name=name, known=", ".join(known_mappings())) from error


def parse_mapping(text: str) -> ListMapping:
    """The mapping in a text of TOML or JSON. Raises `MappingProblem`."""
    if len(text) > LONGEST_MAPPING or any(line.count(".") > MOST_DOTS for line in text.splitlines()):
        raise MappingProblem("not_toml", why="longer than any mapping")
    try:
        document = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise MappingProblem("not_toml", why=error) from error
    return mapping_of(document)


def mapping_of(document: Mapping[str, Any]) -> ListMapping:
    """The mapping that a parsed file says. Raises `MappingProblem`."""
    _only(document, FILE_KEYS, "")
    fields = _table(document.get("fields"), "fields")
    if "name" not in fields:
        raise MappingProblem("missing_key", key="fields.name")
    _only(fields, FIELDS, "fields.")
    texts = {key: _text(document.get(key, ""), key) for key in _TEXT_KEYS}
    empty = _texts(document.get("empty", []), "empty")
    language = _code(document, "language", _LANGUAGE, "", "a code such as be") or "en"
    return ListMapping(
        document=document,
        list_name=(texts["list"] or "list")[:60],
        fields={name: _columns(fields[name], f"fields.{name}", empty) for name in fields},
        events=tuple(_events(document.get("events", []), empty)),
        organisation=texts["organisation"][:200],
        term=texts["term"][:120],
        country=_country(texts["country"]),
        language=language,
        languages=_month_languages(document.get("languages", [])),
        source=texts["source"][:300] or texts["organisation"][:200],
        url=texts["url"][:500],
        as_of=_day(document.get("as_of")),
        order=_order(texts["order"], "order"),
        century=_number(document, "century") or None,
        in_custody=_truth(document, "in_custody", ""),
        layout=Layout(
            texts["encoding"], _delimiter(texts["delimiter"]), _number(document, "header_row"), texts["path"]
        ),
    )


# ---------------------------------------------------------------------------------------------------------------------


def _columns(value: Any, key: str, empty: tuple[str, ...]) -> tuple[Column, ...]:
    """One column by name or by table, or several to be tried (of names and `about`: all to be used)."""
    values = value if isinstance(value, list) else [value]
    if not values:
        raise MappingProblem("wrong_value", key=key, expected="a column")
    return tuple(_column(each, key, empty) for each in values)


def _column(value: Any, key: str, empty: tuple[str, ...]) -> Column:
    if isinstance(value, str):
        value = {"column": value}
    table = _table(value, key)
    _only(table, COLUMN_KEYS, f"{key}.")
    if not table.get("column"):
        raise MappingProblem("missing_key", key=f"{key}.column")
    words = _table(table.get("words", {}), f"{key}.words")
    _demand_words(words, key)
    kind = _text(table.get("kind", "main"), f"{key}.kind")
    if kind not in set(NameKind):
        raise MappingProblem("wrong_value", key=f"{key}.kind", expected=", ".join(NameKind))
    return Column(
        names=_texts(table["column"], f"{key}.column"),
        join=_text(table.get("join", " "), f"{key}.join"),
        empty=frozenset(plain(text) for text in (*empty, *_texts(table.get("empty", []), f"{key}.empty"))),
        strip=_patterns(table.get("strip", []), f"{key}.strip"),
        regex=_patterns(table.get("regex", []), f"{key}.regex"),
        words={plain(word): _text(meaning, f"{key}.words.{word}") for word, meaning in words.items()},
        split=_separator(table.get("split", ""), f"{key}.split"),
        order=_order(_text(table.get("order", ""), f"{key}.order"), f"{key}.order"),
        prefix=_text(table.get("prefix", ""), f"{key}.prefix"),
        language=_code(table, "language", _LANGUAGE, key, "a code such as be"),
        script=_code(table, "script", "[A-Z][a-z]{3}", key, "a code such as Cyrl"),
        kind=kind,
        public=_truth(table, "public", f"{key}."),
        swap=bool(_truth(table, "swap", f"{key}.")),
    )


def _demand_words(words: Mapping[str, Any], key: str) -> None:
    """Statuses and genders can only be those that there are."""
    known = {"fields.status": [*Status], "fields.gender": [*Gender]}.get(key)
    if known and (set(words.values()) - {"", *known}):
        raise MappingProblem("wrong_value", key=f"{key}.words", expected=", ".join(filter(None, known)))


def _events(value: Any, empty: tuple[str, ...]) -> Iterable[EventColumns]:
    if not isinstance(value, list):
        raise MappingProblem("wrong_value", key="events", expected="[[events]]")
    for number, each in enumerate(value, 1):
        key = f"events {number}"
        table = _table(each, key)
        _only(table, _EVENT_KEYS, f"{key}.")
        kind = _text(table.get("kind", ""), f"{key}.kind")
        if kind not in set(EventKind):
            raise MappingProblem("wrong_value", key=f"{key}.kind", expected=", ".join(EventKind))
        day, text, url = (_column(table[name], f"{key}.{name}", empty) if name in table else None
                          for name in ("date", "text", "url"))  # fmt: skip
        if day is None and text is None:
            raise MappingProblem("missing_key", key=f"{key}.date")
        public = _truth(table, "public", f"{key}.")
        internal = kind == EventKind.HEALTH if public is None else not public
        yield EventColumns(
            EventKind(kind), day, text, url, not internal, _code(table, "language", _LANGUAGE, key, "a code such as be")
        )


def _only(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise MappingProblem("unknown_key", key=f"{where}{key}", known=", ".join(known))


def _table(value: Any, key: str) -> Mapping[str, Any]:
    if value is None:
        raise MappingProblem("missing_key", key=key)
    if not isinstance(value, Mapping):
        raise MappingProblem("wrong_value", key=key, expected="a column's name or a table")
    return value


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str):
        raise MappingProblem("wrong_value", key=key, expected="a text in quotes")
    return value


def _texts(value: Any, key: str) -> tuple[str, ...]:
    return tuple(_text(each, key) for each in (value if isinstance(value, list) else [value]))


def _month_languages(value: Any) -> tuple[str, ...]:
    """Languages of months' names; asking for a date finds out whether they are known."""
    languages = _texts(value, "languages")
    try:
        read_date("2000", languages=languages or LANGUAGES)
    except ValueError as error:
        raise MappingProblem("wrong_value", key="languages", expected="codes such as be") from error
    return languages


def _truth(table: Mapping[str, Any], name: str, where: str) -> bool | None:
    value = table.get(name)
    if value is not None and not isinstance(value, bool):
        raise MappingProblem("wrong_value", key=f"{where}{name}", expected="true, false")
    return value


def _number(table: Mapping[str, Any], name: str) -> int:
    value = table.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 9999:  # noqa: PLR2004 - years and rows
        raise MappingProblem("wrong_value", key=name, expected="a number")
    return value


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and value else _real_day(value)
    except ValueError as error:
        raise MappingProblem("wrong_value", key="as_of", expected="2024-05-31") from error


def _real_day(value: Any) -> date | None:
    if value is None or type(value) is date:
        return value or None
    raise ValueError


def _order(text: str, key: str) -> Order | None:
    if text and text not in _ORDERS:
        raise MappingProblem("wrong_value", key=key, expected=", ".join(_ORDERS))
    return text or None  # type: ignore[return-value]  # checked one line above


def _code(table: Mapping[str, Any], name: str, form: str, where: str, expected: str) -> str:
    text = _text(table.get(name, ""), f"{where}.{name}")
    if text and not re.fullmatch(form, text):
        raise MappingProblem("wrong_value", key=f"{where}.{name}".lstrip("."), expected=expected)
    return text


def _country(text: str) -> str:
    if text and not re.fullmatch("[A-Z]{2}", text):
        raise MappingProblem("wrong_value", key="country", expected="two letters, such as AZ")
    return text


def _delimiter(text: str) -> str:
    if len(text) > 1 or text in {'"', "\n", "\r", "\0"}:
        raise MappingProblem("wrong_value", key="delimiter", expected="one sign")
    return text


def _separator(value: Any, key: str) -> re.Pattern[str] | None:
    """A single sign is meant as it is; more are a regular expression."""
    text = _text(value, key)
    return _patterns(re.escape(text) if len(text) == 1 else text, key)[0] if text else None


def _patterns(value: Any, key: str) -> tuple[re.Pattern[str], ...]:
    try:
        return tuple(compiled(text) for text in _texts(value, key))
    except BadPattern as problem:
        why = {"why": problem.why} if problem.why else {}
        raise MappingProblem(problem.code, key=key, **why) from problem
