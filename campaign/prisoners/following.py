"""What follows from a prisoner's log and names, as values for columns. `service.refresh` and imports write them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from campaign.kit import folding
from campaign.kit.partial_dates import PartialDate
from campaign.kit.romanisation import sortable
from campaign.prisoners.life import Life

Key = tuple[str, bool, int]
"""A search key: the folded word, whether it is a skeleton, the prisoner's id."""


def life_values(life: Life, born: PartialDate | None) -> dict[str, Any]:
    """The columns of `Prisoner` that follow from the log and the birth date."""
    return {
        "status": life.status.value,
        "status_since": str(life.since) if life.since else None,
        "detained_since": str(life.detained_since) if life.detained_since else None,
        "facility_id": life.facility_id,
        "sentence": life.sentence,
        "died": str(life.died) if life.died else None,
        "born_month": born.month if born else None,
        "born_day": born.day if born else None,
    }


def articles(life: Life) -> list[tuple[str, str]]:
    """Code and text of each article."""
    return [(str(article.get("code", ""))[:40], str(article.get("text", ""))) for article in life.articles]


def article_rows(prisoner_id: int, wanted: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """Rows of `Article`."""
    return [{"prisoner_id": prisoner_id, "code": code, "text": text} for code, text in wanted]


def search_keys(prisoner_id: int, names: Iterable[str]) -> set[Key]:
    """The words of all names, folded, and their skeletons."""
    found: set[Key] = set()
    for name in set(names):
        for word in folding.words(name):
            found.add((word, False, prisoner_id))
            if coarse := folding.skeleton(word):
                found.add((coarse, True, prisoner_id))
    return found


def key_rows(keys: Iterable[Key]) -> list[dict[str, Any]]:
    """Rows of `SearchKey`, in an order in which no two who insert wait for each other."""
    return [{"key": key, "coarse": coarse, "prisoner_id": prisoner_id} for key, coarse, prisoner_id in sorted(keys)]


def sort_key(name: str, sort_as: str = "") -> str:
    """By what lists are ordered."""
    return sortable(sort_as or sort_form(name))[:200]


def sort_form(name: str) -> str:
    """The name with its last word first: what most lists are sorted by when nobody said otherwise."""
    given, _, family = name.rpartition(" ")
    return f"{family} {given}".strip()
