"""Texts as layouts take them: each with its language, the side it is read from, and the words it breaks into."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from campaign.kit.scripts import direction

Part: TypeAlias = dict[str, object]
"""`text`, its `words`, `language` (first part of a BCP 47 tag) and `right` (read from there); for `lettering.typ`."""
UNSEEN = frozenset({"title", "publisher", "language", "paper", "portrait", "photo", "words"})
"""Keys of a layout's data whose texts are not set in letters."""
_LONGEST_WORD = 30
_RIGHT_LANGUAGES = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_EASTERN_SCRIPTS = frozenset({"Hani", "Hira", "Jpan", "Kana", "Hang"})


def part(text: str, language: str, script: str = "", hyphen: str = "\u00ad") -> Part:
    """A text as the layout takes it. A word that no line could hold may be broken, with or without a hyphen."""
    breakable = re.sub(rf"[^\s\u200b-]{{{_LONGEST_WORD}}}(?=[^\s\u200b-])", rf"\g<0>{hyphen}", text)
    main = main_language(language)
    return {
        "text": breakable,
        "words": [word for word in re.split(r"[^\S\u00a0]+|[\u00ad\u200b]|(?<=-)", breakable) if word] or [""],
        "language": main,
        "right": direction(script) == "rtl" if script else main in _RIGHT_LANGUAGES,
    }


def address(url: str) -> Part:
    """An address to be read from paper: without its scheme, broken after a slash."""
    return part(re.sub("(/)", "\\1\u200b", url.partition("://")[2]), "en", hyphen="\u200b")


def main_language(language: str) -> str:
    """The first part of a BCP 47 tag, if it can be one."""
    main = language.partition("-")[0].lower()
    return main if re.fullmatch(r"[a-z]{2,3}", main) else "en"


def seen_texts(data: object) -> Iterator[str]:
    """Every text in a layout's data that will be seen."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            if key not in UNSEEN:
                yield from seen_texts(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from seen_texts(value)


def beginning(text: str, longest: int) -> str:
    """The first sentences of a text, `longest` characters at most; what had to be cut within one ends in "…"."""
    if len(text) <= longest:
        return text
    ends = rf"(.{{{min(40, longest - 1)},{longest - 1}}}(?:[.!?؟։।](?=\s|$)|[。！？]))"
    sentences = re.match(ends, text, re.DOTALL)
    if sentences:
        return sentences[1]
    words = text[: longest - 1].rpartition(" ")[0]
    kept = words if len(words) > longest // 2 else text[: longest - 1]  # not every script parts its words
    return kept.rstrip(" ,;:–-") + "…"


def eastern(names: Iterable[tuple[str, str]]) -> str:
    """Of names, each with script and language, the first one's language that says which form a Han character has."""
    return next((language for script, language in names if script in _EASTERN_SCRIPTS), "")
