"""Countries: the codes of ISO 3166-1 and Kosovo (XK), with their names in the reader's language (CLDR)."""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from babel import Locale
from babel.core import get_global

# Two letters in CLDR, but no ISO 3166-1 code: groupings, test regions, parts of countries.
_NOT_COUNTRIES = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])


@lru_cache(maxsize=1)
def codes() -> frozenset[str]:
    """Two capital letters each; what a signer may choose."""
    return frozenset(_names("en")) - _NOT_COUNTRIES


def choices(language: str) -> list[tuple[str, str]]:
    """(code, name) in the order of that language; `language` as in "be", "pt_BR" or "zh-Hant".

    Raise babel.UnknownLocaleError or ValueError if there is no such language.
    """
    return list(_sorted(language))


@lru_cache(maxsize=128)
def names(language: str) -> Mapping[str, str]:
    """The name of each country by its code, in the order of that language; otherwise as `choices`."""
    return MappingProxyType(dict(_sorted(language)))


def script(code: str) -> str:
    """The script (ISO 15924) that most people of a country write in, such as Cyrl for BY; empty if not known."""
    found = get_global("likely_subtags").get(f"und_{code}", "").split("_")
    return _HAN.get(found[1], found[1]) if code and len(found) == 3 else ""  # noqa: PLR2004 - language, script, territory


_HAN = {"Hans": "Hani", "Hant": "Hani", "Jpan": "Hani"}
"""Kinds of writing whose letters are Chinese characters."""


@lru_cache(maxsize=128)
def _sorted(language: str) -> tuple[tuple[str, str], ...]:
    named = _names("en") | _names(language)
    return tuple(sorted(((code, named[code]) for code in codes()), key=lambda choice: _order(choice[1])))


def _names(language: str) -> dict[str, str]:
    territories = Locale.parse(language.replace("-", "_")).territories
    return {code: name for code, name in territories.items() if code.isalpha()}  # the others are numbers


# ---------------------------------------------------------------------------------------------------------
# Order. CLDR's collations are not in Babel: Latin letters sort without their diacritics (Åland among the A),
# Cyrillic ones by one alphabet that holds the order of each Slavic language that uses it.

_CYRILLIC = "абвгґдђѓеёєжзѕиіїйјкќлљмнњопрстћуўфхцчџшщъыьэюя"
_CYRILLIC_RANKS = {ord(letter): chr(0x10000 + rank) for rank, letter in enumerate(_CYRILLIC)}
_UNDECOMPOSED = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def _order(name: str) -> tuple[str, str]:
    ranked = unicodedata.normalize("NFC", name).casefold().translate(_CYRILLIC_RANKS).translate(_UNDECOMPOSED)
    kept = [c for c in unicodedata.normalize("NFKD", ranked) if not unicodedata.combining(c)]
    return "".join(c for c in kept if not unicodedata.category(c).startswith("P")), name
