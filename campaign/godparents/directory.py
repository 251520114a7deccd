"""The list of public godparents: by country and chamber in the reader's order, searched, and in pages.

Pages are told apart by the godparent they begin or end with, so that nobody is shown twice or left out when others are
made public meanwhile. How many there are is counted by group; a page then reads no more groups than it shows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import ColumnElement, and_, case, false, or_, select, tuple_
from sqlalchemy.orm import Session

from campaign.chambers.models import Chamber
from campaign.godparents import queries
from campaign.godparents.models import Godparent
from campaign.godparents.queries import PUBLIC, Group, Whom
from campaign.kit import countries
from campaign.kit.folding import words
from campaign.kit.romanisation import sortable
from campaign.prisoners.queries import Picture

PAGE = 20
"""Cards on a page."""

_MOST_WORDS = 6
"""What a pasted text is cut to before anything is looked for."""


@dataclass(frozen=True, slots=True)
class ChamberName:
    """A chamber by its address and its name in the reader's language."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Card:
    """What the list shows of a godparent. `prisoners` are those they stand by now, as far as that is public."""

    id: int
    slug: str
    name: str
    office: str
    party: str
    left_office_on: date | None
    picture: Picture | None
    prisoners: tuple[Whom, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The cards of a page that belong to one country and chamber; `count` is how many these have in all."""

    country: str
    chamber: ChamberName | None
    count: int
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page; `after` and `before` are the cursors of the next and the previous one, None where there is none."""

    sections: tuple[Section, ...] = ()
    after: str | None = None
    before: str | None = None


class Directory:
    """All public godparents of some campaigns, counted: two statements."""

    def __init__(self, session: Session, campaign_ids: Collection[int], language: str) -> None:
        """Count those of these campaigns; names of countries and chambers in `language`."""
        self._session, self._campaign_ids, self._language = session, campaign_ids, language
        found = queries.groups(session, campaign_ids)
        self.chambers = _chambers(session, {group.chamber_id for group in found if group.chamber_id}, language)
        self.groups = self._sorted(found)

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(group.count for group in self.groups)

    @property
    def countries(self) -> dict[str, int]:
        """How many each country has, the most first."""
        counted = {country: sum(each.count for each in groups) for country, groups in groupby(self.groups, _country_of)}
        return dict(sorted(counted.items(), key=lambda item: -item[1]))

    def of(self, country: str = "", chamber: str = "", q: str = "") -> list[Group]:
        """The groups narrowed to a country, a chamber's slug, and names; one more statement for names."""
        found = [group for group in self.groups if not country or group.country == country]
        if chamber:
            found = [group for group in found if self.chamber_of(group, chamber)]
        if not q or not found:
            return found
        there = {(group.country, group.chamber_id) for group in found}
        matching = queries.groups(self._session, self._campaign_ids, *_named(q))
        return self._sorted([group for group in matching if (group.country, group.chamber_id) in there])

    def chamber_of(self, group: Group, slug: str) -> bool:
        """Whether the group is of the chamber with that slug."""
        chamber = self.chambers.get(group.chamber_id)
        return chamber is not None and chamber.slug == slug

    def page(self, groups: Sequence[Group], q: str = "", *, after: str = "", before: str = "") -> Page:
        """The page of the list of `groups` behind `after`, or in front of `before`; else the first. Four statements."""
        back = bool(before and not after)
        place = self._place(groups, after or before)
        back = back and place is not None
        ids = self._ids(groups, q, place, back=back)
        more, ids = len(ids) > PAGE, ids[:PAGE]
        if not ids:
            return self.page(groups, q) if place is not None else Page()
        sections = self._sections(groups, ids[::-1] if back else ids)
        shown = [card.slug for section in sections for card in section.cards]
        if not shown:  # all of them were withheld while we read
            return Page()
        return Page(
            sections,
            after=shown[-1] if back or more else None,
            before=shown[0] if (more if back else place is not None) else None,
        )

    def _sorted(self, found: Collection[Group]) -> list[Group]:
        """By the country's name, then the chamber's; other offices come last."""
        order = {code: number for number, code in enumerate(countries.names(self._language))}
        last = (1, "", 0)

        def key(group: Group) -> tuple[int, str, tuple[int, str, int]]:
            chamber = self.chambers.get(group.chamber_id)
            named = (0, sortable(chamber.name), group.chamber_id or 0) if chamber else last
            return order.get(group.country, len(order)), group.country, named

        return sorted(found, key=key)

    def _place(self, groups: Sequence[Group], slug: str) -> tuple[int, tuple[str, int]] | None:
        """Which of the groups somebody is in, and where in it; None if there is nobody like that (any more)."""
        if not slug:
            return None
        query = select(Godparent.country, Godparent.chamber_id, Godparent.sort_key, Godparent.id)
        row = self._session.execute(query.where(PUBLIC, Godparent.slug == slug)).one_or_none()
        if row is None:
            return None
        numbers = [n for n, each in enumerate(groups) if (each.country, each.chamber_id) == row[:2]]
        return (numbers[0], (row.sort_key, row.id)) if numbers else None

    def _ids(
        self, groups: Sequence[Group], q: str, place: tuple[int, tuple[str, int]] | None, *, back: bool
    ) -> list[int]:
        """The ids of one page and one more, in their order or, `back`, against it."""
        key = tuple_(Godparent.sort_key, Godparent.id)
        first = place[0] if place else -1
        parts = []
        if place:
            beyond = key < tuple_(*place[1]) if back else key > tuple_(*place[1])
            parts.append(and_(_in(groups[first]), beyond))
        reached = 0
        numbers = range(first - 1, -1, -1) if back else range(first + 1, len(groups))
        ranks = [(groups[first], 0)] if place else []
        for rank, number in enumerate(numbers, 1):
            if reached > PAGE:
                break
            parts.append(_in(groups[number]))
            ranks.append((groups[number], rank))
            reached += groups[number].count
        if not parts:
            return []
        rank_of = case(*((_in(group), rank) for group, rank in ranks))
        order = (Godparent.sort_key, Godparent.id)
        query = (
            select(Godparent.id)
            .where(PUBLIC, Godparent.campaign_id.in_(self._campaign_ids), *_named(q))
            .where(or_(*parts), Godparent.country.in_({group.country for group, _rank in ranks}))  # for the index
            .order_by(rank_of, *((column.desc() if back else column) for column in order))
            .limit(PAGE + 1)
        )
        return list(self._session.scalars(query))

    def _sections(self, groups: Sequence[Group], ids: Sequence[int]) -> tuple[Section, ...]:
        """The cards of these, in this order, by country and chamber. Three statements."""
        query = select(
            Godparent.id,
            Godparent.slug,
            Godparent.given_name,
            Godparent.family_name,
            Godparent.office,
            Godparent.party,
            Godparent.left_office_on,
            Godparent.country,
            Godparent.chamber_id,
        ).where(PUBLIC, Godparent.id.in_(ids))
        rows = {row.id: row for row in self._session.execute(query)}
        prisoners = _prisoners(self._session, ids, self._language)
        photos = queries.photos(self._session, ids)
        counts = {(group.country, group.chamber_id): group.count for group in groups}
        found = []
        for (country, chamber_id), of_group in groupby(
            (rows[each] for each in ids if each in rows), key=lambda row: (row.country, row.chamber_id)
        ):
            cards = tuple(
                Card(
                    id=row.id,
                    slug=row.slug,
                    name=f"{row.given_name} {row.family_name}".strip(),
                    office=row.office,
                    party=row.party,
                    left_office_on=row.left_office_on,
                    picture=photos.get(row.id),
                    prisoners=prisoners.get(row.id, ()),
                )
                for row in of_group
            )
            found.append(
                Section(country, self.chambers.get(chamber_id), counts.get((country, chamber_id), len(cards)), cards)
            )
        return tuple(found)


def _country_of(group: Group) -> str:
    return group.country


def _in(group: Group) -> ColumnElement[bool]:
    chamber = Godparent.chamber_id
    same = chamber.is_(None) if group.chamber_id is None else chamber == group.chamber_id
    return and_(Godparent.country == group.country, same)


def _named(q: str) -> list[ColumnElement[bool]]:
    """That each word begins a word of the name, folded."""
    if not q.strip():
        return []
    folded = list(dict.fromkeys(words(q)))[:_MOST_WORDS]
    return [Godparent.name_key.contains(f" {word}", autoescape=True) for word in folded] or [false()]


def _chambers(session: Session, ids: Collection[int], language: str) -> Mapping[int | None, ChamberName]:
    query = select(Chamber.id, Chamber.slug, Chamber.name, Chamber.names).where(Chamber.id.in_(ids))
    return {row.id: ChamberName(row.slug, str(row.names.get(language) or row.name)) for row in session.execute(query)}


def _prisoners(session: Session, ids: Sequence[int], language: str) -> dict[int, tuple[Whom, ...]]:
    found: dict[int, tuple[Whom, ...]] = {}
    for pair in queries.active_pairs(session, ids, language):
        found[pair.godparent.id] = (*found.get(pair.godparent.id, ()), pair.prisoner)
    return found
