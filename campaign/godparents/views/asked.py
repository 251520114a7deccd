"""What somebody asks of the list of godparents, read out of an address, and the one address that asks the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

from campaign.kit import countries

LONGEST_SEARCH = 100
LONGEST_SLUG = 120
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question; empty is "any". Fields stand in the order of the address. Made by `read`: every value is sound."""

    q: str = ""
    country: str = ""
    chamber: str = ""
    campaign: str = ""
    after: str = ""
    before: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Asked:
        """What `given` asks; whatever makes no sense is left out."""
        country, after = given.get("country", ""), _slug(given.get("after", ""))
        return cls(
            q=_line(given.get("q", ""))[:LONGEST_SEARCH].rstrip(),
            country=country if country in countries.codes() else "",
            chamber=_slug(given.get("chamber", "")),
            campaign=_slug(given.get("campaign", "")),
            after=after,
            before="" if after else _slug(given.get("before", "")),
        )

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Names and values as they stand in the one address."""
        return [(field.name, value) for field in fields(self) if (value := str(getattr(self, field.name)))]

    @property
    def narrowed(self) -> bool:
        """Whether only some are asked for."""
        return bool(self.q or self.country or self.chamber)

    @property
    def first(self) -> bool:
        """Whether it is the beginning of the whole list: there the numbers stand, too."""
        return not (self.narrowed or self.after or self.before)

    @property
    def asked_by_many(self) -> bool:
        """Whether it is one of a few hundred questions at most. Only their answers are kept for everybody."""
        return not (self.q or self.after or self.before) and len(self.pairs) <= 1

    def query(self, language: str = "", **changes: str) -> str:
        """The query string that asks this with some changes, from the first page on unless they say otherwise."""
        pairs = replace(self, **({"after": "", "before": ""} | changes)).pairs
        return urlencode([*pairs, *([("lang", language)] if language else [])])


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _slug(text: str) -> str:
    return text if len(text) <= LONGEST_SLUG and _SLUG.fullmatch(text) else ""
