"""Random bytes from the operating system, taken in larger helpings.

Asking the system lets other threads of the process run first. A signature needs random bytes a dozen times, and waiting
a dozen times for all the others is what would make many signatures at once slow.
"""

from __future__ import annotations

import os
import threading

HELPING = 1024


class _Store(threading.local):
    """One per thread: nothing is shared, so nothing is handed out twice."""

    def __init__(self) -> None:
        self.bytes = b""
        self.used = 0


_store = _Store()


def random_bytes(count: int) -> bytes:
    """`count` bytes (at most `HELPING`) from `os.urandom`, never handed out before."""
    start, end = _store.used, _store.used + count
    if end > len(_store.bytes):
        _store.bytes = os.urandom(HELPING)
        start, end = 0, count
    _store.used = end
    return _store.bytes[start:end]


def _forget() -> None:
    _store.bytes, _store.used = b"", 0


os.register_at_fork(after_in_child=_forget)  # parent and child must not hand out the same bytes
