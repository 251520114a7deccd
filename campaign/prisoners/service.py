"""Changing profiles: events are added or retracted, facts are changed with their history, profiles hidden or shown.

Whoever calls holds the transaction and the current time. Everything here ends in `refresh`, which writes what follows
from the log and tells the rest of the house.
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from campaign.kit import slugs
from campaign.kit.partial_dates import PartialDate
from campaign.kit.scripts import script_of
from campaign.prisoners import following, signals
from campaign.prisoners import life as lives
from campaign.prisoners.models import (
    Article,
    Change,
    Event,
    EventKind,
    EventText,
    OldSlug,
    Prisoner,
    PrisonerName,
    SearchKey,
    Status,
    name_key,
)
from campaign.vault import Vault

SEALED_COLUMN = "prisoner_events.sealed"
RESERVED = frozenset(
    {"birthdays", "bulk", "calendar", "doubts", "export", "facilities", "import", "imports", "many", "new"}
)
"""Words that stand where a slug could, in addresses of pages."""
_CHUNK = 400
"""Prisoners looked at in one statement."""
happened = lives.happened


class Conflict(Exception):
    """Somebody else changed the profile since it was read; nothing was written."""


class AlreadyRetracted(Exception):
    """The event was retracted before."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to add; see `models.Event`. `texts` by language."""

    kind: EventKind
    day: PartialDate | None = None
    as_of: date | None = None
    public: bool = True
    texts: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    url: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    uid: bytes | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """Who changes something, when, and as part of which act for many."""

    actor: str
    now: datetime
    batch_id: int | None = None
    undo: bool = False


def add_event(session: Session, vault: Vault, prisoner: Prisoner, new: NewEvent, act: Act) -> Event:
    """Add one event and refresh."""
    event = event_row(vault, prisoner.id, new, act)
    session.add(event)
    touch(prisoner, act)
    refresh(session, [prisoner.id], act)
    return event


def event_row(vault: Vault, prisoner_id: int, new: NewEvent, act: Act) -> Event:
    """The row of a new event; the words of an internal one are sealed. To be added by the caller, who refreshes."""
    uid = new.uid or secrets.token_bytes(16)
    event = Event(
        uid=uid,
        prisoner_id=prisoner_id,
        batch_id=act.batch_id,
        kind=new.kind.value,
        day=str(new.day) if new.day else None,
        as_of=new.as_of,
        public=new.public,
        created_at=act.now,
        actor=act.actor,
    )
    _put_words(vault, event, new)
    return event


def seal_words(vault: Vault, uid: bytes, new: NewEvent) -> bytes:
    """The words of an internal event, for `Event.sealed`."""
    words = {"texts": dict(new.texts), "source": new.source, "url": new.url, "details": dict(new.details)}
    return vault.seal(SEALED_COLUMN, uid, json.dumps(words, ensure_ascii=False))


def open_event(vault: Vault, event: Event) -> NewEvent:
    """All of an event, an internal one's sealed words included: for who may see them."""
    day = PartialDate.parse_optional(event.day)
    kind = EventKind(event.kind)
    if event.sealed is None:
        texts = {text.language: text.text for text in event.texts}
        return NewEvent(
            kind, day, event.as_of, event.public, texts, event.source, event.url, event.details, uid=event.uid
        )
    words = json.loads(vault.open(SEALED_COLUMN, event.uid, event.sealed))
    return NewEvent(
        kind, day, event.as_of, event.public, words["texts"], words["source"], words["url"], words["details"], event.uid
    )


def release_event(session: Session, vault: Vault, prisoner: Prisoner, event: Event, act: Act) -> None:
    """Make one internal event public, with its words."""
    new = replace(open_event(vault, event), public=True)
    event.public, event.sealed = True, None
    _put_words(vault, event, new)
    note(session, prisoner.id, "event.released", "", event.kind, act)
    touch(prisoner, act)
    refresh(session, [prisoner.id], act)


def retract_event(session: Session, prisoner: Prisoner, event: Event, why: str, act: Act) -> None:
    """Take an event back; it stays in the history. Raises `AlreadyRetracted`."""
    there = update(Event).where(Event.id == event.id, Event.retracted_at.is_(None))
    taken = there.values(retracted_at=act.now, retracted_by=act.actor, retracted_why=why)
    if session.execute(taken).rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult
        raise AlreadyRetracted
    session.expire(event)
    touch(prisoner, act)
    refresh(session, [prisoner.id], act)


def hide(session: Session, prisoner: Prisoner, act: Act) -> None:
    """Take the profile out of the public's sight: every page, feed, image and PDF asks for this."""
    _set_hidden(session, prisoner, act.now, act)


def show(session: Session, prisoner: Prisoner, act: Act) -> None:
    """Show a hidden profile again."""
    _set_hidden(session, prisoner, None, act)


def change_slug(session: Session, prisoner: Prisoner, wanted: str, act: Act) -> None:
    """Give the profile another address; the old one leads to it from now on."""
    new = free_slug(session, wanted, prisoner.id)
    if new == prisoner.slug:
        return
    session.execute(delete(OldSlug).where(OldSlug.slug == new))
    session.add(OldSlug(slug=prisoner.slug, prisoner_id=prisoner.id))
    note(session, prisoner.id, "slug", prisoner.slug, new, act)
    prisoner.slug = new
    touch(prisoner, act)


def free_slug(session: Session, wanted: str, prisoner_id: int | None = None) -> str:
    """`wanted` as a slug that nobody else has or had, with a number behind it if need be."""
    stem = slugs.slug(wanted, longest=70, fallback="prisoner")
    taken = set(
        session.scalars(select(Prisoner.slug).where(Prisoner.slug.startswith(stem), Prisoner.id != prisoner_id))
    )
    taken |= set(
        session.scalars(select(OldSlug.slug).where(OldSlug.slug.startswith(stem), OldSlug.prisoner_id != prisoner_id))
    )
    number = 2
    found = stem
    taken |= RESERVED
    while found in taken:
        found, number = f"{stem}-{number}", number + 1
    return found


def free_slugs(session: Session, wanted: Sequence[str]) -> list[str]:
    """A free slug for each of `wanted`, for profiles that are about to be made in this transaction."""
    stems = [slugs.slug(each, longest=70, fallback="prisoner") for each in wanted]
    columns = (Prisoner.slug, OldSlug.slug)
    taken = {slug for column in columns for slug in session.scalars(select(column).where(column.in_(stems)))}
    taken |= RESERVED
    for stem in {stem for stem, times in Counter(stems).items() if times > 1 or stem in taken}:
        for column in columns:
            taken |= set(session.scalars(select(column).where(column.startswith(stem))))
    found: list[str] = []
    for stem in stems:
        free, number = stem, 2
        while free in taken:
            free, number = f"{stem}-{number}", number + 1
        taken.add(free)
        found.append(free)
    return found


def demand_version(prisoner: Prisoner, version: int) -> None:
    """Raises `Conflict` when the profile is no longer the one that was read."""
    if prisoner.version != version:
        raise Conflict


def claim(session: Session, prisoner: Prisoner, version: int, act: Act) -> None:
    """Count a change, if the profile is still the one that was read; `Conflict` otherwise.

    Of two who save at once, the database lets one through; the other waits for it and finds the version gone.
    """
    session.flush()
    there = update(Prisoner).where(Prisoner.id == prisoner.id, Prisoner.version == version)
    counted = there.values(version=version + 1, updated_at=act.now).execution_options(synchronize_session=False)
    if session.execute(counted).rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult
        raise Conflict
    session.refresh(prisoner)


def touch(prisoner: Prisoner, act: Act) -> None:
    """Count a change. The database adds one to what is there: of two at once, both are counted."""
    prisoner.version = Prisoner.version + 1
    prisoner.updated_at = act.now


def note(session: Session, prisoner_id: int, what: str, before: object, after: object, act: Act) -> None:
    """Write a line of history: what one field said before and after."""
    session.add(Change(**note_row(prisoner_id, what, before, after, act)))


def note_row(prisoner_id: int, what: str, before: object, after: object, act: Act) -> dict[str, Any]:
    """The same as a row, for who writes many."""
    return {
        "prisoner_id": prisoner_id,
        "batch_id": act.batch_id,
        "at": act.now,
        "actor": act.actor,
        "field": what,
        "before": json.dumps(before, ensure_ascii=False, sort_keys=True),
        "after": json.dumps(after, ensure_ascii=False, sort_keys=True),
    }


def name_row(name: str, language: str = "", kind: str = "main", position: int = 0, script: str = "") -> PrisonerName:
    """A name with its script."""
    return PrisonerName(name=name, language=language, kind=kind, position=position, script=script or script_of(name))


def refresh(session: Session, prisoner_ids: Iterable[int], act: Act) -> tuple[signals.StatusChange, ...]:
    """Write what follows from log and names of these prisoners; tell the rest of the house what changed."""
    session.flush()
    ids = sorted(set(prisoner_ids))
    changes: list[signals.StatusChange] = []
    for start in range(0, len(ids), _CHUNK):
        changes += _refresh_some(session, ids[start : start + _CHUNK], act)
    if changes:
        signals.changed.send(session, changes=tuple(changes))
    return tuple(changes)


# ---------------------------------------------------------------------------------------------------------------------


def _put_words(vault: Vault, event: Event, new: NewEvent) -> None:
    if new.public:
        event.texts = [EventText(language=language, text=text) for language, text in new.texts.items() if text]
        event.source, event.url, event.details = new.source, new.url, dict(new.details)
        return
    event.details = {}
    event.sealed = seal_words(vault, event.uid, new)


def _set_hidden(session: Session, prisoner: Prisoner, at: datetime | None, act: Act) -> None:
    if prisoner.hidden == (at is not None):
        return
    note(session, prisoner.id, "hidden", prisoner.hidden, at is not None, act)
    prisoner.hidden_at = at
    touch(prisoner, act)
    session.flush()
    signals.visibility_changed.send(session, prisoner_ids=(prisoner.id,), hidden=at is not None)


def _refresh_some(session: Session, ids: Sequence[int], act: Act) -> list[signals.StatusChange]:
    # Locked before the log is read: of two who add an event at once, the second sees both.
    # The key is left alone: who has just added an event holds it, and two of them would wait for each other.
    locked = select(Prisoner).where(Prisoner.id.in_(ids)).order_by(Prisoner.id)
    locked = locked.with_for_update(of=Prisoner, key_share=True)
    found = list(session.scalars(locked.execution_options(populate_existing=True)))
    logs: dict[int, list[lives.Happened]] = {prisoner_id: [] for prisoner_id in ids}
    columns = (Event.prisoner_id, Event.id, Event.kind, Event.day, Event.as_of, Event.created_at, Event.details)
    events = select(*columns).where(Event.prisoner_id.in_(ids), Event.public, Event.retracted_at.is_(None))
    for event in session.execute(events):
        logs[event.prisoner_id].append(lives.happened(event))
    told = {prisoner.id: lives.derive(logs[prisoner.id]) for prisoner in found}
    changes = [change for prisoner in found if (change := _put_life(prisoner, told[prisoner.id], act))]
    _put_articles(session, {prisoner_id: following.articles(life) for prisoner_id, life in told.items()})
    _write_keys(session, found)
    session.flush()
    return changes


def _put_life(prisoner: Prisoner, life: lives.Life, act: Act) -> signals.StatusChange | None:
    before, facility_before = Status(prisoner.status), prisoner.facility_id
    for name, value in following.life_values(life, PartialDate.parse_optional(prisoner.born)).items():
        setattr(prisoner, name, value)
    if (before, facility_before) == (life.status, life.facility_id):
        return None
    return signals.StatusChange(
        prisoner.id, before, life.status, facility_before, life.facility_id, act.batch_id, act.undo
    )


def _put_articles(session: Session, wanted: Mapping[int, list[tuple[str, str]]]) -> None:
    """Write code and text of these prisoners' articles, by id, where they are others than those that are there."""
    there: dict[int, list[tuple[str, str]]] = {prisoner_id: [] for prisoner_id in wanted}
    query = select(Article.prisoner_id, Article.code, Article.text).where(Article.prisoner_id.in_(wanted))
    for prisoner_id, code, text in session.execute(query.order_by(Article.id)):
        there[prisoner_id].append((code, text))
    other = [prisoner_id for prisoner_id in wanted if wanted[prisoner_id] != there[prisoner_id]]
    if stale := [prisoner_id for prisoner_id in other if there[prisoner_id]]:
        session.execute(delete(Article).where(Article.prisoner_id.in_(stale)))
    if rows := [row for prisoner_id in other for row in following.article_rows(prisoner_id, wanted[prisoner_id])]:
        session.execute(insert(Article), rows)


def _write_keys(session: Session, prisoners: Sequence[Prisoner]) -> None:
    """Name, order and search keys follow from the names."""
    ids = [prisoner.id for prisoner in prisoners]
    wanted: set[following.Key] = set()
    names: dict[int, list[str]] = {}
    stale: list[dict[str, Any]] = []
    of_names = (PrisonerName.id, PrisonerName.prisoner_id, PrisonerName.name, PrisonerName.key)
    rows = select(*of_names).where(PrisonerName.prisoner_id.in_(ids))
    for row in session.execute(rows.order_by(PrisonerName.position, PrisonerName.id)):
        names.setdefault(row.prisoner_id, []).append(row.name)
        if row.key != name_key(row.name):
            stale.append({"id": row.id, "key": name_key(row.name)})
    if stale:
        session.execute(update(PrisonerName), stale)
    for prisoner in prisoners:
        prisoner.name = next(iter(names.get(prisoner.id, [])), prisoner.name)
        prisoner.sort_key = following.sort_key(prisoner.name, prisoner.sort_as)
        wanted |= following.search_keys(prisoner.id, {prisoner.name, *names.get(prisoner.id, [])})
    columns = (SearchKey.key, SearchKey.coarse, SearchKey.prisoner_id)
    rows_there = session.execute(select(*columns).where(SearchKey.prisoner_id.in_(ids)))
    there = {(key, coarse, prisoner_id) for key, coarse, prisoner_id in rows_there}
    for key, is_coarse, prisoner_id in there - wanted:
        session.execute(
            delete(SearchKey).where(
                SearchKey.key == key, SearchKey.coarse == is_coarse, SearchKey.prisoner_id == prisoner_id
            )
        )
    if new := wanted - there:
        session.execute(insert(SearchKey), following.key_rows(new))
