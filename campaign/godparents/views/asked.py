"""What somebody asks of the list of godparents, read out of an address, and the one address that asks the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from campaign.kit import countries
from campaign.web.questions import Question, search_words, slug


@dataclass(frozen=True, slots=True)
class Asked(Question):
    """One question to the list. Made by `read`: every value is sound."""

    q: str = ""
    country: str = ""
    chamber: str = ""
    campaign: str = ""
    after: str = ""
    before: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Asked:
        """What `given` asks; whatever makes no sense is left out."""
        country, after = given.get("country", ""), slug(given.get("after", ""))
        return cls(
            q=search_words(given.get("q", "")),
            country=country if country in countries.codes() else "",
            chamber=slug(given.get("chamber", "")),
            campaign=slug(given.get("campaign", "")),
            after=after,
            before="" if after else slug(given.get("before", "")),
        )

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
