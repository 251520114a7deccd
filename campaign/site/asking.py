"""What somebody asks of the list of prisoners, read out of an address, and the one address that asks the same.

Forms without a script send every field, empty ones too, and links get things hung on. One address for one question
keeps caches small and links short.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from campaign.prisoners.found import Filters, Order
from campaign.prisoners.models import Status
from campaign.web.questions import LONGEST_VALUE, Question, line, search_words, slug

MONTHS = range(1, 13)
ORDERS: tuple[Order, ...] = ("name", "least_written_to", "longest_detained", "newest")
"""The first needs no saying."""

_FEW = frozenset({"status", "campaign", "month", "without", "order"})
"""Fields with few values: with one of them alone, the page is one that many people see."""


@dataclass(frozen=True, slots=True)
class Asked(Question):
    """One question to the list. Made by `read`: every value is sound."""

    q: str = ""
    status: str = ""
    facility: str = ""
    campaign: str = ""
    article: str = ""
    month: str = ""
    without: str = ""
    order: str = ""
    after: str = ""
    before: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Asked:
        """What `given` asks; whatever makes no sense is left out."""
        after = _opaque(given.get("after", ""))
        return cls(
            q=search_words(given.get("q", "")),
            status=_one_of(given.get("status", ""), [status.value for status in Status]),
            facility=slug(given.get("facility", "")),
            campaign=slug(given.get("campaign", "")),
            article=line(given.get("article", ""))[:LONGEST_VALUE].rstrip(),
            month=_one_of(given.get("month", ""), [str(month) for month in MONTHS]),
            without="1" if given.get("without") else "",
            order=_one_of(given.get("order", ""), ORDERS[1:]),
            after=after,
            before="" if after else _opaque(given.get("before", "")),
        )

    @property
    def filters(self) -> Filters:
        """The same, as the search wants it."""
        return Filters(
            q=self.q,
            status=(self.status,) if self.status else (),
            facility=self.facility,
            campaign=self.campaign,
            article=self.article,
            birth_month=int(self.month) if self.month else None,
            without_godparent=bool(self.without),
            order=next((order for order in ORDERS if order == self.order), ORDERS[0]),
        )

    @property
    def narrowed(self) -> bool:
        """Whether anything but the place in the list is asked."""
        return any(name not in {"after", "before"} for name, _ in self.pairs)

    @property
    def filtered(self) -> bool:
        """Whether something besides words to search for and a status is asked: what the form folds away."""
        return any(name not in {"q", "status", "after", "before"} for name, _ in self.pairs)

    @property
    def asked_by_many(self) -> bool:
        """Whether it is one of a few hundred questions at most. Only their answers are kept for everybody."""
        return len(self.pairs) <= 1 and all(name in _FEW for name, _ in self.pairs)


def _one_of(text: str, values: Sequence[str]) -> str:
    return text if text in values else ""


def _opaque(text: str) -> str:
    """A place in the list as the search wrote it: printable ASCII; the search itself says whether it is one."""
    return text if len(text) <= 4 * LONGEST_VALUE and text.isascii() and text.isprintable() else ""
