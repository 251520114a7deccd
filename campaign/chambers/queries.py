"""Reading rosters: who sits where now, and which mailboxes are official."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from campaign.chambers.models import Chamber, ChamberDomain, Mandate, Member, MemberKey, Party, Period, RosterImport
from campaign.kit import countries
from campaign.kit.domains import and_above
from campaign.kit.folding import skeleton, words

_MOST_WORDS = 6
_LONGEST = 100
"""What a pasted text is cut to before anything is looked for."""

_LAST = "\U0010ffff"
_COMMON = 400
_SHORTEST_SKELETON = 3
_MOST_NAMESAKES = 200


@dataclass(frozen=True, slots=True)
class Seat:
    """A member as one chamber has them; `until` is None while the mandate lasts. `mailbox` is canonical, or empty.

    Where the roster does not part the name, `given_name` and `family_name` are guessed: the last word is the family's.
    """

    member_id: int
    chamber_id: int
    name: str
    given_name: str
    family_name: str
    chamber: str
    country: str
    party: str
    area: str
    email: str
    mailbox: str
    until: date | None


def search_members(
    session: Session, text: str, today: date, language: str, *, chamber_id: int | None = None, limit: int = 8
) -> list[Seat]:
    """Those who hold a mandate today and have every word of `text` at the beginning of a word of some name, folded.

    Nobody twice. If there is nobody, those who have words like them (`folding.skeleton`).
    """
    folded = list(dict.fromkeys(words(text[:_LONGEST])))[:_MOST_WORDS]
    found = _found_ids(session, folded, today, chamber_id, limit, coarse=False)
    if not found and all(len(word) >= _SHORTEST_SKELETON for word in map(skeleton, folded)):
        found = _found_ids(session, list(dict.fromkeys(map(skeleton, folded))), today, chamber_id, limit, coarse=True)
    if not found:
        return []
    lasting = _seats().where(Member.id.in_(found), held(today))
    if chamber_id is not None:
        lasting = lasting.where(Mandate.chamber_id == chamber_id)
    seats = _by_member(session, lasting, language)
    return [seats[member_id][0] for member_id in found if member_id in seats]


def named(session: Session, given_name: str, family_name: str, language: str) -> list[Seat]:
    """Every mandate, newest first per member, of those who bear this name in any spelling or order of its words.

    Middle names may be missing on one side, as long as two words are left; but whoever has just this name comes alone.
    """
    sought = frozenset(words(f"{given_name} {family_name}"[: 2 * _LONGEST]))
    if not sought:
        return []
    matching = (
        select(MemberKey.member_id)
        .where(MemberKey.coarse.is_(False), MemberKey.key.in_(sought))
        .group_by(MemberKey.member_id)
        .having(func.count() >= min(2, len(sought)))
        .order_by(func.count().desc(), MemberKey.member_id)
        .limit(_MOST_NAMESAKES)
    )
    ids = list(session.scalars(matching))
    if not ids:
        return []
    alike: dict[bool, list[int]] = defaultdict(list)
    for member_id, name, other_names in session.execute(
        select(Member.id, Member.name, Member.other_names)
        .where(Member.id.in_(ids))
        .order_by(Member.sort_key, Member.id)
    ):
        borne = {frozenset(words(each)) for each in (name, *names_in(other_names))}
        if sought in borne:
            alike[True].append(member_id)
        elif any(_middle_names_apart(sought, each) for each in borne):
            alike[False].append(member_id)
    chosen = alike[True] or alike[False]
    seats = _by_member(session, _seats().where(Member.id.in_(chosen)), language)
    return [seat for member_id in chosen for seat in seats.get(member_id, ())]


def seat(session: Session, member_id: int, today: date, language: str) -> Seat | None:
    """The mandate that a member holds today; else the one that ended last; None if there is no such member."""
    query = _seats().where(Member.id == member_id).order_by(held(today).desc())
    return next(iter(_by_member(session, query, language).get(member_id, ())), None)


def members_with_mailbox(session: Session, mailbox: str) -> list[int]:
    """Ids of members whose official mailbox this is (canonical form)."""
    if not mailbox:
        return []
    return list(session.scalars(select(Member.id).where(Member.mailbox == mailbox).order_by(Member.id)))


def official_chambers(session: Session, domain: str) -> list[int]:
    """Ids of the chambers one of whose official domains is `domain` or lies above it."""
    above = and_above(domain)
    query = select(ChamberDomain.chamber_id).where(ChamberDomain.domain.in_(above), ChamberDomain.official)
    return list(session.scalars(query.distinct().order_by(ChamberDomain.chamber_id))) if above else []


def official_domains(session: Session) -> tuple[str, ...]:
    """All official domains of all chambers: what `kit.domains.looks` compares with."""
    query = select(ChamberDomain.domain).where(ChamberDomain.official).distinct().order_by(ChamberDomain.domain)
    return tuple(session.scalars(query))


def choices(session: Session, language: str) -> list[tuple[int, str, str]]:
    """Id, name and country of each chamber, by country and name, for a form."""
    rows = session.execute(select(Chamber.id, Chamber.name, Chamber.names, Chamber.country)).all()
    order = {code: place for place, code in enumerate(countries.names(language))}
    found = [(row.id, _called(row.name, row.names, language), row.country) for row in rows]
    return sorted(found, key=lambda each: (order.get(each[2], len(order)), each[1].casefold(), each[0]))


# ---------------------------------------------------------------------------------------------------------------------
# What a mandate is held by, and what a seat is made of


def held(today: date) -> ColumnElement[bool]:
    """Whether a mandate, joined to its period, lasts on that day."""
    begun = func.coalesce(Mandate.start, Period.start, "") <= today.isoformat()
    return and_(or_(Mandate.until.is_(None), Mandate.until >= today), begun)


def holders(today: date, chamber_id: int | None = None) -> Select[*tuple[Any, ...]]:
    """Ids of those who hold a mandate on that day, each once."""
    query = select(Mandate.member_id).outerjoin(Period, Period.id == Mandate.period_id).where(held(today)).distinct()
    return query if chamber_id is None else query.where(Mandate.chamber_id == chamber_id)


def parted(name: str, given_name: str, family_name: str) -> tuple[str, str]:
    """Given and family name; what is not known is taken from the whole name, the last word being the family's."""
    if given_name and family_name:
        return given_name, family_name
    if given_name and name.startswith(f"{given_name} "):
        return given_name, name.removeprefix(f"{given_name} ")
    if family_name and name.endswith(f" {family_name}"):
        return name.removesuffix(f" {family_name}"), family_name
    given, _, family = name.rpartition(" ")
    return given_name or given, family_name or family


def _holds(today: date, chamber_id: int | None) -> ColumnElement[bool]:
    """Whether the member of the statement around it holds a mandate on that day: asked for each, by the index."""
    query = select(Mandate.id).outerjoin(Period, Period.id == Mandate.period_id)
    query = query.where(Mandate.member_id == Member.id, held(today))
    return (query if chamber_id is None else query.where(Mandate.chamber_id == chamber_id)).correlate(Member).exists()


def names_in(other_names: dict[str, Any]) -> list[str]:
    """The other names that a member's column holds."""
    found = (str(each.get("name", "")) for each in other_names.get("names", []) if isinstance(each, dict))
    return list(dict.fromkeys(filter(None, found)))


def _found_ids(
    session: Session, keys: Sequence[str], today: date, chamber_id: int | None, limit: int, *, coarse: bool
) -> list[int]:
    if not keys:
        return []
    query = select(Member.id)
    if len(keys) == 1 and session.execute(_begun_with(keys[0], coarse=coarse).offset(_COMMON).limit(1)).first():
        # Hundreds have it: in the order of the list the first ones are soon met, without collecting them all.
        query = query.where(_begun_with(keys[0], coarse=coarse).where(MemberKey.member_id == Member.id).exists())
    else:
        query = _named_like(query, keys, coarse=coarse)
    query = query.where(_holds(today, chamber_id)).order_by(Member.sort_key, Member.id)
    return list(session.scalars(query.limit(limit)))


def _named_like(query: Select[*tuple[Any, ...]], keys: Sequence[str], *, coarse: bool) -> Select[*tuple[Any, ...]]:
    """`query`, which is of members, for those of whom some word begins with each key."""
    for key in keys:
        query = query.where(Member.id.in_(_begun_with(key, coarse=coarse)))
    return query


def _begun_with(key: str, *, coarse: bool) -> Select[*tuple[Any, ...]]:
    """Ids of members with a word that begins so."""
    query = select(MemberKey.member_id).where(MemberKey.coarse == coarse)
    return query.where(MemberKey.key >= key, MemberKey.key < key + _LAST)


def _seats() -> Select[*tuple[Any, ...]]:
    """Rows that `_by_member` makes seats of: newest first for each member."""
    return (
        select(
            Member.id.label("member_id"),
            Member.name,
            Member.given_name,
            Member.family_name,
            Member.email,
            Member.mailbox,
            Mandate.chamber_id,
            Mandate.area,
            Mandate.until,
            Mandate.start,
            Chamber.name.label("chamber"),
            Chamber.names.label("chamber_names"),
            Chamber.country,
            Party.name.label("party"),
            Party.names.label("party_names"),
            Period.start.label("period_start"),
        )
        .select_from(Member)
        .join(Mandate, Mandate.member_id == Member.id)
        .join(Chamber, Chamber.id == Mandate.chamber_id)
        .outerjoin(Party, Party.id == Mandate.party_id)
        .outerjoin(Period, Period.id == Mandate.period_id)
    )


def _by_member(session: Session, query: Select[*tuple[Any, ...]], language: str) -> dict[int, list[Seat]]:
    """The seats of each member, newest first. An order that the query has goes before that."""
    newest = (
        Mandate.until.is_not(None),
        Mandate.until.desc(),
        func.coalesce(Mandate.start, Period.start, "").desc(),
        Mandate.id.desc(),
    )
    found: dict[int, list[Seat]] = defaultdict(list)
    for row in session.execute(query.order_by(*newest)):
        found[row.member_id].append(_seat(row, language))
    return found


def _seat(row: Row[*tuple[Any, ...]], language: str) -> Seat:
    given_name, family_name = parted(row.name, row.given_name, row.family_name)
    return Seat(
        member_id=row.member_id,
        chamber_id=row.chamber_id,
        name=row.name,
        given_name=given_name,
        family_name=family_name,
        chamber=_called(row.chamber, row.chamber_names, language),
        country=row.country,
        party=_called(row.party or "", row.party_names or {}, language),
        area=row.area,
        email=row.email,
        mailbox=row.mailbox,
        until=row.until,
    )


def _called(name: str, names: dict[str, Any], language: str) -> str:
    return str(names.get(language) or name)


def _middle_names_apart(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether one has all words of the other, which are two at least."""
    less, more = sorted((frozenset(one), frozenset(other)), key=len)
    return len(less) > 1 and less <= more


# ---------------------------------------------------------------------------------------------------------------------
# For organisers

PAGE = 100
"""Members on one page of the desk."""


@dataclass(frozen=True, slots=True)
class Overview:
    """One chamber in a list. `official` and `waiting` are domains; `brought_at` is when a file last came in."""

    id: int
    slug: str
    name: str
    country: str
    as_of: date | None
    sitting: int
    official: tuple[str, ...]
    waiting: tuple[str, ...]
    brought_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sitting:
    """A page of those who sit in a chamber now, and how many there are."""

    seats: Sequence[Seat]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """At least 1."""
        return max(1, -(-self.total // PAGE))


def by_slug(session: Session, slug: str) -> Chamber | None:
    """The chamber of that address."""
    if "\0" in slug:  # PostgreSQL would answer with an error instead of nothing
        return None
    return session.scalars(select(Chamber).where(Chamber.slug == slug)).one_or_none()


def overview(session: Session, today: date, language: str) -> list[Overview]:
    """All chambers, by country and name, in four statements."""
    sitting = select(Mandate.chamber_id, func.count(Mandate.member_id.distinct())).outerjoin(Mandate.period)
    sitting = sitting.where(held(today)).group_by(Mandate.chamber_id)
    numbers = {row[0]: row[1] for row in session.execute(sitting)}
    brought = select(RosterImport.chamber_id, func.max(RosterImport.at)).group_by(RosterImport.chamber_id)
    moments = {row[0]: row[1] for row in session.execute(brought)}
    domains: dict[int, list[ChamberDomain]] = defaultdict(list)
    for each in session.scalars(select(ChamberDomain).order_by(ChamberDomain.domain)):
        domains[each.chamber_id].append(each)
    rows = {row.id: row for row in session.execute(select(Chamber.id, Chamber.slug, Chamber.as_of))}
    return [
        Overview(
            id=own,
            slug=rows[own].slug,
            name=name,
            country=country,
            as_of=rows[own].as_of,
            sitting=numbers.get(own, 0),
            official=tuple(each.domain for each in domains[own] if each.official),
            waiting=tuple(each.domain for each in domains[own] if not (each.official or each.decided)),
            brought_at=moments.get(own),
        )
        for own, name, country in choices(session, language)
        if own in rows
    ]


def sitting(session: Session, chamber_id: int, text: str, today: date, language: str, page: int = 1) -> Sitting:
    """Those who sit there now and have every word of `text` at the beginning of a word of some name."""
    keys = list(dict.fromkeys(words(text[:_LONGEST])))[:_MOST_WORDS]
    if text.strip() and not keys:
        return Sitting((), 0, 1)
    query = _named_like(select(Member.id), keys, coarse=False).where(Member.id.in_(holders(today, chamber_id)))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    page = min(max(1, page), max(1, -(-total // PAGE)))
    ids = list(session.scalars(query.order_by(Member.sort_key, Member.id).offset((page - 1) * PAGE).limit(PAGE)))
    lasting = _seats().where(Member.id.in_(ids), Mandate.chamber_id == chamber_id, held(today))
    seats = _by_member(session, lasting, language) if ids else {}
    return Sitting([seats[own][0] for own in ids if own in seats], total, page)


def domains_of(session: Session, chamber_id: int) -> list[ChamberDomain]:
    """The domains of a chamber, official ones first."""
    query = select(ChamberDomain).where(ChamberDomain.chamber_id == chamber_id)
    return list(session.scalars(query.order_by(ChamberDomain.official.desc(), ChamberDomain.domain)))


def bearers(session: Session, chamber_id: int) -> dict[str, int]:
    """How many who ever sat there have a mailbox in each domain."""
    sat = select(Mandate.member_id).where(Mandate.chamber_id == chamber_id)
    emails = session.scalars(select(Member.email).where(Member.id.in_(sat), Member.email != ""))
    return dict(Counter(email.rpartition("@")[2] for email in emails))


def imports_of(session: Session, chamber_id: int, limit: int = 20) -> list[RosterImport]:
    """The files that were brought in, newest first."""
    query = select(RosterImport).where(RosterImport.chamber_id == chamber_id).order_by(RosterImport.id.desc())
    return list(session.scalars(query.limit(limit)))
