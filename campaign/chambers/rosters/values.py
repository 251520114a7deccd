"""Single values of a roster: texts, dates, addresses, countries; checked and tidied."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from campaign.kit import addresses, countries
from campaign.kit.date_reading import read_date
from campaign.kit.domains import is_webmail
from campaign.kit.partial_dates import BadDate
from campaign.kit.text import TextProblem, clean_line

LONGEST_ID = 150
LONGEST_NAME = 200
_DEEPEST = 24
_MOST_EMAILS = 20
_STEERING = re.compile("[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BROKEN = re.compile("[\0\ud800-\udfff]")
_ISO = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ].*)?)?)?", re.ASCII)
_PARTS_OF_ISO = re.compile(r"-00(?=$|-00)")
_OLD_COUNTRIES = {"UK": "GB", "EL": "GR"}


class BadValue(ValueError):
    """A value that cannot be taken: a code of `listed.Finding`."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def line(value: Any, field: str, *, longest: int = LONGEST_NAME, required: bool = False) -> str:
    """One line of text; nothing gives "". Marks that steer instead of being read are left out. Raises `BadValue`."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise BadValue("wrong_type", field=field)
    try:
        return clean_line(_STEERING.sub(" ", value) if len(value) <= 8 * longest else value, maximum=longest,
                          required=required)  # fmt: skip
    except TextProblem as problem:
        code = problem.code if problem.code in {"missing", "too_long"} else "not_text"
        raise BadValue(code, field=field) from None


def identifier(value: Any, field: str, *, required: bool = False) -> str:
    """An id: a short text or a number."""
    return line(value, field, longest=LONGEST_ID, required=required)


def unless_bad(problems: list[BadValue], read: Callable[[Any, str], str | None], value: Any, field: str) -> str | None:
    """What `read` makes of a value that may be missing; if it cannot be taken, None and a line among the problems."""
    try:
        return read(value, field) or None
    except BadValue as bad:
        problems.append(bad)
        return None


def iso(value: Any, field: str) -> str | None:
    """`1996`, `1996-05` or `1996-05-17`; None if it is not said. Raises `BadValue`."""
    text = line(value, field, longest=80)
    if not text:
        return None
    found = _ISO.fullmatch(_PARTS_OF_ISO.sub("", text))
    try:
        if found is None:
            read = read_date(text)
            return str(read).removesuffix("?") if read else None
        year, month, day = found.groups()
        date(int(year), int(month or 1), int(day or 1))
        return "-".join(part for part in (year, month, day) if part)
    except (BadDate, ValueError):
        raise BadValue("bad_date", field=field, value=text) from None


def day(value: Any, field: str) -> str | None:
    """A whole date, `1996-05-17`; None if it is not said. Raises `BadValue`."""
    text = iso(value, field)
    if text and len(text) < len("1996-05-17"):
        raise BadValue("bad_date", field=field, value=text)
    return text


def email_of(*candidates: Any) -> tuple[str, bool]:
    """The first mailbox that is one, those of webmail providers last; and whether some candidate is none."""
    found: list[str] = []
    broken = False
    for candidate in candidates[:_MOST_EMAILS]:
        for each in re.split(r"[\s,;]+", candidate.replace("mailto:", "")[:1000]) if isinstance(candidate, str) else ():
            if not each:
                continue
            try:
                found.append(addresses.parse(each).wire)
            except addresses.AddressProblem:
                broken = True
    official = [each for each in found if not is_webmail(each.rpartition("@")[2])]
    return next(iter(official or found), ""), broken and not found


def country_of(value: Any) -> str:
    """The code of a country by its code or its name in English; empty if it is none."""
    if not isinstance(value, str):
        return ""
    code = value.strip().upper()[:80]
    code = _OLD_COUNTRIES.get(code, code)
    return code if code in countries.codes() else _by_name().get(code, "")


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    return {name.upper(): code for code, name in countries.names("en").items()}


def storable(value: Any, depth: int = 0) -> Any:
    """What both databases keep as JSON: without NUL, lone halves of characters, infinite numbers. Raises `BadValue`."""
    if isinstance(value, str):
        return _BROKEN.sub("", value) if _BROKEN.search(value) else value
    if depth > _DEEPEST:
        raise BadValue("too_deep")
    if isinstance(value, dict):
        return {storable(key): storable(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        return [storable(each, depth + 1) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
