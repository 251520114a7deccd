"""What the rest of the house hears of, in the same transaction: a listener that fails undoes the change.

Both signals are sent to rooms above, which may answer with an iterable of `Consequence`s (or None): the report of an
import shows them. Whoever listens to `mandates_changed` may hear of one change twice and does nothing the second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from blinker import Signal
from sqlalchemy.orm import Session

mandates_changed = Signal(
    "Members took or left office. Sent with the session; `changes` is a tuple of `OfficeChange`, `now` a moment."
    " Receivers may give `Consequence`s: what they did."
)
asked_what_follows = Signal(
    "Asked before a file is brought in: what would `changes` cause, as for `mandates_changed`? Nothing is written."
)


@dataclass(frozen=True, slots=True)
class OfficeChange:
    """One member who holds no mandate any more, anywhere, since `left_on`; or (None) who holds one again."""

    member_id: int
    left_on: date | None


@dataclass(frozen=True, slots=True)
class Consequence:
    """Something that a room above did or would do: `text` is shown, `count` how many it meets.

    `text` translates itself when it is shown (lazy), and may hold `%(count)s`. Those of one text are added up.
    """

    text: object
    count: int


def announce(session: Session, changes: tuple[OfficeChange, ...], now: datetime) -> tuple[Consequence, ...]:
    """Tell of `changes`; what the rooms above did about them."""
    return _said(mandates_changed.send(session, changes=changes, now=now)) if changes else ()


def ask_what_follows(session: Session, changes: tuple[OfficeChange, ...], now: datetime) -> tuple[Consequence, ...]:
    """What the rooms above would do about `changes`."""
    return _said(asked_what_follows.send(session, changes=changes, now=now)) if changes else ()


def _said(answers: Sequence[tuple[object, Iterable[Consequence] | None]]) -> tuple[Consequence, ...]:
    return tuple(consequence for _, said in answers for consequence in said or ())
