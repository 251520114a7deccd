"""One process under the supervisor: its start, its output, its end, and when to try again."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, TextIO

from campaign.server import leash

FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
STEADY = 60.0
"""Seconds after which a process counts as having run well, so that its next restart is quick again."""
LONGEST_LINE = 8_192


@dataclass(frozen=True, slots=True)
class Process:
    """What to run: a short name for the output, the command, and its whole environment."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Exited:
    """A child ended: with its exit code, minus the signal's number, or None if it could not be started."""

    child: Child
    popen: subprocess.Popen[bytes] | None
    code: int | None


class Child:
    """A process that is started, and started again, by one thread: the supervisor's."""

    def __init__(
        self, process: Process, events: queue.SimpleQueue[Exited | int], output: TextIO, *, width: int
    ) -> None:
        self.name = process.name
        self.due: float | None = None
        """When to start it again, on the monotonic clock."""
        self._process = process
        self._events = events
        self._output = output
        self._prefix = f"{process.name:<{width}} | "
        self._popen: subprocess.Popen[bytes] | None = None
        self._relay: threading.Thread | None = None
        self._delay = FIRST_DELAY
        self._started = 0.0

    @property
    def running(self) -> bool:
        """Whether it was started and its end has not been noted yet."""
        return self._popen is not None

    def start(self, leash_descriptor: int) -> None:
        """Start it in its own session. A failure is reported as its end, so that it is tried again."""
        self.due = None
        self._started = time.monotonic()
        env = {**self._process.env, leash.VARIABLE: str(leash_descriptor), "PYTHONUNBUFFERED": "1"}
        try:
            popen = subprocess.Popen(
                self._process.command,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(leash_descriptor,),
            )
        except OSError:
            self._events.put(Exited(self, None, None))
            return
        self._popen = popen
        assert popen.stdout is not None
        self._relay = threading.Thread(target=self._pass_on, args=(popen.stdout,), daemon=True)
        self._relay.start()
        threading.Thread(target=self._wait_for, args=(popen,), daemon=True).start()

    def terminate(self) -> None:
        """Ask it to end. Only the leader is asked, and stops what it started itself."""
        if self._popen is not None:
            self._popen.terminate()

    def kill(self) -> None:
        """End it and all that it started."""
        if self._popen is not None:
            _kill_group(self._popen.pid)

    def has_exited(self, event: Exited) -> bool:
        """Note its end. False if the event tells of an earlier run."""
        if event.popen is not self._popen:
            return False
        if self._popen is not None:
            _kill_group(self._popen.pid)  # what it left behind would keep its port and its locks
        self._popen = None
        return True

    def plan_restart(self, event: Exited) -> str:
        """Set when it is to be started again; a sentence about it."""
        if time.monotonic() - self._started >= STEADY:
            self._delay = FIRST_DELAY
        delay, self._delay = self._delay, min(self._delay * 2, LONGEST_DELAY)
        self.due = time.monotonic() + delay
        return f"{self.name} {_manner(event.code)}; it is started again in {delay:g} s."

    def finish_output(self) -> None:
        """Give the last lines a moment to get out."""
        if self._relay is not None:
            self._relay.join(timeout=1)

    def _wait_for(self, popen: subprocess.Popen[bytes]) -> None:
        self._events.put(Exited(self, popen, popen.wait()))

    def _pass_on(self, stream: IO[bytes]) -> None:
        with stream:
            while line := stream.readline(LONGEST_LINE):
                text = line.decode("utf-8", "replace").rstrip("\n")
                # One write a line, so that lines of different children do not mix. A reader that went away
                # must not stop the child at a full pipe: go on reading.
                with contextlib.suppress(OSError, ValueError):
                    self._output.write(f"{self._prefix}{text}\n")
                    self._output.flush()


def _manner(code: int | None) -> str:
    if code is None:
        return "could not be started"
    if code >= 0:
        return f"ended with exit code {code}"
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(-code).name}"
    return f"was ended by signal {-code}"


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
