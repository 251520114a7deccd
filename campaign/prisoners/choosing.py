"""Choosing many people at once, by a paste of names or addresses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from campaign.kit import folding
from campaign.prisoners.models import Prisoner, PrisonerName, SearchKey, Status, campaign_prisoners

Value = TypeVar("Value")
MOST_LINES = 5_000
MOST_WORDS = 12
"""Of a pasted line: a whole paragraph is nobody's name."""
MOST_CANDIDATES = 8
_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Person:
    """A prisoner as the choice shows one."""

    id: int
    slug: str
    name: str
    born: str | None
    status: Status
    version: int


@dataclass(frozen=True, slots=True)
class Unsure:
    """A line that may mean any of these people; none is chosen for it."""

    line: str
    candidates: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Who was chosen by a paste of names. `missing` are lines that mean nobody here."""

    people: tuple[Person, ...]
    unsure: tuple[Unsure, ...] = ()
    missing: tuple[str, ...] = ()


def by_names(session: Session, lines: Iterable[str], campaign_ids: Collection[int] | None = None) -> Choice:
    """The people whom lines of names (or of profile addresses) mean, in that order, each once.

    A line means somebody if it is one of the names, folded; or, failing that, if exactly one person bears all its
    words. With `campaign_ids`, only whom those campaigns name can be meant. Whoever calls refuses more than
    `MOST_LINES`; lines beyond are not looked at.
    """
    asked = [line for line in (line.strip(" \t\r\n,;") for line in lines) if line][:MOST_LINES]
    index = _Index(session, asked, campaign_ids)
    chosen: dict[int, Person] = {}
    unsure, missing = [], []
    for line in dict.fromkeys(asked):
        found = index.meant_by(line)
        if len(found) == 1:
            chosen.setdefault(found[0].id, found[0])
        elif found:
            unsure.append(Unsure(line, tuple(found[:MOST_CANDIDATES])))
        else:
            missing.append(line)
    return Choice(tuple(chosen.values()), tuple(unsure), tuple(missing))


def by_ids(session: Session, ids: Collection[int], campaign_ids: Collection[int] | None = None) -> tuple[Person, ...]:
    """These people, by name; without those that `campaign_ids` do not reach."""
    return tuple(sorted(_people(session, ids, campaign_ids).values(), key=lambda person: (person.name, person.id)))


def chunks(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """`values` in parts that fit into one statement."""
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))


# ---------------------------------------------------------------------------------------------------------------------


class _Index:
    """All that is needed to tell whom some hundred lines mean, read with a few queries."""

    def __init__(self, session: Session, lines: Sequence[str], campaign_ids: Collection[int] | None) -> None:
        words = {word for line in lines for word in folding.words(line)[:MOST_WORDS]}
        self._by_word: dict[str, set[int]] = {}
        for chunk in chunks(sorted(words)):
            query = select(SearchKey.key, SearchKey.prisoner_id).where(SearchKey.key.in_(chunk), ~SearchKey.coarse)
            for key, prisoner_id in session.execute(query):
                self._by_word.setdefault(key, set()).add(prisoner_id)
        ids = set().union(*(self._with_all_words(line) for line in lines)) if lines else set()
        self._people = _people(session, ids, campaign_ids)
        self._by_name = _folded_names(session, self._people)
        self._by_slug = _by_slugs(session, [_slug_in(line) for line in lines], campaign_ids)

    def meant_by(self, line: str) -> list[Person]:
        if (slug := _slug_in(line)) in self._by_slug:
            return [self._by_slug[slug]]
        ids = self._by_name.get(folding.fold(line)) or self._with_all_words(line)
        return sorted((self._people[i] for i in ids if i in self._people), key=lambda person: (person.name, person.id))

    def _with_all_words(self, line: str) -> set[int]:
        words = folding.words(line)
        if not words or len(words) > MOST_WORDS:
            return set()
        return set.intersection(*(self._by_word.get(word, set()) for word in words))


def _people(session: Session, ids: Collection[int], campaign_ids: Collection[int] | None) -> dict[int, Person]:
    found: dict[int, Person] = {}
    for chunk in chunks(sorted(ids)):
        query = select(Prisoner).where(Prisoner.id.in_(chunk))
        found |= {row.id: _person(row) for row in session.scalars(_within(query, campaign_ids))}
    return found


def _by_slugs(session: Session, slugs: Sequence[str], campaign_ids: Collection[int] | None) -> dict[str, Person]:
    found: dict[str, Person] = {}
    for chunk in chunks(sorted({slug for slug in slugs if slug})):
        query = select(Prisoner).where(Prisoner.slug.in_(chunk))
        found |= {row.slug: _person(row) for row in session.scalars(_within(query, campaign_ids))}
    return found


def _within(query: Select[Prisoner], campaign_ids: Collection[int] | None) -> Select[Prisoner]:
    if campaign_ids is None:
        return query
    named = select(campaign_prisoners.c.prisoner_id).where(campaign_prisoners.c.campaign_id.in_(campaign_ids))
    return query.where(Prisoner.id.in_(named))


def _folded_names(session: Session, people: Mapping[int, Person]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for chunk in chunks(sorted(people)):
        query = select(PrisonerName.prisoner_id, PrisonerName.name).where(PrisonerName.prisoner_id.in_(chunk))
        for prisoner_id, name in session.execute(query):
            found.setdefault(folding.fold(name), set()).add(prisoner_id)
    return found


def _slug_in(line: str) -> str:
    """The profile that a line names by its address, as copied from a browser or from the address's end."""
    last = line.rstrip("/").rsplit("/", 1)[-1]
    return last if "/" in line or ("-" in last and " " not in last) else ""


def _person(row: Prisoner) -> Person:
    return Person(row.id, row.slug, row.name, row.born, Status(row.status), row.version)
