"""What the rooms above hear of, in the same transaction: a listener that fails undoes the change."""

from __future__ import annotations

from blinker import Signal

merged = Signal(
    "Two facilities turned out to be one. Sent with the session before `other_id` is deleted: whatever refers to it "
    "has to refer to `keep_id` from now on. `vault` opens what is sealed."
)
