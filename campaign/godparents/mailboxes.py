"""Whether a mailbox bears somebody's name, as parliaments give them: `mari.tamm`, `m.tamm`, `tamm`, `tamm.mari`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from campaign.kit import folding
from campaign.kit.romanisation import romanise, split

OFFICES = frozenset({"mp", "mep", "msp", "mla", "td"})
"""What some parliaments put behind a member's name: `jane.doe.mp`."""

SHARED = frozenset(
    {"admin", "contact", "desk", "info", "kontakt", "mail", "media", "minister", "news", "office", "post"}
    | {"president", "press", "secretary", "speaker", "web"}
)
"""Mailboxes of many, also where somebody is called so."""

_TELLING = 4
"""Letters from which one word of a family name of several stands for it."""
_BETWEEN = re.compile(r"[\W_]+")


def bears(local: str, name: str, given_name: str, family_name: str) -> bool:
    """Whether the part before the "@" is the family name, alone or with the given name or its initials.

    All spellings are one (`kit.folding`). Where the roster does not say which word of `name` is the family's, the whole
    name is asked for. A number behind the name tells a second one of the same name: it is not taken.
    """
    parts = [part for part in _BETWEEN.split(local.lower()) if part]
    if len(parts) > 1 and parts[-1] in OFFICES:
        parts = parts[:-1]
    text = "".join(parts)
    if not text or text in SHARED or any(sign.isdigit() for sign in text):
        return False
    return _fold(text) in set(map(_fold, _forms(name, given_name, family_name)))


def _forms(name: str, given_name: str, family_name: str) -> Iterator[str]:
    words = _words(family_name)
    if not words:
        words = _words(name)
        if len(words) > 1:
            yield from ("".join(words), "".join([words[-1], *words[:-1]]), "".join([*words[1:], words[0]]))
        return
    telling = (word for word in (*words[:1], *words[-1:]) if len(word) >= _TELLING)
    for family in {"".join(words), *telling}:
        for given in _given(_words(given_name)):
            yield given + family
            yield family + given


def _given(words: Sequence[str]) -> set[str]:
    initials = [word[:1] for word in words]
    return {"", "".join(words), *words[:1], "".join(initials), *initials[:1]}


def _words(name: str) -> list[str]:
    """In Latin letters, before an initial is taken: in a word of another script it would be read as a look-alike."""
    return [romanise(word) for word in split(name)]


def _fold(text: str) -> str:
    return "".join(folding.words(text))
