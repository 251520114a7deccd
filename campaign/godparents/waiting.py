"""What waits for an organiser, and who is a godparent: reading for the desk.

Every function shows only what belongs to `campaigns`, ids of campaigns; None stands for all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal_column, select, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager, selectinload

from campaign.chambers import queries as rosters
from campaign.chambers.models import Chamber
from campaign.chambers.queries import Seat
from campaign.godparents import applying
from campaign.godparents.applying import Application
from campaign.godparents.models import Deed, Godparent, Godparenthood, How, Moderation, Notice, NoticeKind, Photo, State
from campaign.kit import domains, folding
from campaign.prisoners.models import Prisoner
from campaign.vault import Vault

Campaigns = Collection[int] | None
PAGE = 25
MOST_COUNTED = 100
"""Of what waits: as many, or more."""
BOTH = (
    contains_eager(Godparenthood.godparent).selectinload(Godparent.chamber),
    contains_eager(Godparenthood.prisoner),
)
"""Option for the queries of godparenthoods here: godparent, chamber and prisoner come with them."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are of each kind of work, and of godparents."""

    signups: int
    statements: int
    photos: int
    deeds: int
    left_office: int
    unpaired: int
    unreleased: int
    unconfirmed: int
    accepted: int

    @property
    def changes(self) -> int:
        """What godparents wrote or sent since they were accepted."""
        return self.statements + self.photos + self.deeds


@dataclass(frozen=True, slots=True)
class SignUp:
    """Somebody who confirmed the mailbox, with what was typed, and the chamber that the roster takes them for."""

    godparent: Godparent
    application: Application
    chamber: Chamber | None


@dataclass(frozen=True, slots=True)
class Roster:
    """What rosters say beside a sign-up.

    `seats`: members it may be, whom the confirmation took them for first. `chambers`: names of those whose official
    domain the address lies in. `others`: who of the campaign is one of these members already, by member.
    """

    seats: tuple[Seat, ...]
    looks: domains.Looks
    webmail: bool
    chambers: tuple[str, ...]
    others: dict[int, Godparent]


@dataclass(frozen=True, slots=True)
class Place:
    """One of those that wait: how many there are, and who comes before and after."""

    total: int
    number: int
    before: int | None
    after: int | None


def counts(session: Session, campaigns: Campaigns) -> Counts:
    """All numbers of the desk, in one statement; those of work are not counted beyond `MOST_COUNTED`."""
    in_state = select(func.count()).select_from(Godparent).where(within(Godparent.campaign_id, campaigns))
    # Only those who are accepted have pairs that go on or words that wait; whoever is erased keeps none.
    pairs = select(Godparenthood.id).where(within(Godparenthood.campaign_id, campaigns))
    queries = {
        "signups": _capped(_waiting(campaigns)),
        "statements": _capped(pairs.where(Godparenthood.proposed.is_not(None))),
        "photos": _capped(new_photos(campaigns)),
        "deeds": _capped(new_deeds(campaigns)),
        "left_office": _capped(left_office(campaigns)),
        "unpaired": _capped(unpaired(campaigns)),
        "unreleased": _capped(pairs.where(*_UNRELEASED)),
        "unconfirmed": in_state.where(Godparent.state == State.PENDING.value),
        "accepted": in_state.where(Godparent.state == State.ACCEPTED.value),
    }
    row = session.execute(select(*(query.scalar_subquery().label(name) for name, query in queries.items()))).one()
    return Counts(**row._mapping)  # noqa: SLF001 - the documented way to a row's names


# ---------------------------------------------------------------------------------------------------------------------
# Sign-ups


def signups(session: Session, vault: Vault, campaigns: Campaigns, *, after: int = 0) -> list[SignUp]:
    """A page of those that wait, longest waiting first, and one more if there is another page."""
    query = _waiting(campaigns).where(Godparent.id > after).order_by(Godparent.id).limit(PAGE + 1)
    opened = [(godparent, applying.opened(vault, godparent)) for godparent in session.scalars(query)]
    ids = {application.chamber_id for _godparent, application in opened if application}
    chambers = {each.id: each for each in session.scalars(select(Chamber).where(Chamber.id.in_(ids - {None})))}
    return [
        SignUp(godparent, application, chambers.get(application.chamber_id or 0))
        for godparent, application in opened
        if application is not None
    ]


def place(session: Session, campaigns: Campaigns, number: int) -> Place:
    """Where the sign-up with this id stands among those that wait."""
    earlier = case((Godparent.id < number, Godparent.id))
    later = case((Godparent.id > number, Godparent.id))
    numbers = (func.count(), func.count(earlier) + 1, func.max(earlier), func.min(later))
    return Place(*session.execute(_waiting(campaigns).with_only_columns(*numbers)).one())


def roster(session: Session, godparent: Godparent, application: Application, today: date, language: str) -> Roster:
    """Who this may be, and whose mailbox it is."""
    found: dict[int, Seat] = {}
    taken_for = application.member_id
    if taken_for is not None and (seat := rosters.seat(session, taken_for, today, language)):
        found[taken_for] = seat
    named = rosters.named(session, application.given_name, application.family_name, language)
    for seat in sorted(named, key=lambda each: each.until is not None):
        found.setdefault(seat.member_id, seat)
    for member_id in rosters.members_with_mailbox(session, application.canonical):
        if member_id not in found and (seat := rosters.seat(session, member_id, today, language)):
            found[member_id] = seat
    official = set(rosters.official_chambers(session, application.domain))
    return Roster(
        seats=tuple(found.values()),
        looks=domains.looks(application.domain, rosters.official_domains(session)),
        webmail=domains.is_webmail(application.domain),
        chambers=tuple(name for number, name, _ in rosters.choices(session, language) if number in official),
        others=_already(session, godparent, list(found)),
    )


def _waiting(campaigns: Campaigns) -> Select[Godparent]:
    return select(Godparent).where(Godparent.state == State.WAITING.value, within(Godparent.campaign_id, campaigns))


def _already(session: Session, godparent: Godparent, members: Sequence[int]) -> dict[int, Godparent]:
    query = select(Godparent).where(
        Godparent.campaign_id == godparent.campaign_id,
        Godparent.member_id.in_(members),
        Godparent.state == State.ACCEPTED.value,
        Godparent.id != godparent.id,
    )
    return {each.member_id: each for each in session.scalars(query) if each.member_id is not None} if members else {}


# ---------------------------------------------------------------------------------------------------------------------
# What godparents changed


def proposed(campaigns: Campaigns) -> Select[Godparenthood]:
    """Godparenthoods with a new statement, the oldest first."""
    return _pairs(campaigns).where(Godparenthood.proposed.is_not(None)).order_by(Godparenthood.id)


def new_photos(campaigns: Campaigns) -> Select[Photo]:
    """Photos of those who are public already, not yet looked at."""
    public = and_(Godparent.state == State.ACCEPTED.value, Godparent.released_at.is_not(None))
    query = select(Photo).join(Godparent, Godparent.id == Photo.godparent_id)
    return query.where(~Photo.shown, Photo.later, public, within(Godparent.campaign_id, campaigns)).order_by(Photo.id)


def new_deeds(campaigns: Campaigns) -> Select[Deed]:
    """Deeds that nobody has looked at, the oldest first."""
    query = select(Deed).join(Godparent, Godparent.id == Deed.godparent_id)
    waiting = Deed.state == Moderation.WAITING.value
    return query.where(waiting, within(Godparent.campaign_id, campaigns)).order_by(Deed.id)


def deeds_with_both(session: Session, campaigns: Campaigns, limit: int) -> list[tuple[Deed, Godparent, Prisoner]]:
    """`new_deeds`, at most `limit`, each with whose it is and for whom it was done."""
    query = new_deeds(campaigns).join(Prisoner, Prisoner.id == Deed.prisoner_id).add_columns(Godparent, Prisoner)
    return [(row[0], row[1], row[2]) for row in session.execute(query.limit(limit))]


def photo_ids(session: Session, godparents: Collection[int], *, shown: bool) -> dict[int, int]:
    """The ids of the photos that are shown, or that wait, by godparent."""
    query = select(Photo.godparent_id, Photo.id).where(Photo.godparent_id.in_(godparents), Photo.shown.is_(shown))
    return {row.godparent_id: row.id for row in session.execute(query)} if godparents else {}


# ---------------------------------------------------------------------------------------------------------------------
# Godparents


def left_office(campaigns: Campaigns) -> Select[Godparent]:
    """Who left office and still stands by somebody, whoever left first coming first."""
    standing = exists().where(Godparenthood.godparent_id == Godparent.id, Godparenthood.ended_on.is_(None))
    query = _accepted(campaigns).where(Godparent.left_office_on.is_not(None), standing)
    return query.order_by(Godparent.left_office_on, Godparent.id)


def unpaired(campaigns: Campaigns) -> Select[Godparent]:
    """Who wants a prisoner and has none to stand by, whoever was accepted first coming first."""
    query = select(Godparent).where(Godparent.wants_prisoner, within(Godparent.campaign_id, campaigns))
    return query.order_by(Godparent.accepted_at, Godparent.id)


def unreleased(campaigns: Campaigns) -> Select[Godparenthood]:
    """Active pairs that nobody has made public yet, the oldest first.

    Those that were handed over come before all: until they are public, it looks as if nobody stood by the prisoner.
    """
    handed_over = Godparenthood.how == How.HANDED_OVER.value
    return _pairs(campaigns).where(*_UNRELEASED).order_by(handed_over.desc(), Godparenthood.id)


_UNRELEASED = (Godparenthood.released_at.is_(None), Godparenthood.ended_on.is_(None))


def listed(
    session: Session, campaigns: Campaigns, *, text: str = "", state: str = "", after: int = 0
) -> tuple[list[Godparent], int]:
    """A page of accepted godparents by name behind the one with the id `after`, and the id for the next (0: none).

    `text`: beginnings of words of the name. `state`: `public`, `unreleased`, `left`, or anything else for all.
    """
    query = _accepted(campaigns)
    for word in folding.words(text[:100])[:4]:
        query = query.where(Godparent.name_key.contains(f" {word}", autoescape=True))
    if state in _LISTED:
        query = query.where(_LISTED[state])
    if last := session.get(Godparent, after):
        query = query.where(tuple_(Godparent.sort_key, Godparent.id) > tuple_(last.sort_key, last.id))
    query = query.order_by(Godparent.sort_key, Godparent.id).limit(PAGE + 1).options(selectinload(Godparent.chamber))
    found = list(session.scalars(query))
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else 0


def pairs_of_batch(session: Session, batch_id: int) -> list[Godparenthood]:
    """The pairs that were made public together and still are."""
    query = _pairs(None).where(Godparenthood.batch_id == batch_id).order_by(Godparent.sort_key, Godparenthood.id)
    return list(session.scalars(query.options(*BOTH)))


def asked_to_hand_over(session: Session, godparents: Collection[int]) -> dict[int, datetime]:
    """When each of them was last asked for a successor because the office ended."""
    query = (
        select(Notice.godparent_id, func.max(Notice.due_at).label("at"))
        .where(Notice.godparent_id.in_(godparents), Notice.kind == NoticeKind.LEFT_OFFICE.value)
        .group_by(Notice.godparent_id)
    )
    return {row.godparent_id: row.at for row in session.execute(query)} if godparents else {}


_LISTED = {
    "public": Godparent.released_at.is_not(None),
    "unreleased": Godparent.released_at.is_(None),
    "left": Godparent.left_office_on.is_not(None),
}


def pairs_of(session: Session, godparent_id: int) -> list[Godparenthood]:
    """All godparenthoods of one godparent with their prisoners, those that go on first, then the latest ended."""
    query = _pairs(None).where(Godparenthood.godparent_id == godparent_id)
    active_first = (Godparenthood.ended_on.is_not(None), Godparenthood.ended_on.desc(), Godparenthood.id.desc())
    return list(session.scalars(query.order_by(*active_first).options(*BOTH)))


def active_pairs_of(session: Session, godparents: Collection[int]) -> dict[int, list[Godparenthood]]:
    """The godparenthoods that go on, with their prisoners, by godparent."""
    query = _pairs(None).where(Godparenthood.godparent_id.in_(godparents), Godparenthood.ended_on.is_(None))
    found: dict[int, list[Godparenthood]] = {number: [] for number in godparents}
    for pair in session.scalars(query.order_by(Godparenthood.id).options(*BOTH)) if godparents else ():
        found[pair.godparent_id].append(pair)
    return found


def within(column: InstrumentedAttribute[int], campaigns: Campaigns) -> ColumnElement[bool]:
    """The condition that a row belongs to one of `campaigns`."""
    return true() if campaigns is None else column.in_(campaigns)


def _capped(query: Select[Any]) -> Select[int]:
    """How many rows a query has, looked at no further than people read."""
    one: Select[Any] = query.with_only_columns(literal_column("1"), maintain_column_froms=True).order_by(None)
    return select(func.count()).select_from(one.limit(MOST_COUNTED).subquery())


def _accepted(campaigns: Campaigns) -> Select[Godparent]:
    return select(Godparent).where(Godparent.state == State.ACCEPTED.value, within(Godparent.campaign_id, campaigns))


def _pairs(campaigns: Campaigns) -> Select[Godparenthood]:
    return (
        select(Godparenthood)
        .join(Godparent, Godparent.id == Godparenthood.godparent_id)
        .join(Prisoner, Prisoner.id == Godparenthood.prisoner_id)
        .where(within(Godparenthood.campaign_id, campaigns))
    )
