"""Drafts: what an organiser typed into a form of the desk and has not saved. Nobody else ever sees one.

A draft is what was posted, field by field, so that the form opens again exactly as it was left. `thing` names the form
and its object, such as `prisoner:7:profile`.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaign.accounts.models import Draft
from campaign.vault import CannotOpen, Vault

KEPT = timedelta(days=30)
"""After that long untouched, a draft is dropped."""
LONGEST = 1_000_000
"""Characters of a draft."""
SEALED_COLUMN = "drafts.fields"


class DraftTooLong(Exception):
    """Nobody typed that much."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft as it was left: every field with its values, and when it was saved."""

    fields: Mapping[str, Sequence[str]]
    saved_at: datetime


def save(
    session: Session, vault: Vault, organiser_id: int, thing: str, fields: Mapping[str, Sequence[str]], now: datetime
) -> None:
    """Keep `fields`; an older draft of the same thing goes. Raises `DraftTooLong`."""
    text = json.dumps({name: list(values) for name, values in fields.items()}, ensure_ascii=False)
    if len(text) > LONGEST:
        raise DraftTooLong
    uid = secrets.token_bytes(16)
    values = {"uid": uid, "fields": vault.seal(SEALED_COLUMN, uid, text), "saved_at": now}
    if _update(session, organiser_id, thing, values):
        return
    try:
        with session.begin_nested():
            session.add(Draft(organiser_id=organiser_id, thing=thing, **values))
    except IntegrityError:  # the same form, saved in the same moment from another window
        _update(session, organiser_id, thing, values)


def load(session: Session, vault: Vault, organiser_id: int, thing: str) -> Kept | None:
    """The organiser's draft of `thing`; None if there is none, or if its key is gone."""
    query = select(Draft.uid, Draft.fields, Draft.saved_at).where(*_is(organiser_id, thing))
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    try:
        return Kept(json.loads(vault.open(SEALED_COLUMN, row.uid, row.fields)), row.saved_at)
    except CannotOpen:
        return None


def drop(session: Session, organiser_id: int, thing: str) -> None:
    """Forget the draft: what it held was saved, or is not wanted."""
    session.execute(delete(Draft).where(*_is(organiser_id, thing)))


def drop_old(session: Session, now: datetime) -> int:
    """Forget the drafts that nobody touched for `KEPT`; how many."""
    done = session.execute(delete(Draft).where(Draft.saved_at < now - KEPT))
    return int(done.rowcount)  # type: ignore[attr-defined]  # a DELETE's result is a CursorResult


def _is(organiser_id: int, thing: str) -> tuple[ColumnElement[bool], ...]:
    return Draft.organiser_id == organiser_id, Draft.thing == thing


def _update(session: Session, organiser_id: int, thing: str, values: Mapping[str, object]) -> bool:
    done = session.execute(update(Draft).where(*_is(organiser_id, thing)).values(**values))
    return bool(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult
