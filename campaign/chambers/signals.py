"""What the rest of the house hears of, in the same transaction: a listener that fails undoes the change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from blinker import Signal

mandates_changed = Signal(
    "Members took or left office. Sent with the session; `changes` is a tuple of `OfficeChange`, `now` a moment."
)


@dataclass(frozen=True, slots=True)
class OfficeChange:
    """One member who holds no mandate any more, anywhere, since `left_on`; or (None) who holds one again."""

    member_id: int
    left_on: date | None
