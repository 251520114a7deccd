"""Which scripts a text is written in, as codes of ISO 15924."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import lru_cache

UNKNOWN = "Zyyy"
"""Letters of a script that is not in the list below."""

# The first word of a letter's Unicode name is its script, as far as Python knows it.
_BY_NAME = {
    "ARABIC": "Arab",
    "ARMENIAN": "Armn",
    "BENGALI": "Beng",
    "BOPOMOFO": "Bopo",
    "CHEROKEE": "Cher",
    "CJK": "Hani",
    "CYRILLIC": "Cyrl",
    "DEVANAGARI": "Deva",
    "ETHIOPIC": "Ethi",
    "GEORGIAN": "Geor",
    "GLAGOLITIC": "Glag",
    "GREEK": "Grek",
    "GUJARATI": "Gujr",
    "GURMUKHI": "Guru",
    "HANGUL": "Hang",
    "HEBREW": "Hebr",
    "HIRAGANA": "Jpan",
    "KANNADA": "Knda",
    "KATAKANA": "Jpan",
    "KATAKANA-HIRAGANA": "Jpan",
    "KHMER": "Khmr",
    "LAO": "Laoo",
    "LATIN": "Latn",
    "MALAYALAM": "Mlym",
    "MONGOLIAN": "Mong",
    "MYANMAR": "Mymr",
    "NKO": "Nkoo",
    "ORIYA": "Orya",
    "SINHALA": "Sinh",
    "SYRIAC": "Syrc",
    "TAMIL": "Taml",
    "TELUGU": "Telu",
    "THAANA": "Thaa",
    "THAI": "Thai",
    "TIBETAN": "Tibt",
    "TIFINAGH": "Tfng",
    "YI": "Yiii",
}


def script_of(text: str) -> str:
    """The script most letters of `text` are in (`Latn`, `Cyrl`, ...), of equals the first; empty without letters.

    Japanese is `Jpan` as soon as it has kana; Chinese characters alone are `Hani`.
    """
    counted = _counted(text)
    return max(counted, key=counted.__getitem__) if counted else ""


def scripts_in(text: str) -> frozenset[str]:
    """All scripts that letters of `text` are in."""
    return frozenset(_counted(text))


def direction(script: str) -> str:
    """Which way a script (ISO 15924) is written: `rtl` or `ltr`."""
    return "rtl" if script in _FROM_RIGHT else "ltr"


_FROM_RIGHT = frozenset({"Adlm", "Arab", "Aran", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"})


@lru_cache(maxsize=8192)
def script_of_letter(letter: str) -> str:
    """The script of one letter."""
    return _BY_NAME.get(unicodedata.name(letter, "").split(" ", 1)[0], UNKNOWN)


def _counted(text: str) -> Counter[str]:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    counted = Counter(script_of_letter(letter) for letter in text if letter.isalpha())
    if "Jpan" in counted and "Hani" in counted:
        counted["Jpan"] += counted.pop("Hani")
    return counted
