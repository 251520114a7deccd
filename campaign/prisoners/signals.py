"""What the rest of the house hears of, in the same transaction: a listener that fails undoes the change.

Rooms above connect in `app.py`: letters, godparents and petitions react to a release without this room knowing them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from blinker import Signal
from sqlalchemy.orm import Session

from campaign.prisoners.models import Status

changed = Signal(
    "Prisoners' status or facility changed. Sent with the session; `changes` is a tuple of `StatusChange`."
)
asked_what_follows = Signal("Asked before an act for many: what would `changes` cause? Receivers give `Consequence`s.")
asked_who_is_named = Signal("Asked which texts hold names; `sought` is `mentions.Sought`. Receivers give `Mention`s.")
visibility_changed = Signal("Profiles were hidden or shown again. Sent with the session; `prisoner_ids`, `hidden`.")


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One prisoner before and after. `batch_id` names the act for many, if it was one; `undo`: it was taken back."""

    prisoner_id: int
    before: Status
    after: Status
    facility_before: int | None
    facility_after: int | None
    batch_id: int | None = None
    undo: bool = False


@dataclass(frozen=True, slots=True)
class Consequence:
    """Something that a room above would do, or that people should look at: `text` is shown, `count` how many it meets.

    `text` translates itself when it is shown (lazy), and may hold `%(count)s`.
    """

    text: object
    count: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A text that holds a name that is looked for: its title, where to look at it, and whether it is the whole name."""

    title: str
    url: str
    whole: bool


def ask_what_follows(session: Session, changes: tuple[StatusChange, ...]) -> tuple[Consequence, ...]:
    """What the rooms above say would follow from `changes`."""
    if not changes:
        return ()
    answers: Sequence[tuple[object, Iterable[Consequence]]] = asked_what_follows.send(session, changes=changes)
    return tuple(consequence for _, said in answers for consequence in said)
