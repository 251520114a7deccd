"""Which script a text is written in."""

from __future__ import annotations

import unicodedata

_BY_NAME = {"LATIN": "Latn", "CYRILLIC": "Cyrl"}


def script_of(text: str) -> str:
    """The ISO 15924 code of the script most letters of `text` are in (`Latn`, `Cyrl`, ...); empty without letters."""
    for character in text:
        if character.isalpha():
            return _BY_NAME.get(unicodedata.name(character, "").split(" ", 1)[0], "Zyyy")
    return ""
