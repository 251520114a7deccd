"""Stands in for the jobs' engine where a test is about what a page does, not about what a worker does later."""

from __future__ import annotations

import threading


class KickRecorder:
    """Takes kicks and remembers them; runs nothing."""

    def __init__(self) -> None:
        self.kicked: list[str] = []
        self.stopping = threading.Event()

    def kick(self, name: str) -> None:
        self.kicked.append(name)

    def make_tables(self) -> None:
        """There are none."""
