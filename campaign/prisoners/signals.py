"""What the rest of the house hears of, in the same transaction: a listener that fails undoes the change.

Rooms above connect in `app.py`: letters, godparents and petitions react to a release without this room knowing them.
"""

from __future__ import annotations

from dataclasses import dataclass

from blinker import Signal

from campaign.prisoners.models import Status

changed = Signal(
    "Prisoners' status or facility changed. Sent with the session; `changes` is a tuple of `StatusChange`."
)
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
