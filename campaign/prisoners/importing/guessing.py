"""A mapping for a list that nobody described: columns are known by their headers in many languages, and by content."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from campaign.prisoners.importing.articles import codes_in
from campaign.prisoners.importing.cells import WORDS, flat, is_known_word, tidy
from campaign.prisoners.importing.list_file import Note, UnreadableList
from campaign.prisoners.importing.mapping import DATES, ListMapping, mapping_of, plain
from campaign.prisoners.importing.reading import read_list

SAMPLE = 300
"""Rows that are looked at."""

MOST_COLUMNS = 1_000
"""Columns that are looked at. A file of eight megabytes may have millions, and each is compared with many words."""

_MANY = ("name", "about")
_NAME_PARTS = ("given", "patronymic", "family")
_MOST_WORDS = 40
_SIGNS = re.compile(r"[^\w'’№#°]+")
_NUMBERED = re.compile(r"/\d+$")
_IN_NUMBERS = re.compile(r"\s*(\d{1,2})\s*([/-])\s*(\d{1,2})\s*\2\s*\d{4}\b")
_NAME = re.compile(r"[^\W\d_][\w'’\-]*(?:[ ,.]{1,2}[^\W\d_][\w'’.\-]*){1,4}")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping document that may be saved and improved, and what was guessed."""

    document: dict[str, Any]
    notes: tuple[Note, ...] = ()

    @property
    def mapping(self) -> ListMapping:
        """The mapping, ready for use."""
        return mapping_of(self.document)


def propose(rows: Iterable[Mapping[str, Any]], *, list_name: str = "list") -> Proposal:
    """A mapping for a list of which these are the first rows. Raises `UnreadableList` if no column holds names."""
    sample = _Sample([flat(row) for row in islice(rows, SAMPLE)])
    chosen, languages = _chosen(sample)
    if "name" not in chosen:
        raise UnreadableList("no_name_column", columns=", ".join(sample.columns))
    fields: dict[str, Any] = {}
    for name, columns in chosen.items():
        specs = [_spec(name, column, sample) for column in columns]
        fields[name] = specs if len(specs) > 1 else specs[0]
    document: dict[str, Any] = {"list": list_name, "language": (languages.most_common(1) or [("en", 0)])[0][0]}
    if "status" not in fields:
        document["in_custody"] = True
    orders = {spec["order"] for spec in _specs(fields) if "order" in spec}
    if len(orders) == 1:
        document["order"] = orders.pop()
    document["fields"] = fields
    return Proposal(document, tuple(_notes(document, chosen, sample)))


def propose_toml(source: Path | BinaryIO, *, list_name: str = "") -> str:
    """The text of a mapping file for a list, with notes on what was guessed. Raises `UnreadableList`."""
    name = list_name or name_of(source.name if isinstance(source, Path) else "")
    reading = read_list(source)
    rows = [row for _, row in islice(reading.rows, SAMPLE)]
    proposal = propose(rows, list_name=name)
    unused = [note.values["columns"] for note in proposal.notes if note.code == "columns_unused"]
    return _toml(_with_words(proposal.document, rows), unused)


def name_of(file_name: str) -> str:
    """A list's name, from that of its file."""
    stem = Path(file_name.replace("\\", "/")).name.rpartition(".")[0] or file_name
    return re.sub(r"[^\w]+", "-", stem.casefold()).strip("-")[:60] or "list"


# ---------------------------------------------------------------------------------------------------------------------
# Columns


@dataclass
class _Sample:
    rows: list[Mapping[str, str]]
    columns: list[str] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Numbered columns (`articles/0`) are one."""
        self.rows = [dict(islice(row.items(), MOST_COLUMNS)) for row in self.rows]
        columns = (_NUMBERED.sub("", column) for row in self.rows for column in row)
        self.columns = list(dict.fromkeys(columns))
        for row in self.rows:
            for name, cell in row.items():
                if text := tidy(cell):
                    for column in {name, _NUMBERED.sub("", name)}:
                        self.texts.setdefault(column, []).append(text)

    def values(self, column: str) -> list[str]:
        """All texts of a column that are not empty."""
        return self.texts.get(column, [])


def _chosen(sample: _Sample) -> tuple[dict[str, list[Any]], Counter[str]]:
    """The columns of each field, and how often headers were words of which language."""
    scores = sorted(
        ((score, -at, column, name, language)
         for at, column in enumerate(sample.columns)
         for score, name, language in _meanings(column)),
        reverse=True,
    )  # fmt: skip
    taken: dict[str, str] = {}
    chosen: dict[str, list[Any]] = {}
    languages: Counter[str] = Counter()
    for _, _, column, name, language in scores:
        if taken.get(column) == name:
            languages[language] += 1
        elif column not in taken and (name not in chosen or name in _MANY) and _fits(name, sample.values(column)):
            chosen.setdefault(name, []).append(column)
            taken[column] = name
            languages[language] += 1
    _join_names(chosen)
    for name in ("url", "name"):
        if name not in chosen and (column := _by_content(name, sample, taken)):
            for columns in chosen.values():
                columns[:] = [each for each in columns if each != column]
            chosen[name] = [column]
            taken[column] = name
    chosen = {name: columns for name, columns in chosen.items() if columns}
    for columns in chosen.values():
        columns.sort(key=lambda column: sample.columns.index(column) if isinstance(column, str) else -1)
    return dict(sorted(chosen.items(), key=lambda item: list(_ORDER).index(item[0]))), languages


_ORDER = dict.fromkeys(("id", "url", "name", *WORDS["headers"], *DATES))


def _meanings(column: str) -> list[tuple[int, str, str]]:
    """What a header may mean: how well it fits, the field and the word's language."""
    header = _words(column)
    found = []
    for name, by_language in WORDS["headers"].items():
        for language, written in by_language.items():
            for word in map(_words, written):
                if word and word == header:
                    found.append((1000 + len(word), name, language))
                elif len(word) > 3 and f" {word} " in f" {header} ":  # noqa: PLR2004 - "ad" or "no" is in too many
                    found.append((len(word), name, language))
    return found


@lru_cache(4096)
def _words(header: str) -> str:
    return " ".join(_SIGNS.sub(" ", plain(header.replace("_", " ").replace("/", " "))).split())


def _fits(name: str, values: list[str]) -> bool:
    """Whether the content can be what the header says; an empty column can be anything."""
    if not values:
        return True
    share = {
        "url": lambda text: "://" in text,
        "name": lambda text: any(map(str.isalpha, text)) and len(text.split()) < _MOST_WORDS,
        "gender": lambda text: len(text) < _MOST_WORDS,
        "status": lambda text: is_known_word(text, "status") or len(set(values)) * 3 <= len(values) + 6,
        "id": lambda text: len(text) < _MOST_WORDS,
    }.get(name)
    if name == "id" and values[:2] == ["1", "2"]:
        return False  # numbers of rows: the next version of the list gives them to others
    if name in DATES:
        share = lambda text: any(map(str.isdecimal, text)) or is_known_word(text)  # noqa: E731 - a test like those above
    return share is None or sum(map(share, values)) * 2 >= len(values)


def _join_names(chosen: dict[str, list[Any]]) -> None:
    """Given and family name in two columns are one name; half of a name alone is better than none."""
    parts = {name: chosen.pop(name)[0] for name in _NAME_PARTS if name in chosen}
    if "family" in parts and "given" not in parts and "name" in chosen:  # "Name" beside "Surname"
        parts["given"] = chosen.pop("name")[0]
    if "family" in parts or "name" not in chosen:
        columns = [parts[name] for name in _NAME_PARTS if name in parts]
        if columns:
            chosen["name"] = [columns if len(columns) > 1 else columns[0], *chosen.get("name", [])]


def _by_content(name: str, sample: _Sample, taken: Mapping[str, str]) -> str:
    """The first column that holds nearly only links, or different names, and is not taken for something certain."""
    for column in sample.columns:
        values = sample.values(column) if taken.get(column, "about") == "about" else []
        if name == "url":
            good = [text for text in values if text.startswith(("http://", "https://"))]
        else:
            good = list({text for text in values if _NAME.fullmatch(text)})
        if len(good) * 10 >= len(values) * 8 > 0:
            return column
    return ""


# ---------------------------------------------------------------------------------------------------------------------
# How a column is read


def _spec(name: str, column: Any, sample: _Sample) -> dict[str, Any]:
    spec: dict[str, Any] = {"column": column}
    values = sample.values(column) if isinstance(column, str) else []
    if name in DATES and (order := _date_order(values)):
        spec["order"] = order
    if name == "articles" and (separator := _separator(values)):
        spec["split"] = separator
    if name == "name" and sum(text.count(",") == 1 for text in values) * 5 > len(values) * 4:
        spec["swap"] = True
    return spec


def _date_order(values: Sequence[str]) -> str:
    """The one order in which all dates of a column can be read, if there is a date that tells."""
    pairs = [(int(found[1]), int(found[3])) for text in values if (found := _IN_NUMBERS.match(text))]
    day_first = any(first > 12 for first, _ in pairs)  # noqa: PLR2004 - the number of months
    month_first = any(second > 12 for _, second in pairs)  # noqa: PLR2004 - the number of months
    return "" if day_first == month_first else ("dmy" if day_first else "mdy")


def _separator(values: Sequence[str]) -> str:
    for sign in (";", "|", ","):
        pieces = [piece.strip() for text in values if sign in text for piece in text.split(sign)]
        if pieces and (sign != "," or all(codes_in(piece) for piece in pieces)):
            return sign
    return ""


def _specs(fields: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for value in fields.values():
        yield from value if isinstance(value, list) else [value]


def _notes(document: Mapping[str, Any], chosen: Mapping[str, list[Any]], sample: _Sample) -> Iterable[Note]:
    used: list[str] = []
    for name, columns in chosen.items():
        for column in columns:
            names = [column] if isinstance(column, str) else column
            used += names
            yield Note("column_guessed", {"field": name, "column": " + ".join(names)})
    unused = [column for column in sample.columns if column not in used]
    if unused:
        yield Note("columns_unused", {"columns": ", ".join(unused)})
    if "order" in document:
        yield Note("order_guessed", {"order": document["order"]})


# ---------------------------------------------------------------------------------------------------------------------
# TOML


def _with_words(document: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The document, with the words of statuses and genders that are not known, for people to fill in."""
    sample = _Sample([flat(row) for row in rows])
    fields = dict(document["fields"])
    for name, meaning in (("status", "unknown"), ("gender", "")):
        spec = fields.get(name)
        if isinstance(spec, dict):
            found = Counter(sample.values(spec["column"])).most_common(_MOST_WORDS)
            strange = [word for word, _ in found if not is_known_word(word, name)]
            fields[name] = spec | ({"words": dict.fromkeys(strange, meaning)} if strange else {})
    return {**document, "fields": fields}


def _toml(document: Mapping[str, Any], unused: list[str]) -> str:
    """The document as a file for people."""
    lines = [f"{key} = {_value(value)}" for key, value in document.items() if key != "fields"]
    lines += ["", "[fields]"] + [f"{name} = {_value(spec)}" for name, spec in document["fields"].items()]
    lines += [f"# not used: {columns}" for columns in unused]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        if set(value) == {"column"} and isinstance(value["column"], str):
            return _value(value["column"])
        return "{ " + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if re.fullmatch("[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)
