"""Names made comparable over scripts, diacritics, transliterations and look-alike letters.

A word is romanised, then all that different transliterations and missing diacritics make of one sound becomes one
letter. So "Stefanovich", "Stefanovič", "Stefanovic", "Стефанович" and "Стэфановіч" are equal. Folded words are keys,
not spellings: they are compared and never shown.
"""

from __future__ import annotations

import re
from functools import lru_cache

from campaign.kit.romanisation import romanise, split

LONGEST = 64
"""Characters of a folded word."""


def fold(text: str) -> str:
    """All words of `text` folded, in their order, joined by one space: equal for spellings of the same name.

    Folding what is folded changes nothing. Any text will do.
    """
    return " ".join(words(text))


def words(text: str) -> list[str]:
    """The folded words of `text`, in their order; at most `LONGEST` characters each. Hyphens part words."""
    return [folded for word in split(text) if (folded := _fold(word))]


@lru_cache(maxsize=32768)
def skeleton(word: str) -> str:
    """What is left of a folded word when vowels and what is often confused are gone: for a second, wider look.

    A vowel at the beginning stays, as "a". Words that are not in Latin letters once folded are their own skeleton.
    """
    if not word.isascii():
        return word[:LONGEST]
    word = _CONSONANT_U.sub("v", _CONFUSED.sub(_read_confused, word))
    if word.endswith("f"):  # -off
        word = word[:-1] + "v"
    frame = word.translate(_WITHOUT_VOWELS)
    return (("a" if word[:1] in _VOWELS else "") + frame)[:LONGEST]


@lru_cache(maxsize=65536)
def _fold(word: str) -> str:
    word = _one_way(romanise(word))
    while _SEVERAL_WAYS.search(word) or not word.isascii():  # what one rule leaves may be what another waits for
        before, word = word, _one_way(romanise(word))
        if word == before:
            break
    return word[:LONGEST]


def _one_way(word: str) -> str:
    """Sounds that are written in several ways, in one; the rules are tried again on what comes out."""
    word = _PAIRS.sub(_read_pair, word).translate(_LETTERS)
    return _REPEATED.sub(r"\1", _MUTE_E.sub(r"\1", _SOFT_E.sub("e", _REPEATED.sub(r"\1", word))))


def _read_pair(found: re.Match[str]) -> str:
    return _SOUNDS.get(found[0], "a")


def _read_confused(found: re.Match[str]) -> str:
    return _ALIKE[found[0]]


# ---------------------------------------------------------------------------------------------------------------------
# Rules. What a name loses on its way through keyboards and languages decides: "š" becomes "s" or "sh", so all three
# are one; Russian writes the "h" of others as "г" or "х", so all these are one. No "h" and "j" are left, so that no
# pair with them arises anew.

_SOUNDS = {
    "dzh": "i",  # Джафаров, Jafarov: as "j", which others read as "y"
    "shch": "sc",
    "szcz": "sc",
    "tsch": "c",
    "tch": "c",
    "sch": "s",
    "chl": "kl",
    "chr": "kr",  # Christina, Кристина
    "cz": "c",
    "ch": "c",
    "sh": "s",
    "sz": "s",
    "zh": "z",
    "gh": "g",
    "kh": "g",
    "ph": "f",
    "th": "t",
    "tz": "ts",
    "x": "ks",
}
_PAIRS = re.compile("|".join([*_SOUNDS, "ah$"]))  # Sarah, Sara; Abdullah, Abdulla
_LETTERS = str.maketrans({"h": "g", "w": "v", "q": "k", "y": "i", "j": "i"})
_SOFT_E = re.compile("ie")  # Evgeny, Yevgeny; Aliev, Aliyev
_MUTE_E = re.compile("([aou])e")  # Schroeder, who has lost the dots of his ö
_REPEATED = re.compile(r"([a-z])\1+")  # Filipp, Filip; -skiy, -ski
_SEVERAL_WAYS = re.compile(r"[cst]z|x|[iaou]e|([a-z])\1")

_ALIKE = {
    "sc": "s",
    "ts": "t",
    "c": "t",  # Belarusian and Łacinka: Валянцін, Valentin; Bialacki, Bialiatski
    "dz": "d",  # Дзмітрый, Dmitry
}
_CONFUSED = re.compile("|".join(_ALIKE))
_CONSONANT_U = re.compile("^u(?=[^aeiou])|(?<=[aeo])u|(?<![^aeiou])u(?=[aeio])")  # Uladzimir, Vladimir; -oŭ, -ov
_VOWELS = frozenset("aeiou")
_WITHOUT_VOWELS = dict.fromkeys(map(ord, _VOWELS))
