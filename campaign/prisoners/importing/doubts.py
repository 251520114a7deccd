"""Rows that wait for a human: kept, shown, decided. What was decided is remembered, and not asked again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import CursorResult, func, insert, select, update
from sqlalchemy.orm import Session

from campaign.kit.tokens import new_uid
from campaign.prisoners.importing import applying, kept, own_comparing, own_restoring, profiles
from campaign.prisoners.importing.applying import Source
from campaign.prisoners.importing.comparing import Rules, compare
from campaign.prisoners.importing.matching import OUTDATED, Decision, Match, Row, key_of, told_before
from campaign.prisoners.importing.record import Doubtful, Record
from campaign.prisoners.models import Doubt, Prisoner
from campaign.prisoners.service import Act
from campaign.vault import Vault

SEALED_COLUMN = "import_doubts.record"
_OTHER_PERSON = "same_id_other_name"


class AlreadyDecided(Exception):
    """Somebody else was first; nothing was written."""


class NoSuchPerson(Exception):
    """The profile that was chosen is not there (any more)."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row that is to wait."""

    record: Record
    fingerprint: bytes
    reasons: Sequence[Doubtful]
    candidates: Sequence[int]


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision needs of the run that the row is from."""

    source: Source
    rules: Rules


def keep(session: Session, vault: Vault, list_name: str, run_id: int, rows: Iterable[Waiting], act: Act) -> None:
    """Keep what is not waiting already. A row that came back after it was gone is asked anew."""
    waiting = {row.fingerprint: row for row in rows}
    if not waiting:
        return
    of_list = (Doubt.list_name == list_name, Doubt.fingerprint.in_(waiting))
    there = set(session.scalars(select(Doubt.fingerprint).where(*of_list)))
    back = update(Doubt).where(*of_list, Doubt.decision == OUTDATED)
    session.execute(back.values(decided_at=None, decided_by="", decision="", run_id=run_id))
    new = []
    for fingerprint, row in waiting.items():
        if fingerprint in there:
            continue
        uid = new_uid()
        new.append(
            {
                "uid": uid,
                "run_id": run_id,
                "list_name": list_name,
                "fingerprint": fingerprint,
                "row": row.record.row,
                "reasons": {"reasons": [{"code": each.code, "values": dict(each.values)} for each in row.reasons]},
                "candidates": list(row.candidates),
                "record": vault.seal(SEALED_COLUMN, uid, kept.as_text(kept.said(row.record))),
                "created_at": act.now,
            }
        )
    if new:
        session.execute(insert(Doubt), new)


def close_outdated(session: Session, list_name: str, met: set[bytes], act: Act) -> int:
    """Close open doubts of a list whose rows were not in its newest version; how many."""
    open_ones = select(Doubt.id, Doubt.fingerprint).where(Doubt.list_name == list_name, Doubt.decided_at.is_(None))
    gone = [doubt_id for doubt_id, fingerprint in session.execute(open_ones) if fingerprint not in met]
    for start in range(0, len(gone), 400):
        some = update(Doubt).where(Doubt.id.in_(gone[start : start + 400]), Doubt.decided_at.is_(None))
        session.execute(some.values(decided_at=act.now, decided_by=act.actor, decision=OUTDATED))
    return len(gone)


def decide(
    session: Session,
    vault: Vault,
    doubt: Doubt,
    decision: Decision,
    prisoner_id: int | None,
    context: Context,
    act: Act,
) -> int | None:
    """Do with a row what a human said; the prisoner's id, None if the row is left out.

    Raises `AlreadyDecided`, or `NoSuchPerson` for a `prisoner_id` that is not there. Which of two organisers was first
    is decided by the database.
    """
    claim = update(Doubt).where(Doubt.id == doubt.id, Doubt.decided_at.is_(None))
    claimed = session.execute(claim.values(decided_at=act.now, decided_by=act.actor, decision=decision.value))
    assert isinstance(claimed, CursorResult)
    if claimed.rowcount != 1:
        raise AlreadyDecided
    if decision is Decision.LEAVE_OUT:
        return None
    if decision is Decision.NEW:
        prisoner_id = None
    elif prisoner_id is None or session.get(Prisoner, prisoner_id) is None:
        raise NoSuchPerson
    record = record_of(vault, doubt)
    write = _restore if record.own is not None else _apply
    found = write(session, vault, doubt, record, prisoner_id, context, act)
    session.execute(update(Doubt).where(Doubt.id == doubt.id).values(prisoner_id=found))
    return found


def record_of(vault: Vault, doubt: Doubt) -> Record:
    """The row as it was understood."""
    return kept.record_of(json.loads(vault.open(SEALED_COLUMN, doubt.uid, doubt.record)), doubt.row)


def reasons_of(doubt: Doubt) -> list[Doubtful]:
    """Why it waits."""
    return [Doubtful(each["code"], each["values"]) for each in doubt.reasons.get("reasons", [])]


def open_ones(session: Session, *, list_name: str = "", after: int = 0, limit: int = 50) -> list[Doubt]:
    """Doubts that nobody has decided, in the order in which they came."""
    query = select(Doubt).where(Doubt.decided_at.is_(None), Doubt.id > after).order_by(Doubt.id).limit(limit)
    return list(session.scalars(query.where(Doubt.list_name == list_name) if list_name else query))


def count_open(session: Session) -> dict[str, int]:
    """How many wait, by list."""
    query = select(Doubt.list_name, func.count()).where(Doubt.decided_at.is_(None)).group_by(Doubt.list_name)
    return {list_name: count for list_name, count in session.execute(query.order_by(Doubt.list_name))}  # noqa: C416 - a Row is not a tuple to the type checker


# ---------------------------------------------------------------------------------------------------------------------


def _apply(
    session: Session, vault: Vault, doubt: Doubt, record: Record, prisoner_id: int | None, context: Context, act: Act
) -> int:
    row = Row(record, kept.said(record), doubt.fingerprint, key_of(record))
    codes = {reason.code for reason in reasons_of(doubt)}
    match = Match(row, decided=True, takes_id=_OTHER_PERSON in codes)
    if prisoner_id is not None:
        match.profile = profiles.read(session, [prisoner_id])[prisoner_id]
        match.known = told_before(session, doubt.list_name, row, prisoner_id)
    plan = compare(vault, match, context.rules)
    return applying.apply(session, vault, [plan], context.source, act)[record.row]


def _restore(
    session: Session, vault: Vault, doubt: Doubt, record: Record, prisoner_id: int | None, _context: Context, act: Act
) -> int:
    del doubt
    compared = own_comparing.compare(session, vault, [record], persons={record.slug: prisoner_id})
    ids = own_restoring.restore(session, vault, compared, act, decided=True)
    return ids[0] if ids else int(compared[0].prisoner_id or 0)
