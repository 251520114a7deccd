"""Every field of our own form, and what may stand in it.

docs/prisoner-lists.md tells the same in words; a test compares the two.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from campaign.facilities.models import FacilityKind, ReturnEnvelope
from campaign.pictures import bare_format
from campaign.prisoners.importing.own_checks import (
    NOTHING,
    Bad,
    Check,
    any_object,
    base64_file,
    by_key,
    choice,
    day,
    exactly,
    fields,
    for_readers,
    hexadecimal,
    many,
    moment,
    number,
    partial,
    pattern,
    text,
    truth,
    url,
)
from campaign.prisoners.models import Consent, EventKind, Gender, NameKind
from campaign.prisoners.service import RESERVED

MOST_PIXELS = 20_000

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_CAMPAIGN = re.compile(r"[A-Za-z0-9_-]{1,80}", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z0-9-]{0,12}", re.ASCII)
_CODE = re.compile(r"[A-Z]{2}", re.ASCII)
_VERSION = re.compile(r"[A-Za-z0-9_-]{1,16}", re.ASCII)


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


def picture(value: Any, field: str) -> Any:
    """One size of a portrait: bytes of its format that hold pixels and nothing else, as ours do."""
    found = fields(FILE, required=("size", "format", "content"))(value, field)
    if bare_format(base64.b64decode(found["content"])) != found["format"]:
        raise Bad(field, "not_a_picture")
    return found


def details(value: Any, field: str) -> Any:
    """What an event tells besides words. Life and pages are made of some of it; the rest has whatever shape."""
    found = any_object(value, field)
    if found is not NOTHING:
        if "facility" in found:
            raise Bad(f"{field}/facility", "unknown_field")
        for name, each in DETAILS.items():
            if found.get(name) is not None:
                each(found[name], f"{field}/{name}")
    return found


SENTENCE = {
    **{name: exactly(str, text()) for name in ("kind", "text", "regime")},
    **{name: exactly(int, number(0, 1_000_000)) for name in ("months", "days")},
    "start": exactly(str, partial),
}
DETAILS = {
    "articles": many(fields({name: exactly(str, text()) for name in ("code", "text")})),
    "sentence": fields(SENTENCE),
}
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
    "details": details,
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
