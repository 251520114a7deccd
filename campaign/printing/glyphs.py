"""Which fonts hold every character of a text. One that none holds is an error that names it, never a box on paper.

The fonts in `fonts/` come with us and cover most living scripts but Chinese, Japanese and Korean, whose fonts are
larger than the rest of the program. Noto fonts that the system has are used beside them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import typst
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # ships no types

FOLDER = Path(__file__).parent / "fonts"
FIRST = "Noto Sans"
"""Tried before all others; holds Latin, Cyrillic, Greek and punctuation."""
_EAST = {"ja": "JP", "ko": "KR", "zh-Hant": "TC", "zh-TW": "TC", "zh-HK": "HK"}
_EAST_NAMES = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC")
_UNUSUAL = ("Mono", "Display", "Emoji", "Looped", "Unjoined", "Rashi", "Kufi", "Music")
# A sign with all that stands on it; joiners and selectors hold it together.
_MARKS = ("Mn", "Mc", "Me")
_UNSEEN = re.compile("[\\s\u00ad\u034f\u061c\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")


class MissingGlyph(Exception):
    """No font here can show `character`. `package` is the Debian package that probably can; empty if none."""

    def __init__(self, character: str) -> None:
        super().__init__(f"no glyph for {code_points(character)}")
        self.character = character
        self.code_point = code_points(character)
        self.package = _package(character)


@dataclass(frozen=True, slots=True)
class FontChoice:
    """Families to be tried in this order; `system` if some of them are not our own."""

    families: tuple[str, ...]
    system: bool = False

    def loaded(self) -> typst.Fonts:
        """The fonts themselves, for the typesetter."""
        return _system() if self.system else _own()


def fonts_for(texts: Iterable[str], language: str = "") -> FontChoice:
    """The families that together show all of `texts`, the usual first. Raises `MissingGlyph`.

    `language` (BCP 47) decides between the Chinese, Japanese and Korean forms of one character.
    """
    chosen, system = [FIRST], False
    for cluster in sorted({cluster for text in texts for cluster in clusters(text)}):
        if any(_shows(family, cluster) for family in chosen):
            continue
        family, ours = _family_for(cluster, _EAST.get(language, _EAST.get(language.partition("-")[0], "SC")))
        chosen.append(family)
        system = system or not ours
    return FontChoice(tuple(chosen), system)


def clusters(text: str) -> list[str]:
    """The visible signs of a text, each with the marks that belong to it, in form NFC."""
    found: list[str] = []
    for character in _UNSEEN.sub(" ", unicodedata.normalize("NFC", text)):
        if found and found[-1] != " " and unicodedata.category(character) in _MARKS:
            found[-1] += character
        else:
            found.append(character)
    return [cluster for cluster in found if cluster != " "]


def code_points(text: str) -> str:
    """`U+4E2D`; of more than one, with spaces between."""
    return " ".join(f"U+{ord(character):04X}" for character in text)


# ---------------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _family_for(cluster: str, east: str) -> tuple[str, bool]:
    """The family that shows it, and whether it is one of ours."""
    for ours, files in ((True, _files(_own())), (False, _files(_system()))):
        for family in _in_order(files, east):
            if _shows(family, cluster):
                return family, ours
    raise MissingGlyph(cluster)


def _in_order(families: Iterable[str], east: str) -> list[str]:
    """Plain families before serifs and before odd ones; the wanted East Asian form before its neighbours."""
    noto = [family for family in families if family.startswith("Noto ")]
    return sorted(
        noto,
        key=lambda family: (
            any(word in family for word in _UNUSUAL),
            "Sans" not in family,
            "CJK" in family and not family.endswith(f"CJK {east}"),
            family,
        ),
    )


@cache
def _own() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FOLDER])


@cache
def _system() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[FOLDER])


@cache
def _files(fonts: typst.Fonts) -> dict[str, tuple[tuple[str, int], ...]]:
    """The upright faces of each family: file and number in it."""
    found: dict[str, list[tuple[str, int]]] = {}
    for font in fonts.fonts():
        if font.path and font.style == "normal":
            found.setdefault(font.family, []).append((font.path, font.index))
    return {family: tuple(files) for family, files in found.items()}


def _shows(family: str, cluster: str) -> bool:
    """Whether one family has all of it, composed or taken apart: marks of another font would not stand right."""
    held = _characters(family)
    return set(map(ord, cluster)) <= held or set(map(ord, unicodedata.normalize("NFD", cluster))) <= held


@cache
def _characters(family: str) -> frozenset[int]:
    """What every face of a family holds."""
    files: Sequence[tuple[str, int]] = _files(_own()).get(family) or _files(_system()).get(family) or ()
    held: frozenset[int] | None = None
    for path, number in files:
        with TTFont(path, fontNumber=number, lazy=True) as font:
            face = frozenset(font.getBestCmap() or ())
        held = face if held is None else held & face
    return held or frozenset()


def _package(character: str) -> str:
    name = unicodedata.name(character[0], "")
    if not name:
        return ""
    return "fonts-noto-cjk" if name.startswith(_EAST_NAMES) else "fonts-noto-core"
