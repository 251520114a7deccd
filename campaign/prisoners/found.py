"""Which prisoners pass the filters, and in what order: conditions of statements, nothing is read here but places."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, column, false, func, or_, select, table, tuple_
from sqlalchemy.orm import Session

from campaign.db.base import table_of
from campaign.facilities.models import Facility
from campaign.kit.folding import skeleton, words
from campaign.prisoners.models import Article, Prisoner, SearchKey, Status, campaign_prisoners
from campaign.prisoners.models.events import CALLS_FOR_OTHERS

LONGEST_QUERY = 100
MOST_WORDS = 6
"""What a pasted text is cut to before anything is looked for."""

Order: TypeAlias = Literal["name", "longest_detained", "least_written_to", "newest"]


VISIBLE = Prisoner.hidden_at.is_(None)


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked for. Empty ones let everybody through.

    `q` is words of names in any script; `facility` and `campaign` are slugs; `article` is the code of one, as it
    stands in the choice (`articles`). `without_godparent`: of those whose status calls for one.
    """

    q: str = ""
    status: tuple[str, ...] = ()
    facility: str = ""
    campaign: str = ""
    article: str = ""
    birth_month: int | None = None
    without_godparent: bool = False
    order: Order = "name"


class Found:
    """The prisoners that pass the filters, as conditions of statements.

    With `wide`, by the skeletons of names. `hits` says who has a name for each word that is looked for, and how many of
    them (`missed`) are only begun like it; it is None without words.
    """

    def __init__(
        self, filters: Filters, *, include_hidden: bool, campaign_ids: Collection[int] | None, wide: bool = False
    ) -> None:
        self.filters, self.wide = filters, wide
        self._include_hidden, self._campaign_ids = include_hidden, campaign_ids
        folded = words(filters.q[:LONGEST_QUERY])
        self._keys = list(dict.fromkeys(map(skeleton, folded) if wide else folded))[:MOST_WORDS]
        self.hits = self._hits() if self._keys else None

    def by_words(self) -> Found:
        """Who is found by the words alone, without the other filters."""
        return self._but(replace(Filters(), q=self.filters.q, order=self.filters.order), wide=self.wide)

    def widened(self) -> Found:
        """The same, by skeletons."""
        return self._but(self.filters, wide=True)

    def _but(self, filters: Filters, *, wide: bool) -> Found:
        return Found(filters, include_hidden=self._include_hidden, campaign_ids=self._campaign_ids, wide=wide)

    def is_empty(self, session: Session) -> bool:
        """Whether nobody is found."""
        return session.execute(self.narrow(select(Prisoner.id)).limit(1)).first() is None

    def count_by_status(self, session: Session) -> dict[Status, int]:
        """How many there are of each status, whatever status is filtered by."""
        counted = self.narrow(select(Prisoner.status, func.count()), by_status=False).group_by(Prisoner.status)
        return {Status(status): number for status, number in session.execute(counted)}

    def narrow(self, query: Select[*tuple[Any, ...]], *, by_status: bool = True) -> Select[*tuple[Any, ...]]:
        """`query`, which is of prisoners, for those that pass."""
        if self.hits is not None:
            query = query.join(self.hits, self.hits.c.prisoner_id == Prisoner.id)
        query = query.where(*self._conditions())
        if by_status and self.filters.status:
            query = query.where(Prisoner.status.in_(map(_storable, self.filters.status)))
        return query

    def _conditions(self) -> list[ColumnElement[bool]]:
        filters = self.filters
        found: list[ColumnElement[bool]] = [] if self._include_hidden else [VISIBLE]
        if filters.q.strip() and not self._keys:
            found.append(false())
        if filters.facility:
            facility = select(Facility.id).where(Facility.slug == _storable(filters.facility))
            found.append(Prisoner.facility_id == facility.scalar_subquery())
        if filters.campaign:
            campaign = select(_CAMPAIGNS.c.id).where(_CAMPAIGNS.c.slug == _storable(filters.campaign))
            found.append(_named_by(campaign_prisoners.c.campaign_id == campaign.scalar_subquery()))
        if self._campaign_ids is not None:
            found.append(_named_by(campaign_prisoners.c.campaign_id.in_(self._campaign_ids)))
        if filters.article:
            charged = select(Article.prisoner_id).where(Article.code == _storable(filters.article))
            found.append(Prisoner.id.in_(charged))
        if filters.birth_month is not None:
            is_month = filters.birth_month in range(1, 13)
            found.append(Prisoner.born_month == filters.birth_month if is_month else false())
        if filters.without_godparent:
            called_for = sorted(status.value for status in CALLS_FOR_OTHERS)
            found += [Prisoner.godparents == 0, Prisoner.status.in_(called_for)]
        return found

    def _hits(self) -> Subquery:
        first, *others = [self._hits_of(key).subquery(f"word{number}") for number, key in enumerate(self._keys)]
        query = select(first.c.prisoner_id, sum((other.c.missed for other in others), first.c.missed).label("missed"))
        for other in others:
            query = query.join(other, other.c.prisoner_id == first.c.prisoner_id)
        return query.subquery("hits")

    def _hits_of(self, key: str) -> Select[*tuple[Any, ...]]:
        missed = func.min(case((SearchKey.key == key, 0), else_=1)).label("missed")
        query = select(SearchKey.prisoner_id, missed).where(SearchKey.coarse == self.wide)
        if self.wide and len(key) < _SHORTEST_BEGINNING:
            query = query.where(SearchKey.key == key)
        else:
            query = query.where(SearchKey.key >= key, SearchKey.key < key + _LAST)
        return query.group_by(SearchKey.prisoner_id)


def _named_by(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return Prisoner.id.in_(select(campaign_prisoners.c.prisoner_id).where(condition))


def _storable(text: str) -> str:
    """A text from an address that both databases take as a value."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


# ---------------------------------------------------------------------------------------------------------------------
# Order


@dataclass(frozen=True, slots=True)
class Sorting:
    """One of the columns that the list is in order of."""

    column: ColumnElement[Any]
    descending: bool = False
    nullable: bool = False

    def sorted(self, *, back: bool) -> ColumnElement[Any]:
        """As ORDER BY wants it; people without a value come last, read backwards first."""
        ordered = self.column.desc() if self.descending != back else self.column.asc()
        if not self.nullable:
            return ordered
        return ordered.nulls_first() if back else ordered.nulls_last()

    def beyond(self, value: Any, *, back: bool) -> ColumnElement[bool]:
        """Who has a value after this one in that order."""
        if value is None:
            return self.column.is_not(None) if back else false()
        beyond = self.column < value if self.descending != back else self.column > value
        return or_(beyond, self.column.is_(None)) if self.nullable and not back else beyond


def columns_of(found: Found) -> list[Sorting]:
    """What the list is sorted by: exact hits come first, and the id decides between equals."""
    first = [Sorting(found.hits.c.missed)] if found.hits is not None else []
    match found.filters.order:
        case "newest":
            return [*first, Sorting(_PRISONERS.c.id, descending=True)]
        case "longest_detained":
            first.append(Sorting(_PRISONERS.c.detained_since, nullable=True))
        case "least_written_to":
            first.append(Sorting(_PRISONERS.c.letters))
    return [*first, Sorting(_PRISONERS.c.sort_key), Sorting(_PRISONERS.c.id)]


def place_of(session: Session, found: Found, slug: str) -> Sequence[Any] | None:
    """Where in the list the prisoner of this address stands; None if there is nobody.

    Only the words are asked for: who was freed since the page was read still marks the place.
    """
    if not slug:
        return None
    place = found.by_words()
    query = place.narrow(select(*(each.column for each in columns_of(place))))
    row = session.execute(query.where(Prisoner.slug == _storable(slug))).one_or_none()
    return None if row is None else tuple(row)


def behind(columns: Sequence[Sorting], place: Sequence[Any], *, back: bool) -> ColumnElement[bool]:
    """Who stands behind this place, or with `back` in front of it."""
    directions = {each.descending for each in columns}
    if len(directions) == 1 and not any(each.nullable for each in columns):
        # Compared as a whole, which an index can follow.
        whole = tuple_(*(each.column for each in columns))
        return whole < tuple_(*place) if directions.pop() != back else whole > tuple_(*place)
    first, value = columns[0], place[0]
    return or_(
        first.beyond(value, back=back),
        and_(first.column.is_not_distinct_from(value), behind(columns[1:], place[1:], back=back)),
    )


# ---------------------------------------------------------------------------------------------------------------------

_PRISONERS = table_of(Prisoner)
_CAMPAIGNS = table("campaigns", column("id"), column("slug"))  # campaigns live above this room
_LAST = "\U0010ffff"
_SHORTEST_BEGINNING = 3
"""Letters of a skeleton that others may go on from: of fewer, half the list would."""
