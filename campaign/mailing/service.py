"""The outbox as rows: put in, claim, settle, purge. Every function runs inside its caller's transaction.

A message is claimed by setting it to `sending` with the claimer's id, and `due_at` to when the claim lapses. Whoever
finds a lapsed one claims it anew, so that a dead process delays its mails by `LEASE` and loses none.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, insert, select, text, update

from campaign.kit import tokens
from campaign.mailing.models import OPEN_STATES, Message, State
from campaign.vault import Vault

LEASE = timedelta(seconds=30)
BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240))
GIVE_UP_AGE = timedelta(days=3)
GIVE_UP_ATTEMPTS = 3  # so that mails which waited three days for a stopped worker are not dropped at the first refusal
KEEP_FINISHED = timedelta(days=30)
KEEP_FAILED_CONTENT = timedelta(days=7)

ENVELOPE, CONTENT, ANSWER = "messages.envelope", "messages.content", "messages.answer"


NEW_COLUMNS = (
    "uid",
    "kind",
    "topic",
    "state",
    "envelope",
    "content",
    "created_at",
    "due_at",
    "attempts",
    "finished_at",
)
"""What `new_row` gives."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message in our hands. `envelope` and `content` are sealed; `due_at` is when it was due before the claim."""

    id: int
    uid: bytes
    envelope: bytes
    content: bytes
    attempts: int
    created_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claimed message; `due_at` only if it is to be tried again. Made by the functions below."""

    message: Claimed
    state: State
    attempts: int
    answer: str = ""
    due_at: datetime | None = None


def enqueue(
    connection: Connection,
    vault: Vault,
    *,
    kind: str,
    topic: bytes,
    to: str,
    content: str,
    now: datetime,
    withheld: bool = False,
) -> None:
    """Put one mail into the outbox. `to` is the address on the wire, `content` the whole message, `topic` a uid."""
    row = new_row(vault, kind=kind, topic=topic, to=to, content=content, now=now, withheld=withheld)
    connection.execute(_INSERT, row)


def new_row(
    vault: Vault, *, kind: str, topic: bytes, to: str, content: str, now: datetime, withheld: bool = False
) -> dict[str, Any]:
    """The column values that `enqueue` inserts, for statements that insert more than the mail at once."""
    uid = tokens.new_uid()
    # Sealed even when withheld, and then thrown away: the time a signature takes must not tell what became of its mail.
    envelope, sealed = vault.seal(ENVELOPE, uid, to), vault.seal(CONTENT, uid, content)
    return {
        "uid": uid,
        "kind": str(kind),
        "topic": topic,
        "state": "withheld" if withheld else "queued",
        "envelope": None if withheld else envelope,
        "content": None if withheld else sealed,
        "created_at": now,
        "due_at": now,
        "attempts": 0,
        "finished_at": now if withheld else None,
    }


def cancel(connection: Connection, topic: bytes) -> int:
    """Delete the mails of `topic` that still hold an address: all but the sent ones. How many those were.

    One that is under way at this moment may still arrive.
    """
    return connection.execute(_CANCEL, {"a_topic": topic}).rowcount


def claim(connection: Connection, *, now: datetime, claim_id: bytes, limit: int) -> list[Claimed]:
    """Up to `limit` messages that are due, the longest due first; they are ours until `now + LEASE`."""
    if limit <= 0:
        return []
    rows = connection.execute(_DUE, {"now": now, "most": limit}).all()
    if rows:
        ids = [row.id for row in rows]
        connection.execute(_CLAIM, {"ids": ids, "a_claim": claim_id, "until": now + LEASE})
    return [Claimed(*row) for row in rows]


def renew(connection: Connection, claim_id: bytes, ids: Collection[int], now: datetime) -> set[int]:
    """Make our claim on `ids` last until `now + LEASE`. Those still ours; the others were cancelled or taken."""
    if not ids:
        return set()
    given = {"ids": list(ids), "claim_is": claim_id, "until": now + LEASE}
    return set(connection.execute(_RENEW, given).scalars())


def settle(connection: Connection, vault: Vault, claim_id: bytes, outcomes: Iterable[Outcome], now: datetime) -> None:
    """Write down what became of messages, as far as they are still ours. The sent ones lose address and content."""
    sent: list[int] = []
    others: list[dict[str, Any]] = []
    for outcome in outcomes:
        if outcome.state == State.SENT:
            sent.append(outcome.message.id)
        else:
            others.append(_settled(vault, claim_id, outcome, now))
    if sent:
        connection.execute(_SENT, {"ids": sent, "claim_is": claim_id, "now": now})
    if others:
        connection.execute(_NOT_SENT, others)


def release(connection: Connection, claim_id: bytes, messages: Sequence[Claimed]) -> None:
    """Give back messages that were not attempted, as they were."""
    rows = [
        {
            "id_is": message.id,
            "claim_is": claim_id,
            "a_state": "deferred" if message.attempts else "queued",
            "due": message.due_at,
        }
        for message in messages
    ]
    if rows:
        connection.execute(_RELEASE, rows)


def purge(connection: Connection, *, now: datetime, limit: int = 500) -> int:
    """One round of clearing up, at most `limit` rows of each kind; how many were touched (0: all is clean).

    Finished messages go after `KEEP_FINISHED`; address, content and answer of failed ones after `KEEP_FAILED_CONTENT`.
    """
    emptied = connection.execute(_PURGE_FAILED, {"now": now - KEEP_FAILED_CONTENT, "most": limit}).rowcount
    return emptied + connection.execute(_PURGE_ROWS, {"now": now - KEEP_FINISHED, "most": limit}).rowcount


def sent(message: Claimed) -> Outcome:
    """The server took responsibility for it (250)."""
    return Outcome(message, State.SENT, message.attempts + 1)


def failed(message: Claimed, answer: str) -> Outcome:
    """The server will never take it."""
    return Outcome(message, State.FAILED, message.attempts + 1, answer)


def deferred(message: Claimed, answer: str, now: datetime) -> Outcome:
    """Not now: tried again after a while, and given up when it is three days old."""
    attempts = message.attempts + 1
    if attempts >= GIVE_UP_ATTEMPTS and now - message.created_at > GIVE_UP_AGE:
        return failed(message, answer)
    pause = BACK_OFF[min(attempts, len(BACK_OFF)) - 1] * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, hides nothing
    return Outcome(message, State.DEFERRED, attempts, answer, now + pause)


def postponed(message: Claimed, answer: str, until: datetime) -> Outcome:
    """Not this message's fault (no server to be had): tried again at `until`; no attempt is counted, none given up."""
    return Outcome(message, State.DEFERRED, message.attempts, answer, until)


# ---------------------------------------------------------------------------------------------------------------------
# The statements, each built once.

_messages: Table = Message.__table__  # type: ignore[assignment] # typed as FromClause, is a Table
_of = _messages.c
_ours = (_of.claim == bindparam("claim_is")) & (_of.state == "sending")
_in_ids = _of.id.in_(bindparam("ids", expanding=True))

_OPEN = ", ".join(f"'{state}'" for state in OPEN_STATES)

_INSERT = insert(_messages)
_CANCEL = delete(_messages).where(_of.topic == bindparam("a_topic"), _of.state != "sent")
_DUE = (
    select(_of.id, _of.uid, _of.envelope, _of.content, _of.attempts, _of.created_at, _of.due_at)
    .where(text(f"state IN ({_OPEN})"), _of.due_at <= bindparam("now"))  # word for word as in the partial index
    .order_by(_of.due_at, _of.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_CLAIM = update(_messages).where(_in_ids).values(state="sending", claim=bindparam("a_claim"), due_at=bindparam("until"))
_RENEW = update(_messages).where(_in_ids, _ours).values(due_at=bindparam("until")).returning(_of.id)
_SENT = (
    update(_messages)
    .where(_in_ids, _ours)
    .values(
        state="sent",
        claim=None,
        envelope=None,
        content=None,
        answer=None,
        attempts=_of.attempts + 1,
        finished_at=bindparam("now"),
    )
)
_NOT_SENT = (
    update(_messages)
    .where(_of.id == bindparam("id_is"), _ours)
    .values(
        state=bindparam("a_state"),
        claim=None,
        attempts=bindparam("tries"),
        answer=bindparam("an_answer"),
        due_at=bindparam("due"),
        finished_at=bindparam("finished"),
    )
)
_RELEASE = (
    update(_messages)
    .where(_of.id == bindparam("id_is"), _ours)
    .values(state=bindparam("a_state"), claim=None, due_at=bindparam("due"))
)


def _settled(vault: Vault, claim_id: bytes, outcome: Outcome, now: datetime) -> dict[str, Any]:
    message = outcome.message
    return {
        "id_is": message.id,
        "claim_is": claim_id,
        "a_state": str(outcome.state),
        "tries": outcome.attempts,
        "an_answer": vault.seal_optional(ANSWER, message.uid, outcome.answer),
        "due": outcome.due_at or now,
        "finished": None if outcome.due_at else now,
    }


def _some(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """The ids of the oldest rows that meet `conditions`, `:most` at most."""
    return _of.id.in_(select(_of.id).where(*conditions).order_by(_of.id).limit(bindparam("most")))


_PURGE_FAILED = (
    update(_messages)
    .where(_some(_of.state == "failed", _of.content.is_not(None), _of.finished_at < bindparam("now")))
    .values(envelope=None, content=None, answer=None)
)
_PURGE_ROWS = delete(_messages).where(_some(_of.finished_at < bindparam("now")))
