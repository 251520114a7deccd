"""Articles of a code, out of what lists write: "Part 2 of Art. 293 of the Criminal Code — Riots" has the code `293(2)`.

A code is the article's number, then the part in brackets: `293`, `293(2)`, `361-1`, `234.4.3`. The text stays whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

LONGEST_CODE = 40

_NUMBER = r"\d{1,4}[a-z]?(?:[.\-/]\d{1,3}){0,4}"
_ARTICLE = (
    r"(?:§§?|\b(?:art(?:icle|icles|ículo|\.)?|maddə(?:si|ləri)?|madde(?:si|leri)?|ст(?:ать[яеиію]|атт[яі]|\.)?"
    r"|арт(?:ыкул[ау]?|\.)?|paragraph|provisions?|TCK|TMK|StGB|المادة|ماده)(?![^\W\d]))"
)
_PART = r"\b(?:parts?|par(?:a|agraph)?\.?|абз\.?|ч(?:аст[ьи]|астк[аі]|\.)?|частин[аи]|absatz|abs\.)(?![^\W\d])"
_WITH_PART_BEFORE = (
    rf"{_PART} ?(?P<part_before>\d{{1,2}}(?:\.\d)?),? ?(?:of |del? |der )?(?:the )?{_ARTICLE} ?(?P<with_part>{_NUMBER})"
)
_WITH_PART_AFTER = (
    rf"{_ARTICLE} ?(?P<number>{_NUMBER})(?:\((?P<in_brackets>\d{{1,2}})\))?"
    rf"(?:[, ]{{1,2}}{_PART} ?(?P<part_after>\d{{1,2}}(?:\.\d)?))?"
)
_FOUND = re.compile(f"{_WITH_PART_BEFORE}|{_WITH_PART_AFTER}", re.IGNORECASE)
_BARE = re.compile(rf"({_NUMBER})(?: ?\((\d{{1,2}})\))?\.?")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_RAISED = re.compile(r"(?<=\d)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
_BRACKET = re.compile(r"[()]")
_LONGEST_TEXT = 2000


def codes_in(text: str) -> list[str]:
    """The codes of all articles that `text` names, in its order. A text that is only a number names that article."""
    return list(_codes_in(text))


@lru_cache(maxsize=4096)  # a list names few articles, each of them often
def _codes_in(text: str) -> tuple[str, ...]:
    plain = _plain(text[:_LONGEST_TEXT])
    bare = _BARE.fullmatch(plain.strip())
    if bare:
        return (_code(bare[1], bare[2]),)
    found = [
        _code(
            match["with_part"] or match["number"], match["part_before"] or match["part_after"] or match["in_brackets"]
        )
        for match in _FOUND.finditer(plain)
    ]
    return tuple(dict.fromkeys(found))


def articles_in(cells: Iterable[str], explained: str = "") -> list[dict[str, str]]:
    """What `cells` say, as an event's `details["articles"]`: `[{"code": "293(2)", "text": "Part 2 of Art. 293 …"}]`.

    A cell that names several articles gives one each; the first has its text. A cell without any keeps its text with
    an empty code. `explained` is prose with the meaning of each in brackets: "Articles 206.1 (Smuggling); 233 (Riots)".
    """
    articles: dict[tuple[str, str], dict[str, str]] = {}
    for cell in cells:
        text = " ".join(cell.split())
        codes = codes_in(text) or [""]
        for position, code in enumerate(codes):
            told = "" if position or _BARE.fullmatch(_plain(text)) else text
            article = {"code": code, "text": told or meaning_of(code, explained)}
            articles.setdefault((code, "" if code else text), article)
    return [article for article in articles.values() if article["code"] or article["text"]]


def meaning_of(code: str, prose: str) -> str:
    """What stands in brackets behind `code` in `prose`; empty if nothing does."""
    if not code or not prose:
        return ""
    number = re.escape(code.partition("(")[0])
    found = re.search(rf"(?<![\d.\-/]){number}(?![\d\-/]|\.\d)[^()\d;]{{0,60}}\(", prose)
    if found is None:
        return ""
    depth, start = 1, found.end()
    for bracket in _BRACKET.finditer(prose, start, start + _LONGEST_TEXT):
        depth += 1 if bracket[0] == "(" else -1
        if depth == 0:
            return " ".join(prose[start : bracket.start()].split())
    return ""


def _code(number: str, part: str | None) -> str:
    number = number.rstrip(".").lower()
    return (f"{number}({part})" if part else number)[:LONGEST_CODE]


def _plain(text: str) -> str:
    """One kind of digits and spaces; a raised number is an article of its own: 361¹ is 361-1."""
    text = _RAISED.sub(lambda raised: "-" + raised[1].translate(_SUPERSCRIPTS), text)
    return " ".join(_OTHER_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text).split())
