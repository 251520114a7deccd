"""Domains of mailboxes: which one lies at or below which, which belong to nobody's office, which only look official.

`webmail_domains.json` is the data: `brands` (a name, and the endings under which it is a provider) and `domains` (by
where they are from; the last group gives mailboxes away for minutes): a mailbox there says nothing of its owner. Under
`second_levels` the registries of countries give domains to many.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import idna

from campaign.kit import addresses
from campaign.kit.scripts import scripts_in


def normal(text: str) -> str:
    """The domain in `text` as lower-case ASCII (UTS #46, IDNA 2008), as `addresses.parse` has it.

    An "@" in front and a dot at the end are forgiven. Raises `ValueError` if it is no domain of mailboxes.
    """
    domain = text.strip().removeprefix("@").removesuffix(".")
    if "@" in domain:
        raise addresses.AddressProblem("syntax")
    return addresses.parse(f"x@{domain}").domain


def at_or_below(domain: str, official: str) -> bool:
    """Whether `domain` is `official` or lies below it, label by label. Both as `normal` gives them."""
    return bool(official) and (domain == official or domain.endswith("." + official))


def and_above(domain: str) -> list[str]:
    """The domain and all above it that have a dot: `a.b.example` gives `a.b.example`, `b.example`."""
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]


def is_webmail(domain: str) -> bool:
    """Whether anybody can get a mailbox there (or it lies below such a domain)."""
    return not _WEBMAIL.isdisjoint(and_above(domain))


def is_shared(domain: str) -> bool:
    """Whether strangers get domains below it (`co.uk`, `gov.pl`), so that it says nothing of who is there."""
    labels = domain.split(".")
    return len(labels) < 2 or (len(labels) == 2 and len(labels[1]) == 2 and labels[0] in _SECOND_LEVELS)  # noqa: PLR2004 - two labels; two letters of a country


# ---------------------------------------------------------------------------------------------------------------------
# For human eyes


@dataclass(frozen=True, slots=True)
class Looks:
    """How a domain is shown. `readable` is its Unicode form.

    `mixed`: one of its labels has letters of several scripts. `like` is the official domain that it could be taken for,
    without lying at or below it; empty if there is none.
    """

    readable: str
    mixed: bool = False
    like: str = ""

    @property
    def suspicious(self) -> bool:
        """Whether somebody should look twice."""
        return self.mixed or bool(self.like)


def readable(domain: str) -> str:
    """The Unicode form of a domain that `normal` gave; what cannot be decoded stays as it is."""
    try:
        return idna.decode(domain) if "xn--" in domain else domain
    except (idna.IDNAError, UnicodeError):
        return domain


def looks(domain: str, officials: tuple[str, ...] = ()) -> Looks:
    """How `domain` looks to people, and which one of `officials` it looks like. All as `normal` gives them."""
    shown = readable(domain)
    mixed = any(len(scripts_in(label)) > 1 for label in shown.split("."))
    if any(at_or_below(domain, official) for official in officials):
        return Looks(shown, mixed)
    return Looks(shown, mixed, next((official for official in officials if _alike(domain, official)), ""))


def _alike(domain: str, official: str) -> bool:
    """Once look-alikes are the same: the official one's own name stands in the other, perhaps with one slip."""
    theirs, ours = _silhouette(readable(domain)), _silhouette(readable(official))
    name = _own_name(ours)
    if len(name) < _TELLING:
        return _one_slip_apart(theirs, ours)
    return name in theirs or any(_one_slip_apart(label, name) for label in theirs.split("."))


def _own_name(domain: str) -> str:
    """The label that is its owner's: the one before the ending."""
    *labels, ending = domain.split(".")
    while len(labels) > 1 and (len(labels[-1]) <= _COUNTRY or labels[-1] in _SECOND_LEVELS):
        labels.pop()
    return labels[-1] if labels else ending


@lru_cache(maxsize=4096)
def _silhouette(text: str) -> str:
    """What the eye takes in: look-alike letters of other scripts, digits and pairs as Latin letters."""
    plain = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).translate(_LOOK_ALIKE)
    return plain.replace("rn", "m").replace("vv", "w")


def _one_slip_apart(one: str, other: str) -> bool:
    """Whether they are equal, or one letter more, less, other, or two neighbours swapped, makes them so."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, left = one[start:], other[start:]
    swapped = rest[1:2] + rest[:1] + rest[2:]
    return rest in (left, left[1:]) or rest[1:] in (left, left[1:]) or swapped == left


_TELLING = 5
"""Letters below which a name is in too many others."""

_COUNTRY = 2
"""Letters of a country's ending."""


_DATA = json.loads(resources.files(__package__).joinpath("webmail_domains.json").read_text(encoding="utf-8"))
_WEBMAIL = frozenset(
    f"{brand}.{ending}" for brand, endings in _DATA["brands"].items() for ending in endings.split()
).union(*(line.split() for lines in _DATA["domains"].values() for line in lines))
_SECOND_LEVELS = frozenset(_DATA["second_levels"].split())

_LOOK_ALIKE = str.maketrans(
    {
        **dict(zip("аеорсухіјѕһԁԛԝьвкмтнгпӏүѵґ", "aeopcyxljshdqwbbkmthrnlyvr", strict=True)),
        **dict(zip("αονρτικυχηγωεβ", "aovptlkuxnyweb", strict=True)),
        **dict(zip("օոսհցզ", "onuhgq", strict=True)),
        **dict(zip("01i5ıłøđ", "ollsllod", strict=True)),
    }
)
