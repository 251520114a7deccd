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

    def __init__(
        self, seconds: float, most: int = 256, *, despite: Callable[[BaseException], bool] = lambda _error: False
    ) -> None:
        """Keep each value for `seconds`, and no more than `most` of them.

        An old value goes on being used while reading anew fails with an error that `despite` is true of.
        """
        self._seconds, self._most, self._despite = seconds, most, despite
        self._values: dict[Key, tuple[float, float, Value]] = {}  # fresh until, read at, what was read
        self._locks: dict[Key, threading.Lock] = {}

    def get(self, key: Key, read: Callable[[], Value]) -> Value:
        """The kept value, or a new one. Whatever `read` raises is raised, unless an old value serves despite it."""
        return self.get_aged(key, read)[0]

    def get_aged(self, key: Key, read: Callable[[], Value]) -> tuple[Value, float]:
        """As `get`, with the seconds since reading it began."""
        value, read_at = self._get(key, read)
        return value, time.monotonic() - read_at

    def _get(self, key: Key, read: Callable[[], Value]) -> tuple[Value, float]:
        found = self._values.get(key)
        if found is not None and time.monotonic() < found[0]:
            return found[2], found[1]
        lock = self._locks.setdefault(key, threading.Lock())
        if found is not None and lock.locked():
            return found[2], found[1]
        with lock:
            again = self._values.get(key)
            if again is not None and time.monotonic() < again[0]:
                return again[2], again[1]
            read_at = time.monotonic()
            try:
                value = read()
            except Exception as error:
                if again is None or not self._despite(error):
                    raise
                _, read_at, value = again
            if len(self._values) >= self._most:
                self._values.clear()
                self._locks.clear()
            self._values[key] = (time.monotonic() + self._seconds, read_at, value)
            return value, read_at

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()
