"""Checks of which our own form is made (`own_fields`).

A check takes what a file holds (a table has texts only) and the field's path, and gives the value as it is kept, or
`NOTHING` for what says nothing. Raises `Bad`.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from campaign.kit.partial_dates import BadDate, PartialDate

NOTHING: Any = None
LONGEST_TEXT = 100_000
MOST_ITEMS = 5_000
"""Items of one list in a document."""

_UNUSABLE = re.compile("[\x00\ud800-\udfff]")
_NUL_WRITTEN = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_CONTROL = re.compile("[\x00-\x20\x7f]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class Bad(ValueError):
    """A field holds what it cannot hold: where, and a code for why."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field, self.code = field, code


Check = Callable[[Any, str], Any]


def day_of(text: str | None) -> date | None:
    """The day of a checked field."""
    return date.fromisoformat(text) if text else None


def moment_of(text: str | None) -> datetime | None:
    """The moment of a checked field."""
    return datetime.fromisoformat(text) if text else None


def text(longest: int = LONGEST_TEXT) -> Check:
    """Any text; nothing is tidied, so that what was exported comes back as it was."""

    def check(value: Any, field: str) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise Bad(field, "not_a_text")
        if len(value) > longest:
            raise Bad(field, "too_long")
        if _UNUSABLE.search(value):
            raise Bad(field, "not_unicode")
        return value or NOTHING

    return check


def pattern(form: re.Pattern[str], longest: int) -> Check:
    """A text of one form."""
    plain = text(longest)

    def check(value: Any, field: str) -> Any:
        found = plain(value, field)
        if found is not NOTHING and not form.fullmatch(found):
            raise Bad(field, "bad_form")
        return found

    return check


def choice(kinds: type[StrEnum]) -> Check:
    """One of the words of an enumeration."""
    known = frozenset(kind.value for kind in kinds)

    def check(value: Any, field: str) -> Any:
        if value == "":
            return NOTHING
        if not isinstance(value, str) or value not in known:
            raise Bad(field, "unknown_word")
        return str(value)

    return check


def partial(value: Any, field: str) -> Any:
    """A partial date (`kit.partial_dates`)."""
    try:
        return _partial(_short(value, field))
    except BadDate as error:
        raise Bad(field, "bad_date") from error


_short = text(40)


@lru_cache(4096)  # many people were arrested on the same days
def _partial(value: str | None) -> str | None:
    found = PartialDate.parse_optional(value)
    return str(found) if found else NOTHING


def day(value: Any, field: str) -> Any:
    """A whole day, `2026-11-22`."""
    try:
        return date.fromisoformat(value).isoformat() if value else NOTHING
    except (TypeError, ValueError) as error:
        raise Bad(field, "bad_date") from error


def moment(value: Any, field: str) -> Any:
    """A moment with its time zone (RFC 3339), kept in UTC."""
    try:
        found = datetime.fromisoformat(value)
        in_utc = found.astimezone(UTC) if found.tzinfo else None
    except (TypeError, ValueError, OverflowError) as error:
        raise Bad(field, "bad_moment") from error
    if in_utc is None:
        raise Bad(field, "bad_moment")
    return in_utc.isoformat(timespec="microseconds").replace("+00:00", "Z")


def truth(value: Any, field: str) -> Any:
    """`true` or `false`."""
    if isinstance(value, bool):
        return value
    found = _TRUTHS.get(value.strip().lower()) if isinstance(value, str) else None
    if found is None:
        raise Bad(field, "not_true_or_false")
    return found


def number(lowest: int, highest: int) -> Check:
    """A whole number."""

    def check(value: Any, field: str) -> Any:
        try:
            found = int(value) if isinstance(value, str) else value
        except ValueError as error:
            raise Bad(field, "not_a_number") from error
        if not isinstance(found, int) or isinstance(found, bool) or not lowest <= found <= highest:
            raise Bad(field, "not_a_number")
        return found

    return check


def url(value: Any, field: str) -> Any:
    """A web address. One with another scheme than http could run in the reader's browser."""
    found = text(500)(value, field)
    if found is NOTHING:
        return NOTHING
    scheme = _SCHEME.match(found)
    if _CONTROL.search(found) or (scheme and scheme[1].lower() not in {"http", "https"}):
        raise Bad(field, "bad_url")
    return found


def hexadecimal(value: Any, field: str) -> Any:
    """Sixteen bytes as 32 hexadecimal digits."""
    try:
        found = bytes.fromhex(value)
    except (TypeError, ValueError) as error:
        raise Bad(field, "bad_form") from error
    if len(found) != 16:  # noqa: PLR2004 - what the columns hold
        raise Bad(field, "bad_form")
    return found.hex()


def base64_file(value: Any, field: str) -> Any:
    """The bytes of a file."""
    try:
        base64.b64decode(value, validate=True)
    except (TypeError, ValueError, binascii.Error) as error:
        raise Bad(field, "bad_form") from error
    return value or NOTHING


def any_object(value: Any, field: str) -> Any:
    """An object of whatever shape; in a table, its JSON."""
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError) as error:
        raise Bad(field, "not_json") from error
    if not isinstance(found, dict):
        raise Bad(field, "not_an_object")
    if not found:
        return NOTHING
    written = json.dumps(found, ensure_ascii=False)
    text(10 * LONGEST_TEXT)(written, field)
    if _NUL_WRITTEN.search(written):  # PostgreSQL keeps no such character, not even in JSON
        raise Bad(field, "not_unicode")
    return found


def exactly(kind: type, each: Check) -> Check:
    """A value that is kept as it stands, so that it has to be what whoever reads it expects."""

    def check(value: Any, field: str) -> Any:
        if not isinstance(value, kind) or isinstance(value, bool):
            raise Bad(field, "bad_form")
        return value if value == "" else each(value, field)

    return check


def fields(checks: Mapping[str, Check], required: tuple[str, ...] = ()) -> Check:
    """An object with these fields and no others."""

    def check(value: Any, field: str) -> Any:
        if not isinstance(value, Mapping):
            raise Bad(field, "not_an_object")
        under = f"{field}/" if field else ""
        found = {}
        for name, each in checks.items():
            if value.get(name) is not None:
                inner = each(value[name], under + name)
                if inner is not NOTHING:
                    found[name] = inner
        for name in value:
            if name not in checks:
                raise Bad(under + str(name)[:80], "unknown_field")
        for name in required:
            if name not in found:
                raise Bad(under + name, "missing")
        return found or NOTHING

    return check


def many(each: Check) -> Check:
    """A list."""

    def check(value: Any, field: str) -> Any:
        if not isinstance(value, list) or len(value) > MOST_ITEMS:
            raise Bad(field, "not_a_list")
        found = [each(item, f"{field}/{index}") for index, item in enumerate(value)]
        return [item for item in found if item is not NOTHING] or NOTHING

    return check


def by_key(form: re.Pattern[str], each: Check) -> Check:
    """An object whose keys are free: languages, campaigns."""

    def check(value: Any, field: str) -> Any:
        if not isinstance(value, Mapping) or len(value) > MOST_ITEMS:
            raise Bad(field, "not_an_object")
        found = {key: each(item, f"{field}/{key}") for key, item in value.items() if item is not None}
        if not all(map(form.fullmatch, found)):
            raise Bad(field, "bad_key")
        return dict(sorted((key, item) for key, item in found.items() if item is not NOTHING)) or NOTHING

    return check


def for_readers(_value: Any, _field: str) -> Any:
    """What follows from the events: written for people who read the list, not read back."""
    return NOTHING
