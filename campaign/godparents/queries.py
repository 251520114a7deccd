"""Reading godparents: the one definition of who is public, and of each number.

What comes back is free of the database session, and takes as many statements for thousands as for a few.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, literal_column, or_, select
from sqlalchemy.orm import Session

from campaign.campaigns.models import Campaign
from campaign.chambers.models import Chamber
from campaign.godparents.assigning import STOOD_BY
from campaign.godparents.models import EndReason, Godparent, Godparenthood, Photo, PhotoFile, Programme, Role
from campaign.kit.partial_dates import PartialDate
from campaign.prisoners.models import Prisoner, Status, campaign_prisoners
from campaign.prisoners.queries import FORMATS, Picture, Sizes

# Written out, not sent beside the statement: the index of public ones (`ix_godparents_public`) is found by it.
PUBLIC = and_(Godparent.state == literal_column("'accepted'"), Godparent.released_at.is_not(None))
"""A godparent whom everybody may see."""

PUBLIC_PAIR = and_(Godparenthood.released_at.is_not(None), PUBLIC, Prisoner.hidden_at.is_(None))
"""A pair that everybody may see, active or ended; join `Godparenthood` with `Godparent` and `Prisoner`."""


# ---------------------------------------------------------------------------------------------------------------------
# Programmes


@dataclass(frozen=True, slots=True)
class Offered:
    """A campaign's programme as the public sees it: `open` ones take sign-ups, `per_prisoner` is their limit."""

    campaign_id: int
    slug: str
    name: str
    role: Role
    open: bool
    per_prisoner: int


def programme(session: Session, campaign_id: int) -> Programme | None:
    """The godparents' programme of a campaign."""
    return session.get(Programme, campaign_id)


def open_programmes(session: Session) -> list[Programme]:
    """Programmes that take sign-ups, oldest campaign first."""
    return list(session.scalars(select(Programme).where(Programme.open).order_by(Programme.campaign_id)))


def programmes(session: Session, *, naming: int | None = None) -> list[Offered]:
    """Every programme, oldest campaign first; with `naming`, of the campaigns that name this prisoner."""
    query = (
        select(
            Programme.campaign_id,
            Campaign.slug,
            Campaign.name,
            Programme.role,
            Programme.open,
            Programme.per_prisoner,
        )
        .join(Campaign, Campaign.id == Programme.campaign_id)
        .order_by(Programme.campaign_id)
    )
    if naming is not None:
        named = select(campaign_prisoners.c.campaign_id).where(campaign_prisoners.c.prisoner_id == naming)
        query = query.where(Programme.campaign_id.in_(named))
    return [
        Offered(row.campaign_id, row.slug, row.name, Role(row.role), row.open, row.per_prisoner)
        for row in session.execute(query)
    ]


def godparent_by_slug(session: Session, slug: str) -> Godparent | None:
    """The godparent with that address, public or not."""
    if "\0" in slug:  # PostgreSQL would answer with an error instead of nothing
        return None
    return session.scalars(select(Godparent).where(Godparent.slug == slug)).one_or_none()


# ---------------------------------------------------------------------------------------------------------------------
# Numbers


@dataclass(frozen=True, slots=True)
class Group:
    """How many public godparents a chamber of a country has; without `chamber_id`, those with another office."""

    country: str
    chamber_id: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Prisoners:
    """Of those whose status calls for somebody: how many have a public godparent now, how many have none."""

    standing: int
    without: int


def groups(session: Session, campaign_ids: Collection[int], *conditions: ColumnElement[bool]) -> list[Group]:
    """Public godparents by country and chamber, in no order; `conditions` on `Godparent` narrow it."""
    query = (
        select(Godparent.country, Godparent.chamber_id, func.count())
        .where(PUBLIC, Godparent.campaign_id.in_(campaign_ids), *conditions)
        .group_by(Godparent.country, Godparent.chamber_id)
    )
    return [Group(*row) for row in session.execute(query)]


def prisoners_counted(session: Session, campaign_ids: Collection[int]) -> Prisoners:
    """Of those whom one of these campaigns names; by what is public alone."""
    stood_by = func.sum(case((Prisoner.godparents > 0, 1), else_=0))
    row = session.execute(
        select(func.count(), func.coalesce(stood_by, 0)).select_from(Prisoner).where(_called_for(campaign_ids))
    ).one()
    return Prisoners(standing=row[1], without=row[0] - row[1])


def longest_without(session: Session, campaign_ids: Collection[int], limit: int) -> list[int]:
    """Ids of those whom nobody stands by in public, longest detained first; nobody of whom that is not known."""
    since = Prisoner.detained_since
    query = select(Prisoner.id).where(since.is_not(None), Prisoner.godparents == 0, _called_for(campaign_ids))
    return list(session.scalars(query.order_by(since, Prisoner.sort_key, Prisoner.id).limit(limit)))


def _called_for(campaign_ids: Collection[int]) -> ColumnElement[bool]:
    of_prisoner = campaign_prisoners.c.prisoner_id == Prisoner.id
    named = exists().where(of_prisoner, campaign_prisoners.c.campaign_id.in_(campaign_ids))
    return and_(Prisoner.status.in_(STOOD_BY), Prisoner.hidden_at.is_(None), named)


# ---------------------------------------------------------------------------------------------------------------------
# Pairs


@dataclass(frozen=True, slots=True)
class Who:
    """A godparent as named beside a prisoner. `chamber` is in the reader's language, or empty."""

    id: int
    slug: str
    name: str
    office: str
    party: str
    country: str
    chamber: str
    left_office_on: date | None


@dataclass(frozen=True, slots=True)
class Whom:
    """A prisoner as named beside a godparent. `sentence` is as `Prisoner.sentence`."""

    id: int
    slug: str
    name: str
    status: Status
    detained_since: PartialDate | None
    sentence: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Pair:
    """A public godparenthood. `reason` and `until` are None while it lasts. `language` is that of the statement."""

    id: int
    campaign_id: int
    godparent: Who
    prisoner: Whom
    since: date
    until: date | None
    reason: EndReason | None
    successor_id: int | None
    statement: str
    language: str
    released_at: datetime

    @property
    def active(self) -> bool:
        """Whether it goes on."""
        return self.until is None


def newest_pairs(session: Session, campaign_ids: Collection[int], language: str, limit: int) -> list[Pair]:
    """The active pairs that were made public last, newest first."""
    query = pairs().where(Godparenthood.campaign_id.in_(campaign_ids), Godparenthood.ended_on.is_(None))
    newest = query.order_by(Godparenthood.released_at.desc(), Godparenthood.id.desc()).limit(limit)
    return read_pairs(session, newest, language)


def pairs_of_prisoner(session: Session, prisoner_id: int, language: str) -> list[Pair]:
    """Who stands by a prisoner, longest first, then who stood, latest first."""
    found = read_pairs(session, pairs().where(Godparenthood.prisoner_id == prisoner_id), language)
    return _active_first(found)


def pairs_of_godparent(session: Session, godparent_id: int, language: str) -> list[Pair]:
    """By whom a godparent stands, longest first, then by whom they stood, latest first."""
    found = read_pairs(session, pairs().where(Godparenthood.godparent_id == godparent_id), language)
    return _active_first(found)


def active_pairs(session: Session, godparent_ids: Collection[int], language: str) -> list[Pair]:
    """The active pairs of these godparents, longest first."""
    query = pairs().where(Godparenthood.godparent_id.in_(godparent_ids), Godparenthood.ended_on.is_(None))
    return read_pairs(session, query.order_by(Godparenthood.started_on, Godparenthood.id), language)


def pairs_beside(session: Session, of: Iterable[Pair], language: str) -> list[Pair]:
    """The public pairs that these were handed over to, and those that were handed over to these: same prisoner."""
    of = list(of)
    successors = [pair.successor_id for pair in of if pair.successor_id is not None]
    beside = or_(Godparenthood.id.in_(successors), Godparenthood.successor_id.in_([pair.id for pair in of]))
    same = Godparenthood.prisoner_id.in_({pair.prisoner.id for pair in of})
    return read_pairs(session, pairs().where(same, beside), language)


def pairs() -> Select[*tuple[Any, ...]]:
    """The statement behind every list of public pairs, to be narrowed and put in order."""
    return (
        select(
            Godparenthood.id,
            Godparenthood.campaign_id,
            Godparenthood.started_on,
            Godparenthood.ended_on,
            Godparenthood.end_reason,
            Godparenthood.successor_id,
            Godparenthood.statement,
            Godparenthood.statement_language,
            Godparenthood.released_at,
            *WHO,
            Prisoner.id.label("prisoner_id"),
            Prisoner.slug.label("prisoner_slug"),
            Prisoner.name.label("prisoner_name"),
            Prisoner.status,
            Prisoner.detained_since,
            Prisoner.sentence,
        )
        .join(Godparent, Godparent.id == Godparenthood.godparent_id)
        .join(Prisoner, Prisoner.id == Godparenthood.prisoner_id)
        .outerjoin(Chamber, Chamber.id == Godparent.chamber_id)
        .where(PUBLIC_PAIR)
    )


def read_pairs(session: Session, query: Select[*tuple[Any, ...]], language: str) -> list[Pair]:
    """The pairs that a statement made of `pairs` finds."""
    return [_pair(row, language) for row in session.execute(query)]


WHO = (
    Godparent.id.label("godparent_id"),
    Godparent.slug,
    Godparent.given_name,
    Godparent.family_name,
    Godparent.office,
    Godparent.party,
    Godparent.country,
    Godparent.left_office_on,
    Chamber.name.label("chamber_name"),
    Chamber.names.label("chamber_names"),
)
"""What `who` reads; join `Chamber` from outside."""


def who(row: Row[*tuple[Any, ...]], language: str) -> Who:
    """Out of the columns that `pairs` reads."""
    return Who(
        id=row.godparent_id,
        slug=row.slug,
        name=f"{row.given_name} {row.family_name}".strip(),
        office=row.office,
        party=row.party,
        country=row.country,
        chamber=str((row.chamber_names or {}).get(language) or row.chamber_name or ""),
        left_office_on=row.left_office_on,
    )


def _pair(row: Row[*tuple[Any, ...]], language: str) -> Pair:
    return Pair(
        id=row.id,
        campaign_id=row.campaign_id,
        godparent=who(row, language),
        prisoner=Whom(
            id=row.prisoner_id,
            slug=row.prisoner_slug,
            name=row.prisoner_name,
            status=Status(row.status),
            detained_since=PartialDate.parse_optional(row.detained_since),
            sentence=row.sentence,
        ),
        since=row.started_on,
        until=row.ended_on,
        reason=EndReason(row.end_reason) if row.end_reason else None,
        successor_id=row.successor_id,
        statement=row.statement,
        language=row.statement_language,
        released_at=row.released_at,
    )


def _active_first(found: Sequence[Pair]) -> list[Pair]:
    active = sorted((pair for pair in found if pair.active), key=lambda pair: (pair.since, pair.id))
    ended = sorted((pair for pair in found if not pair.active), key=lambda pair: (pair.until, pair.id), reverse=True)
    return [*active, *ended]


# ---------------------------------------------------------------------------------------------------------------------
# Photos


def photos(session: Session, ids: Collection[int]) -> dict[int, Picture]:
    """The photos that are shown, by godparent. One statement; it does not ask who is public."""
    query = (
        select(Photo.godparent_id, Photo.version, Photo.width, Photo.height, Photo.credit)
        .add_columns(PhotoFile.format, PhotoFile.size)
        .join(PhotoFile, PhotoFile.photo_id == Photo.id)
        .where(Photo.godparent_id.in_(ids), Photo.shown)
        .order_by(PhotoFile.size)
    )
    found: dict[int, Row[*tuple[Any, ...]]] = {}
    sizes: dict[int, Sizes] = {}
    for row in session.execute(query):
        found[row.godparent_id] = row
        of_format = sizes.setdefault(row.godparent_id, {})
        of_format[row.format] = (*of_format.get(row.format, ()), row.size)
    return {
        key: Picture(row.version, row.width, row.height, sizes[key], author=row.credit, licence="", url="", alt="")
        for key, row in found.items()
        if sizes[key].keys() >= FORMATS
    }
