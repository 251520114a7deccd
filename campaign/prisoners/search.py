"""Finding prisoners: the search and the filters of `/prisoners`, and the pages of what was found.

A page is a fixed, small number of statements, however many prisoners there are. Pages are told apart by the card they
begin or end with, so that nobody is shown twice or left out when others are added meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaign.facilities.models import Facility, FacilityName
from campaign.prisoners.cards import Card, cards, told
from campaign.prisoners.found import VISIBLE, Filters, Found, Order, behind, columns_of, place_of
from campaign.prisoners.models import Article, Prisoner, Status

__all__ = ["Card", "Choice", "Filters", "Order", "Result", "articles", "facilities", "matching_ids", "months", "search"]

PAGE = 48
"""Cards on a page."""


@dataclass(frozen=True, slots=True)
class Result:
    """A page of what was found.

    `total` is how many there are on all pages; `by_status` how many there would be with each status, the other filters
    unchanged. `after` and `before` are the cursors of the next and the previous page, None where there is none.
    `widened` is True if nobody has such a name, and these are people with similar ones.
    """

    cards: tuple[Card, ...]
    total: int
    by_status: Mapping[Status, int]
    after: str | None = None
    before: str | None = None
    widened: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that can be filtered by, with its name and how many prisoners it would leave."""

    value: str
    name: str
    count: int


def search(
    session: Session,
    filters: Filters,
    language: str,
    *,
    after: str | None = None,
    before: str | None = None,
    limit: int = PAGE,
    include_hidden: bool = False,
    campaign_ids: Collection[int] | None = None,
) -> Result:
    """The page of at most `limit` cards behind the card `after`, or in front of `before`; else the first.

    A cursor that leads nowhere gives the first page. `include_hidden` and `campaign_ids` (only whom one of these
    campaigns names) are for the desk.
    """
    found = Found(filters, include_hidden=include_hidden, campaign_ids=campaign_ids)
    by_status = found.count_by_status(session)
    if filters.q and not by_status and found.by_words().is_empty(session):
        found = found.widened()
        by_status = found.count_by_status(session)
    wanted = [status for status in by_status if not filters.status or status.value in filters.status]
    ids, next_cursor, previous_cursor = _page(session, found, after, before, limit)
    return Result(
        cards=cards(session, ids, language),
        total=sum(by_status[status] for status in wanted),
        by_status=by_status,
        after=next_cursor,
        before=previous_cursor,
        widened=found.wide and bool(by_status),
    )


def matching_ids(
    session: Session, filters: Filters, *, limit: int, campaign_ids: Collection[int] | None = None
) -> list[int]:
    """The ids of at most `limit` prisoners that pass, hidden ones too, in their order: for acts at the desk.

    Names that are only similar never count here.
    """
    found = Found(filters, include_hidden=True, campaign_ids=campaign_ids)
    order = (each.sorted(back=False) for each in columns_of(found))
    return list(session.scalars(found.narrow(select(Prisoner.id)).order_by(*order).limit(limit)))


def articles(session: Session, limit: int = 200) -> list[Choice]:
    """The articles under which most are charged now, of the prisoners everybody may see."""
    count = func.count(Article.prisoner_id.distinct())
    query = select(Article.code, count).join(Prisoner, Prisoner.id == Article.prisoner_id).where(VISIBLE)
    query = query.where(Article.code != "").group_by(Article.code).order_by(count.desc(), Article.code)
    return [Choice(code, code, number) for code, number in session.execute(query.limit(limit))]


def facilities(session: Session, language: str) -> list[Choice]:
    """The facilities in which somebody is whom everybody may see, by name."""
    held = select(Prisoner.facility_id, func.count().label("number")).where(VISIBLE).group_by(Prisoner.facility_id)
    counted = held.subquery()
    query = (
        select(Facility.slug, counted.c.number, FacilityName.language, FacilityName.name)
        .join(counted, counted.c.facility_id == Facility.id)
        .outerjoin(FacilityName, FacilityName.facility_id == Facility.id)
        .order_by(FacilityName.position, FacilityName.id)
    )
    names: dict[str, dict[str, str]] = {}
    numbers: dict[str, int] = {}
    for slug, number, of_language, name in session.execute(query):
        numbers[slug] = number
        names.setdefault(slug, {}).setdefault(of_language or "", name or slug)
    choices = [Choice(slug, told(names[slug], language)[0], number) for slug, number in numbers.items()]
    return sorted(choices, key=lambda choice: (choice.name.casefold(), choice.value))


def months(session: Session) -> dict[int, int]:
    """How many whom everybody may see were born in each month, January being 1."""
    query = select(Prisoner.born_month, func.count()).where(VISIBLE, Prisoner.born_month.is_not(None))
    return {month: number for month, number in session.execute(query.group_by(Prisoner.born_month)) if month}


def _page(
    session: Session, found: Found, after: str | None, before: str | None, limit: int
) -> tuple[list[int], str | None, str | None]:
    """The ids of a page in their order, and the cursors of the next page and the previous one."""
    back = bool(before and not after)
    columns = columns_of(found)
    place = place_of(session, found, after or before or "")
    query = found.narrow(select(Prisoner.id, Prisoner.slug))
    if place is not None:
        query = query.where(behind(columns, place, back=back))
    else:
        back = False
    rows = session.execute(query.order_by(*(each.sorted(back=back) for each in columns)).limit(limit + 1)).all()
    more = len(rows) > limit
    rows = rows[:limit][::-1] if back else rows[:limit]
    if not rows:
        return _page(session, found, None, None, limit) if place is not None else ([], None, None)
    further = more if not back else True
    earlier = more if back else place is not None
    return [row.id for row in rows], rows[-1].slug if further else None, rows[0].slug if earlier else None
