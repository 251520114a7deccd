"""Words of any script that has an alphabet, in Latin letters, as English texts mostly write them.

`romanisation.json` is the data:

    letters      for each script its letters and what they become, in pairs; "-" stands for nothing
    sequences    letters that are read together, done before
    azerbaijani  how Latin words with an "ə" are read; they are the only ones that have it
    look_alikes  pairs: a letter of the script, and the Latin one that looks the same

Vowels that a script does not write (Arabic, Hebrew) stay away. What has no alphabet, Chinese for one, stays as it is.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from functools import lru_cache
from importlib import resources

from campaign.kit.scripts import script_of_letter

LONGEST_WORD = 128
"""Characters of a word that are looked at."""


def split(text: str) -> list[str]:
    """The words of `text`, in form NFKC, as they are written but without apostrophes and what nobody sees."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.replace("№", " "))
    return [word[:LONGEST_WORD] for word in text.translate(_SIGNS).split()]


@lru_cache(maxsize=32768)
def romanise(word: str) -> str:
    """A word of `split` in lower-case Latin letters without marks; letters of other scripts stay, in form NFKC."""
    if word.isascii():
        return word.lower()
    word = _in_one_script(word).casefold()
    if "ə" in word:
        word = word.translate(_AZERBAIJANI)
    word = unicodedata.normalize("NFKD", word).translate(_MARKS)
    for sequence, latin in _SEQUENCES:
        word = word.replace(sequence, latin)
    return unicodedata.normalize("NFKC", word.translate(_LETTERS))


def sortable(text: str) -> str:
    """`text` as it is put in order: its words romanised, so that names in several alphabets make one list."""
    return " ".join(map(romanise, split(text)))


def _in_one_script(word: str) -> str:
    """The word with look-alikes of another script put right: the script of most letters is what was meant.

    If both have as many, that one which has a letter that the other cannot imitate; else Latin.
    """
    counted = Counter(script_of_letter(letter) for letter in word if letter.isalpha())
    for other, (to_latin, from_latin) in _LOOK_ALIKES.items():
        if not (counted["Latn"] and counted[other]):
            continue
        own = counted[other] - counted["Latn"]
        if own == 0:
            letters = [ord(letter) for letter in word]
            theirs = sum(script_of_letter(chr(code)) == other and code not in to_latin for code in letters)
            latin = sum(script_of_letter(chr(code)) == "Latn" and code not in from_latin for code in letters)
            own = theirs - latin
        word = word.translate(from_latin if own > 0 else to_latin)
    return word


# ---------------------------------------------------------------------------------------------------------------------
# Tables


class _Signs(dict[int, str | int]):
    """What becomes of a character before words are looked for: filled as characters come, for there are a million."""

    _MOST = 20_000

    def __missing__(self, code: int) -> str | int:
        character = chr(code)
        found = self._read(character)
        if len(self) < self._MOST:
            self[code] = found
        return found

    @staticmethod
    def _read(character: str) -> str:
        if character in _APOSTROPHES:
            return ""
        category = unicodedata.category(character)
        if category == "Nd":
            return str(unicodedata.decimal(character))
        if category in {"Cf", "Cs", "Co", "Cn"}:
            return ""
        return character if category[0] in "LMN" else " "


_APOSTROPHES = frozenset("'’‘`´ʼʹʻʽʾʿ′ˈ＇‛ʺ״׳")
_SIGNS = _Signs()

_MARKS = dict.fromkeys(
    code
    for first, last in (
        (0x0300, 0x036F),  # Latin, Greek, Cyrillic
        (0x0483, 0x0489),  # Old Cyrillic
        (0x0591, 0x05C7),  # Hebrew points
        (0x0610, 0x061A),
        (0x064B, 0x065F),
        (0x0670, 0x0670),
        (0x06D6, 0x06ED),  # Arabic vowels and signs
        (0x1AB0, 0x1AFF),
        (0x1DC0, 0x1DFF),
        (0x20D0, 0x20FF),
        (0xFE20, 0xFE2F),
    )
    for code in range(first, last + 1)
    if unicodedata.category(chr(code))[0] == "M"
)


def _pairs(text: str) -> dict[int, str]:
    parts = text.split()
    return {
        ord(letter): latin.replace("-", "") for letter, latin in zip(parts[::2], parts[1::2], strict=True) if letter
    }


_DATA = json.loads(resources.files("campaign.kit").joinpath("romanisation.json").read_text(encoding="utf-8"))
_LETTERS = {code: latin for script in _DATA["letters"].values() for code, latin in _pairs(script).items()}
_SEQUENCES = [(letters, latin) for script in _DATA["sequences"].values() for letters, latin in script.items()]
_AZERBAIJANI = str.maketrans(_DATA["azerbaijani"])
_LOOK_ALIKES = {
    script: (
        {ord(pair[0]): pair[1] for pair in pairs.split()},
        {ord(pair[1]): pair[0] for pair in reversed(pairs.split())},
    )
    for script, pairs in _DATA["look_alikes"].items()
}
