"""Several processes run as one: output passed on, the dead started again, all stopped in order."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import TextIO

from campaign.server.child import Child, Exited, Process

__all__ = ["Process", "Supervisor"]

KILL_AFTER = 0.9
"""The part of the time for stopping after which those that still run are killed."""


class Supervisor:
    """Runs `processes` until told to stop: started in the given order, stopped in the opposite one.

    Every child is the leader of its own session. So Ctrl-C in the terminal reaches the supervisor alone,
    which hands it on once and in order. When the supervisor itself is killed, children that hold their
    leash end too.
    """

    def __init__(self, processes: Sequence[Process], *, output: TextIO = sys.stderr, stop_within: float = 10.0) -> None:
        # Of the queues only this one may be written to by a signal handler while the same thread reads it.
        self._events: queue.SimpleQueue[Exited | int] = queue.SimpleQueue()
        self._leash, self._leash_held = os.pipe()
        width = max(len(process.name) for process in processes)
        self._children = [Child(process, self._events, output, width=width) for process in processes]
        self._output = output
        self._stop_within = stop_within

    def run(self, alongside: Callable[[], None] | None = None) -> int:
        """Run until SIGINT, SIGTERM, SIGHUP or `stop`; the exit code.

        It is 0 unless a child had to be killed or `stop` was given another. Must be called in the main
        thread, once. `alongside` runs in a thread of its own after the start.
        """
        with self._signals():
            for child in self._children:
                child.start(self._leash)
            if alongside is not None:
                threading.Thread(target=alongside, name="alongside", daemon=True).start()
            code = self._keep_running()
            clean = self._stop_all()
        for child in self._children:
            child.finish_output()
        os.close(self._leash)
        os.close(self._leash_held)
        return code if clean else code or 1

    def stop(self, exit_code: int = 0) -> None:
        """Stop everything; may be called from any thread. A second call kills what has not stopped yet."""
        self._events.put(exit_code)

    def _keep_running(self) -> int:
        """Start again what died, until told to stop; the exit code that was asked for."""
        while True:
            due = [child.due for child in self._children if child.due is not None]
            event = self._next_event(until=min(due, default=None))
            if isinstance(event, int):
                return event
            if event is not None and event.child.has_exited(event):
                self._say(event.child.plan_restart(event))
            for child in self._children:
                if child.due is not None and child.due <= time.monotonic():
                    child.start(self._leash)

    def _stop_all(self) -> bool:
        """Ask one after the other, give each a share of the time, kill the rest. True if none was killed."""
        now = time.monotonic()
        deadline = now + self._stop_within * KILL_AFTER
        running = [child for child in reversed(self._children) if child.running]
        hurry = False
        for number, child in enumerate(running):
            child.terminate()
            share = (deadline - time.monotonic()) / (len(running) - number)
            hurry = hurry or self._await([child], until=time.monotonic() + share)
        hurry = hurry or self._await(running, until=deadline)
        late = [child for child in running if child.running]
        for child in late:
            self._say(f"{child.name} did not stop{' yet' if hurry else ' in time'} and is killed.")
            child.kill()
        self._await(late, until=now + self._stop_within)
        return not late

    def _await(self, children: Sequence[Child], *, until: float) -> bool:
        """Wait for the end of `children`. True if somebody asked once more to stop, and will not wait."""
        while any(child.running for child in children):
            event = self._next_event(until=until)
            if event is None:
                return False
            if isinstance(event, int):
                return True
            event.child.has_exited(event)
        return False

    def _next_event(self, *, until: float | None) -> Exited | int | None:
        try:
            return self._events.get(timeout=None if until is None else max(0.0, until - time.monotonic()))
        except queue.Empty:
            return None

    def _say(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # nobody listens any more; that is no reason to fall
            self._output.write(text + "\n")
            self._output.flush()

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        def handle(_number: int, _frame: FrameType | None) -> None:
            self.stop()

        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = [(number, signal.signal(number, handle)) for number in numbers]
        try:
            yield
        finally:
            for number, handler in before:
                signal.signal(number, handler)
