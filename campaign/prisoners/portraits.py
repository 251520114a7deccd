"""A prisoner's portrait: put there, described anew, taken away, found for whoever asks for a file.

Whoever calls holds the transaction and the current time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from campaign.pictures import SIZES, Picture
from campaign.prisoners.models import Consent, OldSlug, Portrait, PortraitFile, Prisoner
from campaign.prisoners.service import Act, Conflict, note, touch


class Refused(Exception):
    """Whoever may decide about the picture said no; it is not kept."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said about a portrait. `alts`: what is seen, by language."""

    alts: Mapping[str, str]
    author: str = ""
    licence: str = ""
    url: str = ""
    consent: Consent = Consent.UNKNOWN


@dataclass(frozen=True, slots=True)
class Hidden:
    """The profile is not shown, so neither is its portrait."""


def stamp(portrait: Portrait | None) -> str:
    """Tells one state of a portrait and of what is said about it from another."""
    return hashlib.sha256(json.dumps(_summary(portrait), sort_keys=True).encode()).hexdigest()[:32]


def demand_stamp(prisoner: Prisoner, seen: str) -> None:
    """Raises `Conflict` when the portrait is no longer as it was read."""
    if stamp(prisoner.portrait) != seen:
        raise Conflict


def put(session: Session, prisoner: Prisoner, picture: Picture, facts: Facts, act: Act) -> Portrait:
    """Make `picture` the portrait, in place of the one there was. Raises `Refused`."""
    if facts.consent is Consent.REFUSED:
        raise Refused
    portrait, before = prisoner.portrait, _summary(prisoner.portrait)
    if portrait is None:
        portrait = prisoner.portrait = Portrait(prisoner_id=prisoner.id)
    portrait.version, portrait.width, portrait.height = picture.version, picture.width, picture.height
    portrait.created_at, portrait.actor = act.now, act.actor
    _say(portrait, facts)
    session.flush()
    session.execute(delete(PortraitFile).where(PortraitFile.portrait_id == portrait.id))
    session.execute(
        insert(PortraitFile),
        [{"portrait_id": portrait.id, "size": f.size, "format": f.format, "content": f.content} for f in picture.files],
    )
    session.expire(portrait, ["files"])
    _finish(session, prisoner, before, act)
    return portrait


def describe(session: Session, prisoner: Prisoner, facts: Facts, act: Act) -> None:
    """Change what is said about the portrait there is. Raises `Refused`: take it away instead."""
    if facts.consent is Consent.REFUSED:
        raise Refused
    portrait, before = prisoner.portrait, _summary(prisoner.portrait)
    assert portrait is not None
    _say(portrait, facts)
    if _summary(portrait) != before:
        _finish(session, prisoner, before, act)


def remove(session: Session, prisoner: Prisoner, act: Act) -> bool:
    """Take the portrait away with all its files; False if there is none."""
    before = _summary(prisoner.portrait)
    if prisoner.portrait is None:
        return False
    prisoner.portrait = None
    _finish(session, prisoner, before, act)
    return True


def find_file(session: Session, slug: str, version: str, size: int, kind: str) -> bytes | Hidden | None:
    """One file of the portrait as it is now, also at a former address; None for another version, size or format."""
    former = select(OldSlug.prisoner_id).where(OldSlug.slug == slug)
    query = (
        select(Prisoner.hidden_at, Portrait.consent, PortraitFile.content)
        .join(Portrait, Portrait.prisoner_id == Prisoner.id, isouter=True)
        .join(
            PortraitFile,
            (PortraitFile.portrait_id == Portrait.id)
            & (PortraitFile.size == size)
            & (PortraitFile.format == kind)
            & (Portrait.version == version)
            & Prisoner.hidden_at.is_(None),
            isouter=True,
        )
        .where(or_(Prisoner.slug == slug, Prisoner.id.in_(former)))
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    if row.hidden_at is not None:
        return Hidden()
    return None if row.consent == Consent.REFUSED else row.content


def largest(session: Session, prisoner_id: int, kind: str = "jpeg", most: int = SIZES[-1]) -> bytes:
    """The largest file of a format whose longer side has `most` pixels; empty if no portrait may be shown."""
    query = (
        select(PortraitFile.content)
        .join(Portrait, PortraitFile.portrait_id == Portrait.id)
        .where(Portrait.prisoner_id == prisoner_id, PortraitFile.format == kind, PortraitFile.size <= most)
        .where(Portrait.consent != Consent.REFUSED)
        .order_by(PortraitFile.size.desc())
    )
    return session.scalars(query.limit(1)).first() or b""


def _say(portrait: Portrait, facts: Facts) -> None:
    portrait.alts = {language: text for language, text in facts.alts.items() if text}
    portrait.author, portrait.licence, portrait.url = facts.author, facts.licence, facts.url
    portrait.consent = facts.consent.value


def _summary(portrait: Portrait | None) -> dict[str, object] | None:
    """What the history keeps: all but the pixels."""
    if portrait is None:
        return None
    return {
        "version": portrait.version,
        **{f"alt ({language})": text for language, text in portrait.alts.items()},
        "author": portrait.author,
        "licence": portrait.licence,
        "url": portrait.url,
        "consent": portrait.consent,
    }


def _finish(session: Session, prisoner: Prisoner, before: dict[str, object] | None, act: Act) -> None:
    note(session, prisoner.id, "portrait", before, _summary(prisoner.portrait), act)
    touch(prisoner, act)
    session.flush()
