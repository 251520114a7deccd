"""Who needs a godparent most: fewest active godparents first, then longest without one, then spread over countries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, exists, func, literal, select
from sqlalchemy.orm import Session

from campaign.godparents.models import Godparent, Godparenthood, Programme, State
from campaign.prisoners.models import Prisoner, campaign_prisoners
from campaign.prisoners.models.events import CALLS_FOR_OTHERS

STOOD_BY = tuple(sorted(status.value for status in CALLS_FOR_OTHERS))
"""Status in which a prisoner takes new godparents."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A prisoner, and by what this one was chosen: `explaining` says it in words.

    `godparents`: how many stood by them, made public or not. `since`: without one since then (partial date), which is
    when the detention began or, with `left`, when the last godparenthood ended; None if that is not known.
    `compatriots`: how many of the godparents are of the newcomer's country. `candidates`: prisoners who could have been
    chosen: those without anybody, or, if there is none, those by whom one more may stand.
    """

    prisoner_id: int
    godparents: int
    since: str | None
    left: bool
    compatriots: int
    candidates: int

    def why(self) -> dict[str, Any]:
        """For `Godparenthood.why`."""
        return {name: value for name, value in asdict(self).items() if name != "prisoner_id"}


def choose(session: Session, programme: Programme, godparent: Godparent, *, but: Collection[int] = ()) -> Choice | None:
    """The prisoner who needs this godparent most; None if nobody is free for them.

    Nobody is chosen whom the godparent stood by before, and nobody in `but`.
    """
    if programme.per_prisoner < 1:
        return None
    before = _beside_prisoner().where(Godparenthood.godparent_id == godparent.id)
    fit = and_(_called_for(programme.campaign_id), ~exists(before.correlate(Prisoner)), Prisoner.id.not_in(but))
    # Mostly somebody is without anybody, and is found without looking at who stands by all the others.
    return _first(session, _alone(programme, fit)) or _first(session, _accompanied(programme, godparent, fit))


def seat(session: Session, programme: Programme, prisoner_id: int) -> int | None:
    """A free seat beside a prisoner; None if there is none, or this is nobody whom godparents stand by.

    The prisoner is held: a release that is being written meanwhile is waited for, and then seen.
    """
    there = (
        select(Prisoner.id)
        .join(campaign_prisoners, campaign_prisoners.c.prisoner_id == Prisoner.id)
        .where(_called_for(programme.campaign_id), Prisoner.id == prisoner_id)
        .with_for_update(of=Prisoner, key_share=True)
    )
    if session.scalars(there).first() is None:
        return None
    seats = taken(session, programme.campaign_id, prisoner_id)
    if len(seats) >= programme.per_prisoner:
        return None
    return next(number for number in range(programme.per_prisoner) if number not in seats)


def taken(session: Session, campaign_id: int, prisoner_id: int) -> set[int]:
    """The seats beside a prisoner that are taken."""
    query = select(Godparenthood.seat).where(
        Godparenthood.campaign_id == campaign_id, Godparenthood.prisoner_id == prisoner_id, Godparenthood.seat >= 0
    )
    return {seat for seat in session.scalars(query) if seat is not None}


def waiting(session: Session) -> list[int]:
    """Ids of godparents who wait for a prisoner and hold their office, longest waiting first."""
    query = (
        select(Godparent.id)
        .join(Programme, Programme.campaign_id == Godparent.campaign_id)
        .where(
            Godparent.state == State.ACCEPTED.value,
            Godparent.wants_prisoner,
            Godparent.left_office_on.is_(None),
            Programme.open,
        )
        .order_by(Godparent.accepted_at, Godparent.id)
    )
    return list(session.scalars(query))


def _called_for(campaign_id: int) -> ColumnElement[bool]:
    """The campaign names this prisoner, the profile is shown, and the status calls for godparents."""
    return and_(
        campaign_prisoners.c.campaign_id == campaign_id,
        Prisoner.hidden_at.is_(None),
        Prisoner.status.in_(STOOD_BY),
    )


def _first(session: Session, candidates: Select[*tuple[Any, ...]]) -> Choice | None:
    """Who comes first of prisoners with `godparents`, `compatriots`, `detained_since` and `last_end`."""
    of = candidates.subquery()
    detained = func.rtrim(of.c.detained_since, "?")
    left = and_(of.c.last_end.is_not(None), of.c.last_end > func.coalesce(detained, ""))
    since = case((left, of.c.last_end), else_=detained)
    query = select(
        of.c.id,
        of.c.godparents,
        case((left, of.c.last_end), else_=of.c.detained_since).label("since"),
        left.label("left"),
        of.c.compatriots,
        func.count().over().label("candidates"),
    ).order_by(of.c.godparents, since.is_(None), since, of.c.compatriots, of.c.id)
    row = session.execute(query.limit(1)).first()
    if row is None:
        return None
    return Choice(row.id, row.godparents, row.since, bool(row.left), row.compatriots, row.candidates)


def _alone(programme: Programme, fit: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Prisoners by whom nobody stands."""
    here = _beside_prisoner(Godparenthood.campaign_id == programme.campaign_id)
    last_end = here.with_only_columns(func.max(_DAY)).correlate(Prisoner).scalar_subquery()
    columns = (literal(0).label("godparents"), literal(0).label("compatriots"), last_end.label("last_end"))
    active = here.where(Godparenthood.seat >= 0).correlate(Prisoner)
    return _prisoners(*columns).where(fit, ~exists(active))


def _accompanied(programme: Programme, godparent: Godparent, fit: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Prisoners by whom somebody stands, and one more may."""
    active = Godparenthood.ended_on.is_(None)
    compatriot = and_(active, Godparent.country == godparent.country)
    beside = (
        select(
            Godparenthood.prisoner_id,
            func.sum(case((active, 1), else_=0)).label("godparents"),
            func.sum(case((compatriot, 1), else_=0)).label("compatriots"),
            func.max(_DAY).label("last_end"),
        )
        .join(Godparent, Godparent.id == Godparenthood.godparent_id)
        .where(Godparenthood.campaign_id == programme.campaign_id)
        .group_by(Godparenthood.prisoner_id)
        .subquery()
    )
    query = _prisoners(beside.c.godparents, beside.c.compatriots, beside.c.last_end)
    return query.join(beside, beside.c.prisoner_id == Prisoner.id).where(
        fit, beside.c.godparents > 0, beside.c.godparents < programme.per_prisoner
    )


_DAY = cast(Godparenthood.ended_on, String(10))
"""As text, to be compared with dates of which only a part is known."""


def _prisoners(*columns: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    query = select(Prisoner.id, Prisoner.detained_since, *columns)
    return query.join(campaign_prisoners, campaign_prisoners.c.prisoner_id == Prisoner.id)


def _beside_prisoner(*conditions: ColumnElement[bool]) -> Select[int]:
    """Godparenthoods of the prisoner of the query around it."""
    return select(Godparenthood.id).where(Godparenthood.prisoner_id == Prisoner.id, *conditions)
