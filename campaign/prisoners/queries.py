"""Reading one profile as the public sees it: a fixed number of statements, whatever the number of prisoners.

What comes back is free of the database session. Internal and retracted events are not read at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from campaign.facilities.models import FacilityName
from campaign.kit.partial_dates import PartialDate
from campaign.prisoners import life as lives
from campaign.prisoners.models import (
    Consent,
    Event,
    EventKind,
    NameKind,
    OldSlug,
    Portrait,
    PortraitFile,
    Prisoner,
    Status,
)
from campaign.prisoners.models.events import IN_CUSTODY

FORMATS = {"webp", "jpeg"}
"""Formats that every portrait has."""
Sizes: TypeAlias = dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Words:
    """A text and the language it is in, which may be another than was asked for (or empty: not known)."""

    text: str = ""
    language: str = ""

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class Name:
    """A name with its language (may be empty), script (ISO 15924) and kind (`models.NameKind`)."""

    name: str
    language: str
    script: str
    kind: str


@dataclass(frozen=True, slots=True)
class Article:
    """An article of a code: its number, and what the source wrote about it."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: `kind` as in the event log, `text` in the source's words.

    Its length is `months` and `days` together, both 0 if it is not known.
    """

    kind: str
    text: str
    months: int
    days: int
    regime: str
    start: PartialDate | None


@dataclass(frozen=True, slots=True)
class Recognition:
    """Who recognised the person as a political prisoner, in which words, since when, and where that is said."""

    organisation: str
    term: str
    since: PartialDate | None
    url: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A portrait without its bytes; `sizes` (longer side in pixels, ascending) that there are of each format."""

    version: str
    width: int
    height: int
    sizes: Mapping[str, tuple[int, ...]]
    author: str
    licence: str
    url: str
    alt: str

    def sizes_of(self, kind: str, largest: int) -> tuple[int, ...]:
        """The sizes there are of a format (`webp`, `jpeg`), none above `largest` if one is below."""
        there = self.sizes[kind]
        return tuple(size for size in there if size <= largest) or there[:1]

    def width_at(self, size: int) -> int:
        """How many pixels wide the file of a size is."""
        return max(1, round(self.width * size / max(self.width, self.height)))


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A public event. `place`, `articles`, `sentence` and `judge` are what its details say, for where words lack."""

    kind: EventKind
    day: PartialDate | None
    as_of: date | None
    words: Words
    source: str
    url: str
    place: Words
    articles: tuple[Article, ...]
    sentence: Sentence | None
    judge: str


@dataclass(frozen=True, slots=True)
class Profile:
    """A prisoner's profile in one language, on one day. `timeline` is newest first.

    `title` is the name in that language, else the first; `spellings` are the others that are written differently;
    `former` names at birth and aliases.
    `age` is the years that somebody so born can have reached (or reached before death): two numbers where the date is
    partial. `told` is the newest day for which anything is told: the counting of days goes on after it.
    """

    id: int
    slug: str
    title: Name
    spellings: tuple[Name, ...]
    former: tuple[Name, ...]
    gender: str
    country: str
    status: Status
    since: PartialDate | None
    days: lives.Days | None
    born: PartialDate | None
    age: tuple[int, int] | None
    died: PartialDate | None
    about: Words
    place: Words
    articles: tuple[Article, ...]
    sentence: Sentence | None
    judge: str
    recognitions: tuple[Recognition, ...]
    picture: Picture | None
    timeline: tuple[Occurrence, ...]
    told: date | None

    @property
    def in_custody(self) -> bool:
        """Whether somebody holds them now."""
        return self.status in IN_CUSTODY


@dataclass(frozen=True, slots=True)
class Moved:
    """The profile has another address now."""

    slug: str


@dataclass(frozen=True, slots=True)
class Hidden:
    """There is a profile, and it is not shown."""


def profile(session: Session, slug: str, language: str, today: date) -> Profile | Moved | Hidden | None:
    """What the public finds at `slug`, told in `language`. `today` is for ages and days in detention."""
    prisoner = session.scalars(select(Prisoner).where(Prisoner.slug == slug).options(*_WHOLE)).one_or_none()
    if prisoner is None:
        return _formerly(session, slug)
    if prisoner.hidden:
        return Hidden()
    log = _log(session, prisoner.id)
    title, spellings, former = _names(prisoner, language)
    life = lives.derive(lives.happened(event) for event in log)
    places = _places(session, {life.facility_id, *(event.details.get("facility") for event in log)}, language)
    timeline = tuple(_occurrence(event, language, places) for event in sorted(log, key=_newest_first))
    born, died = PartialDate.parse_optional(prisoner.born), life.died
    return Profile(
        id=prisoner.id,
        slug=prisoner.slug,
        title=title,
        spellings=spellings,
        former=former,
        gender=prisoner.gender,
        country=prisoner.country,
        status=life.status,
        since=life.since,
        days=lives.days_in_detention(life.periods, today),
        born=born,
        age=_age(born, died or PartialDate.of(today)) if life.status is not Status.DECEASED or died else None,
        died=died,
        about=_words({text.language: text.about for text in prisoner.texts}, language),
        place=places.get(life.facility_id, Words()),
        articles=_articles(life.articles),
        sentence=sentence_of(life.sentence),
        judge=next((told.judge for told in timeline if told.judge), ""),
        recognitions=tuple(
            Recognition(d.organisation, d.term, PartialDate.parse_optional(d.since), d.url)
            for d in prisoner.designations
        ),
        picture=pictures(session, [prisoner.id], language).get(prisoner.id),
        timeline=timeline,
        told=max((event.as_of or _day_of(event) for event in log), default=None),
    )


def pictures(session: Session, ids: Sequence[int], language: str) -> dict[int, Picture]:
    """The portraits of those of these prisoners who have one, by prisoner. Two statements."""
    query = select(Portrait).where(Portrait.prisoner_id.in_(ids))
    portraits = session.scalars(query).all()
    files = _files(session, [portrait.id for portrait in portraits]) if portraits else {}
    found = {portrait.prisoner_id: _picture(portrait, files, language) for portrait in portraits}
    return {prisoner_id: picture for prisoner_id, picture in found.items() if picture}


_WHOLE = (
    selectinload(Prisoner.names),
    selectinload(Prisoner.texts),
    selectinload(Prisoner.designations),
)


def _formerly(session: Session, slug: str) -> Moved | Hidden | None:
    query = (
        select(Prisoner.slug, Prisoner.hidden_at)
        .join(OldSlug, OldSlug.prisoner_id == Prisoner.id)
        .where(OldSlug.slug == slug)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    return Moved(row.slug) if row.hidden_at is None else Hidden()


def _names(prisoner: Prisoner, language: str) -> tuple[Name, tuple[Name, ...], tuple[Name, ...]]:
    """Title, other spellings, former names; what is written alike is told once."""
    names = [Name(name.name, name.language, name.script, name.kind) for name in prisoner.names]
    mains = [name for name in names if name.kind == NameKind.MAIN]
    first = next(iter([*mains, *names]), Name(prisoner.name, "", "", NameKind.MAIN.value))
    title = next((name for name in mains if name.language == language), first)
    told = {title.name}
    spellings: list[Name] = []
    former: list[Name] = []
    for name in names:
        if name.name not in told:
            told.add(name.name)
            (former if name.kind in _FORMER else spellings).append(name)
    return title, tuple(spellings), tuple(former)


_FORMER = {NameKind.BIRTH.value, NameKind.ALIAS.value}


def _log(session: Session, prisoner_id: int) -> Sequence[Event]:
    query = (
        select(Event)
        .where(Event.prisoner_id == prisoner_id, Event.public, Event.retracted_at.is_(None))
        .options(selectinload(Event.texts))
    )
    return session.scalars(query).all()


def _places(session: Session, ids: Iterable[int | None], language: str) -> dict[int | None, Words]:
    """The names of facilities in `language`, else in English, else the first of each."""
    wanted = sorted({facility_id for facility_id in ids if isinstance(facility_id, int)})
    if not wanted:
        return {}
    query = (
        select(FacilityName.facility_id, FacilityName.language, FacilityName.name)
        .where(FacilityName.facility_id.in_(wanted))
        .order_by(FacilityName.position, FacilityName.id)
    )
    names: dict[int, dict[str, str]] = {}
    for row in session.execute(query):
        names.setdefault(row.facility_id, {}).setdefault(row.language, row.name)
    return {facility_id: _words(by_language, language) for facility_id, by_language in names.items()}


def _day_of(event: Event) -> date:
    """The day an event stands at: its own, as early as it can be, else the day it was told."""
    day = PartialDate.parse_optional(event.day)
    return day.first if day else event.as_of or event.created_at.date()


_RANK = {kind.value: rank for rank, kind in enumerate(EventKind)}


def _newest_first(event: Event) -> tuple[int, int, int]:
    return -_day_of(event).toordinal(), -_RANK[event.kind], -event.id


def _occurrence(event: Event, language: str, places: Mapping[int | None, Words]) -> Occurrence:
    return Occurrence(
        kind=EventKind(event.kind),
        day=PartialDate.parse_optional(event.day),
        as_of=event.as_of,
        words=_words({text.language: text.text for text in event.texts}, language),
        source=event.source,
        url=event.url,
        place=places.get(event.details.get("facility"), Words()),
        articles=_articles(event.details.get("articles") or ()),
        sentence=sentence_of(event.details.get("sentence")),
        judge=str(event.details.get("judge") or ""),
    )


def _words(by_language: Mapping[str, str], language: str) -> Words:
    """The text in `language`, else in English, else in any there is."""
    for wanted in (language, "en", *by_language):
        if by_language.get(wanted):
            return Words(by_language[wanted], wanted)
    return Words()


def _articles(articles: Iterable[Mapping[str, Any]]) -> tuple[Article, ...]:
    return tuple(Article(str(a.get("code") or ""), str(a.get("text") or "")) for a in articles)


def sentence_of(details: Mapping[str, Any] | None) -> Sentence | None:
    """The sentence that an event or a profile holds."""
    if not details:
        return None
    return Sentence(
        kind=str(details.get("kind") or ""),
        text=str(details.get("text") or ""),
        months=int(details.get("months") or 0),
        days=int(details.get("days") or 0),
        regime=str(details.get("regime") or ""),
        start=PartialDate.parse_optional(str(details.get("start") or "")),
    )


def _age(born: PartialDate | None, on: PartialDate) -> tuple[int, int] | None:
    if born is None:
        return None
    youngest, oldest = _years(born.last, on.first), _years(born.first, on.last)
    return (max(0, youngest), oldest) if oldest >= 0 else None


def _years(start: date, end: date) -> int:
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def _files(session: Session, portrait_ids: Sequence[int]) -> dict[int, Sizes]:
    """The sizes of each format that there are of each portrait, ascending."""
    query = select(PortraitFile.portrait_id, PortraitFile.format, PortraitFile.size)
    found: dict[int, Sizes] = {}
    for row in session.execute(query.where(PortraitFile.portrait_id.in_(portrait_ids)).order_by(PortraitFile.size)):
        sizes = found.setdefault(row.portrait_id, {})
        sizes[row.format] = (*sizes.get(row.format, ()), row.size)
    return found


def _picture(portrait: Portrait, files: Mapping[int, Sizes], language: str) -> Picture | None:
    refused = portrait.consent == Consent.REFUSED
    if refused or not files.get(portrait.id, {}).keys() >= FORMATS:
        return None
    return Picture(
        portrait.version,
        portrait.width,
        portrait.height,
        files[portrait.id],
        portrait.author,
        portrait.licence,
        portrait.url,
        portrait.alt(language),
    )
