"""Values that are read often and may be a moment old."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Keep(Generic[Key, Value]):
    """Keeps what `read(key)` returned for `seconds`. While one thread reads anew, the others use the old value."""

    def __init__(self, seconds: float, most: int = 256) -> None:
        """Keep each value for `seconds`, and no more than `most` of them."""
        self._seconds, self._most = seconds, most
        self._values: dict[Key, tuple[float, Value]] = {}
        self._locks: dict[Key, threading.Lock] = {}

    def get(self, key: Key, read: Callable[[], Value]) -> Value:
        """The kept value, or a new one. Whatever `read` raises is raised, and nothing is kept."""
        found = self._values.get(key)
        if found is not None and time.monotonic() < found[0]:
            return found[1]
        lock = self._locks.setdefault(key, threading.Lock())
        if found is not None and lock.locked():
            return found[1]
        with lock:
            again = self._values.get(key)
            if again is not None and time.monotonic() < again[0]:
                return again[1]
            value = read()
            if len(self._values) >= self._most:
                self._values.clear()
                self._locks.clear()
            self._values[key] = (time.monotonic() + self._seconds, value)
            return value

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()
