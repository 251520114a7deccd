"""What lists are asked by their addresses: values made sound, and the one address that asks the same."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

LONGEST_SEARCH = 100
LONGEST_VALUE = 120
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Question:
    """One question to a list; a field for each thing that can be asked, empty is "any", in the order of the address."""

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Names and values as they stand in the one address."""
        return [(field.name, value) for field in fields(self) if (value := str(getattr(self, field.name)))]

    def query(self, language: str = "", **changes: str) -> str:
        """The query string that asks this with some changes, from the first page on unless they say otherwise."""
        pairs = replace(self, **({"after": "", "before": ""} | changes)).pairs
        return urlencode([*pairs, *([("lang", language)] if language else [])])


def search_words(text: str) -> str:
    """What is searched for, in one line; the rest of what is too long is left out."""
    return line(text)[:LONGEST_SEARCH].rstrip()


def line(text: str) -> str:
    """The text in one line, without what cannot be seen."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def slug(text: str) -> str:
    """The text if it may be a slug, else nothing."""
    return text if len(text) <= LONGEST_VALUE and _SLUG.fullmatch(text) else ""
