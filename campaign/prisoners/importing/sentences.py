"""Sentences as lists write them: "4 1/2 years", "five years and six months", "5 лет 6 месяцев", "life"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

LONGEST = 500

KINDS = (
    # The first that fits counts. What is suspended, or served elsewhere than in prison, says so beside its length.
    ("acquitted", r"acquit|not guilty|оправда|виправда|апраўда|bəraət|beraat|freispruch|acquitt|absuelt|براءة"),
    (
        "suspended",
        r"suspended|conditional|probation|условн|умовн|умоўн|с отсрочкой|şərti|ertelen|bewährung|sursis|وقف التنفيذ",
    ),
    ("psychiatric", r"psychiatric|психиатр|психіатр|compulsory (?:medical )?treatment|принудительн\w+ лечен"),
    ("house_arrest", r"house arrest|home arrest|домашн\w+ арест|домашн\w+ арышт|хатні|ev həbsi|ev hapsi|hausarrest"),
    (
        "house_arrest",
        r"(?:restrict\w+ (?:of )?(?:freedom|liberty)|home (?:chemistry|khimiya))[^.;]{0,60}without|без направлени",
    ),
    (
        "restricted",
        (
            r"restrict\w+ (?:of )?(?:freedom|liberty)|open[- ](?:type|prison|facility)|khimiya|хими[яи]\b"
            r"|ограничени\w+ свобод|абмежаванн\w+ (?:волі|свабод)|обмеженн\w+ волі"
        ),
    ),
    ("death", r"death (?:penalty|sentence)|sentenced to death|смертн|высш\w+ мер|idam|todesstrafe|peine de mort|إعدام"),
    (
        "life",
        (
            r"\blife\b|lifelong|lifetime|пожизненн|довічн|пажыццёв|ömürlük|müebbet|lebenslang|perpétuité"
            r"|cadena perpetua|مؤبد"
        ),
    ),
)
"""Kinds of sentence besides `prison` and `fine`, with what tells them."""

_KINDS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in KINDS)
_FINE = re.compile(r"\bfined?\b|штраф|cərimə|para cezası|geldstrafe|amende|multa|غرامة", re.IGNORECASE)
_REGIME = re.compile(
    r"\b(?:in|at) (?:an?|the) (?P<regime>[\w\- ]{0,40}(?:colony|prison|regime|jail|facility))", re.IGNORECASE
)

_UNITS = {
    "years": r"years?|yrs?|y|лет|год(?:а|ов|ы|і|оў)?|г|рок(?:и|ів|у)?|рік|il|yıl|"
    r"jahre?n?|ans?|années?|años?|سنوات|سنة|سنين|عام|سال",
    "months": r"months?|mos?|мес(?:яц(?:а|ев|аў|ы)?)?|місяц(?:і|ів|ь)|месяц|ay|"
    r"monate?n?|mois|meses|mes|أشهر|شهور|شهر|ماه",
    "weeks": r"weeks?|недел[яьи]|тыдн[іяў]+|тижн\w+|həftə|hafta|wochen?|semaines?|semanas?|أسابيع|أسبوع|هفته",
    "days": r"days?|сут(?:ок|ки)|д(?:ень|ня|ней)|дн(?:і|ів|я)|дзён|дзень|gün|tage?n?|jours?|días?|أيام|يوم|روز",
}
_UNIT = {unit: re.compile(rf"(?:{words})\.?", re.IGNORECASE) for unit, words in _UNITS.items()}
_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_OTHER_WORDS = (
    "один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать",
    "bir iki üç dört beş altı yeddi səkkiz doqquz on",
    "bir iki üç dört beş altı yedi sekiz dokuz on",
    "ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "un deux trois quatre cinq six sept huit neuf dix onze douze",
)
_NUMBERS = {word: number for line in (_WORDS, *_OTHER_WORDS) for number, word in enumerate(line.split(), 1)} | {"a": 1}
_HALF = r"(?:and (?:a )?half|с половиной|з половиною|з паловай|yarım|buçuk|et demie?)"
_IN_WORDS = "|".join(sorted(map(re.escape, _NUMBERS), key=len, reverse=True))
_NUMBER = rf"(?:\d{{1,3}}(?:[.,]\d{{1,2}})?(?: \d/\d)?|\d/\d|{_IN_WORDS})"
_WORDS_OF_UNITS = "|".join(_UNITS.values())
_PIECE = re.compile(
    rf"(?<![\w/])(?P<number>{_NUMBER})(?P<half_before>[ -]{_HALF})?[ -]?(?P<unit>{_WORDS_OF_UNITS})(?!\w)\.?"
    rf"(?P<half_after> {_HALF})?",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\s,.+;]*(?:and|и|і|и|ve|və|und|et|y|e|و)?\s*", re.IGNORECASE)
_FRACTIONS = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3"}
_ORDER = tuple(_UNITS)
_OTHER_DIGIT = re.compile(r"[^\D0-9]")


def read_sentence(text: str, *, more: str = "", start: str = "") -> dict[str, Any] | None:
    """The sentence that `text` tells, as `details["sentence"]`; None for an empty text.

    `more` is a second text with the kind and regime ("imprisonment in a medium-security penal colony"), `start` a
    partial date. Always there: `kind` (`prison`, `life`, `death`, `restricted`, `house_arrest`, `psychiatric`,
    `suspended`, `fine`, `acquitted`) and `text`. If known: `months` and `days` (to be added up), `regime`, `start`.
    A length that is not clear ("2 to 5 years", "10 years, reduced to 8") is left out.
    """
    whole = ", ".join(part for part in (" ".join(text[:LONGEST].split()), " ".join(more[:LONGEST].split())) if part)
    if not whole:
        return None
    return {**_told(whole), **({"start": start} if start else {})}


@lru_cache(maxsize=4096)  # courts repeat themselves
def _told(whole: str) -> Mapping[str, Any]:
    sentence: dict[str, Any] = {"kind": _kind(whole), "text": whole}
    if sentence["kind"] not in {"life", "death", "acquitted"}:
        sentence |= _length(whole)
    regime = _REGIME.search(whole)
    if regime:
        sentence["regime"] = regime["regime"].strip()
    return sentence


def _kind(text: str) -> str:
    for kind, pattern in _KINDS:
        if pattern.search(text):
            return kind
    return "fine" if _FINE.search(text) and not _PIECE.search(_plain(text)) else "prison"


def _length(text: str) -> dict[str, int]:
    """Months and days of the one length that `text` gives; nothing if it gives several or a range."""
    text = _plain(text)
    pieces = list(_PIECE.finditer(text))
    amounts: dict[str, Fraction] = {}
    for before, piece in zip([None, *pieces], pieces, strict=False):
        unit = _unit(piece["unit"])
        later = all(_ORDER.index(unit) > _ORDER.index(known) for known in amounts)
        if not later or (before and not _BETWEEN.fullmatch(text, before.end(), piece.start())):
            return {}
        if re.search(r"\d\s?[-–]\s?$|\b(?:to|до|bis|à)\s$", text[: piece.start()][-12:]) and _range(
            text, piece.start()
        ):
            return {}
        amounts[unit] = _number(piece["number"])
        if piece["half_before"] or piece["half_after"]:
            amounts[unit] += Fraction(1, 2)
    months = amounts.get("years", Fraction()) * 12 + amounts.get("months", Fraction())
    days = amounts.get("weeks", Fraction()) * 7 + amounts.get("days", Fraction())
    if months.denominator == 2:  # noqa: PLR2004 - half a month
        months, days = months - Fraction(1, 2), days + 15
    lengths = {"months": round(months), "days": round(days)}
    return {unit: number for unit, number in lengths.items() if number}


def _range(text: str, end: int) -> bool:
    """Whether another number stands right before `end`: "2-5 years", "from ten to fifteen days"."""
    return (
        re.search(rf"(?<!\w){_NUMBER}[^\w.;]{{0,3}}(?:to|до|bis|à)?\s?$", text[:end][-40:], re.IGNORECASE) is not None
    )


def _unit(word: str) -> str:
    return next(unit for unit, pattern in _UNIT.items() if pattern.fullmatch(word))


def _number(text: str) -> Fraction:
    if text.casefold() in _NUMBERS:
        return Fraction(_NUMBERS[text.casefold()])
    total = Fraction()
    for part in text.replace(",", ".").split():
        upper, _, lower = part.partition("/")
        total += Fraction(upper) / (int(lower) or 1) if lower else Fraction(upper)
    return total


def _plain(text: str) -> str:
    """ASCII digits and fractions, one kind of space."""
    for sign, written in _FRACTIONS.items():
        text = text.replace(sign, f" {written}")
    return " ".join(_OTHER_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text).split())
