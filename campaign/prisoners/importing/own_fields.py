"""Every field of our own form, and what may stand in it.

A check takes what a file holds (a table has texts only) and the field's path, and gives the value as it is kept, or
`NOTHING` for what says nothing. Raises `Bad`. docs/prisoner-lists.md tells the same in words; a test compares the two.
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

from campaign.facilities.models import FacilityKind, ReturnEnvelope
from campaign.kit.partial_dates import BadDate, PartialDate
from campaign.prisoners.models import Consent, EventKind, Gender, NameKind
from campaign.prisoners.service import RESERVED

NOTHING: Any = None
LONGEST_TEXT = 100_000
MOST_PIXELS = 20_000
MOST_ITEMS = 5_000
"""Items of one list in a document."""

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_CAMPAIGN = re.compile(r"[A-Za-z0-9_-]{1,80}", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z0-9-]{0,12}", re.ASCII)
_CODE = re.compile(r"[A-Z]{2}", re.ASCII)
_VERSION = re.compile(r"[A-Za-z0-9_-]{1,16}", re.ASCII)
_UNUSABLE = re.compile("[\x00\ud800-\udfff]")
_NUL_WRITTEN = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_JPEG = b"\xff\xd8\xff"
_CONTROL = re.compile("[\x00-\x20\x7f]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class Bad(ValueError):
    """A field holds what it cannot hold: where, and a code for why."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field, self.code = field, code


Check = Callable[[Any, str], Any]


def prisoner(document: object) -> dict[str, Any]:
    """A prisoner's document, checked, without the fields that say nothing. Raises `Bad`."""
    found: dict[str, Any] = fields(PRISONER, required=("slug", "names"))(document, "")
    if found["slug"] in RESERVED:
        raise Bad("slug", "reserved")
    return found


def facility(document: object) -> dict[str, Any]:
    """A facility's document, checked, without the fields that say nothing. Raises `Bad`."""
    found: dict[str, Any] = fields(PLACE, required=("slug",))(document, "place")
    return found


def day_of(text: str | None) -> date | None:
    """The day of a checked field."""
    return date.fromisoformat(text) if text else None


def moment_of(text: str | None) -> datetime | None:
    """The moment of a checked field."""
    return datetime.fromisoformat(text) if text else None


# --- checks ----------------------------------------------------------------------------------------------------------


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


def picture(value: Any, field: str) -> Any:
    """One size of a portrait; its bytes are what its format says, for browsers are told so."""
    found = fields(FILE, required=("size", "format", "content"))(value, field)
    content = base64.b64decode(found["content"])
    kind = "webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else "jpeg" if content[:3] == _JPEG else ""
    if kind != found["format"]:
        raise Bad(field, "not_a_picture")
    return found


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


# --- the form --------------------------------------------------------------------------------------------------------

NAME = {"name": text(200), "language": text(12), "script": text(4), "kind": choice(NameKind)}
DESIGNATION = {"organisation": text(200), "term": text(120), "since": partial, "url": url}
RETRACTED = {"at": moment, "why": text(300)}
EVENT = {
    "uid": hexadecimal,
    "kind": choice(EventKind),
    "date": partial,
    "as_of": day,
    "texts": by_key(_LANGUAGE, text()),
    "facility": pattern(_SLUG, 120),
    "details": any_object,
    "source": text(300),
    "url": url,
    "added_at": moment,
    "public": truth,
    "retracted": fields(RETRACTED, required=("at",)),
}
FILE = {"size": number(1, MOST_PIXELS), "format": pattern(re.compile("webp|jpeg"), 4), "content": base64_file}
PORTRAIT = {
    "version": pattern(_VERSION, 16),
    "width": number(1, MOST_PIXELS),
    "height": number(1, MOST_PIXELS),
    "author": text(200),
    "licence": text(200),
    "url": url,
    "consent": choice(Consent),
    "alts": by_key(_LANGUAGE, text()),
    "created_at": moment,
    "files": many(picture),
}
IDENTIFIER = {
    "list": text(60),
    "key": text(250),
    "url": url,
    "record": any_object,
    "fingerprint": hexadecimal,
    "seen_at": moment,
}
PRISONER: dict[str, Check] = {
    "slug": pattern(_SLUG, 80),
    "names": many(fields(NAME, required=("name",))),
    "sort_as": text(200),
    "gender": choice(Gender),
    "country": pattern(_CODE, 2),
    "born": partial,
    "died": for_readers,
    "status": for_readers,
    "status_since": for_readers,
    "detained_since": for_readers,
    "facility": for_readers,
    "about": by_key(_LANGUAGE, text()),
    "family_consent": choice(Consent),
    "family_consent_on": day,
    "hidden": truth,
    "designations": many(fields(DESIGNATION, required=("organisation",))),
    "campaigns": by_key(_CAMPAIGN, number(-(2**31), 2**31 - 1)),
    "events": many(fields(EVENT, required=("kind",))),
    "portrait": fields(PORTRAIT, required=("version", "width", "height")),
    "old_slugs": many(pattern(_SLUG, 80)),
    "identifiers": many(fields(IDENTIFIER, required=("list", "key"))),
    "created_at": moment,
    "updated_at": moment,
}
ADDRESS = {"lines": text(), "script": text(4), "valid_from": partial, "valid_to": partial, "source": text(500)}
PLACE: dict[str, Check] = {
    "slug": pattern(_SLUG, 120),
    "kind": choice(FacilityKind),
    "country": pattern(_CODE, 2),
    "names": many(fields({"name": text(200), "language": text(12), "script": text(4)}, required=("name",))),
    "addresses": many(fields(ADDRESS, required=("lines",))),
    "letter_languages": many(text(12)),
    "letter_pages": number(0, 10_000),
    "avoid_words": many(text(200)),
    "return_envelope": choice(ReturnEnvelope),
    "advice": by_key(_LANGUAGE, text()),
    "rules_as_of": day,
    "created_at": moment,
    "updated_at": moment,
}

RANKS = {
    name: rank
    for rank, name in enumerate(
        dict.fromkeys(
            name
            for each in (PRISONER, PLACE, NAME, DESIGNATION, EVENT, RETRACTED, PORTRAIT, IDENTIFIER, ADDRESS)
            for name in each
        )
    )
}
"""The order of columns in a table."""
