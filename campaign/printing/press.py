"""How much is printed at once: whoever asks for thousands of pages gets "later", and the site goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 3.0


class Busy(Exception):
    """The press has all the work that it takes."""


class Press:
    """Lets `at_once` print and `waiting` more wait, each for a few seconds."""

    def __init__(self, at_once: int, waiting: int, patience: float = PATIENCE_SECONDS) -> None:
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._presses = threading.BoundedSemaphore(at_once)
        self._patience = patience

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The turn to print. Raises `Busy`."""
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            if not self._presses.acquire(timeout=self._patience):
                raise Busy
            try:
                yield
            finally:
                self._presses.release()
        finally:
            self._places.release()
