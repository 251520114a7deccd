"""A process ends when the one that started it is gone, however that one died.

The supervisor keeps the write end of a pipe to itself and each child inherits the read end. The kernel closes
the write end with the supervisor, even after SIGKILL, and the child reads the end of the file. Unlike Linux's
`PR_SET_PDEATHSIG` this works on every Unix and needs no code between fork and exec.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, MutableMapping

VARIABLE = "CAMPAIGN_LEASH_FD"
GRACE = 10.0
"""Seconds between the polite signal and the last one."""


def hold(environ: MutableMapping[str, str] = os.environ) -> None:
    """Tie this process to the supervisor that started it. Does nothing for one that was started by hand.

    The variable is taken out of the environment: what this process starts has no such descriptor.
    """
    number = environ.pop(VARIABLE, "")
    if number.isdecimal():
        _watch(lambda: _wait_for_end_of_file(int(number)))


def hold_to_parent() -> None:
    """Tie a `multiprocessing` child to its parent, which may itself be killed without time to stop it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        _watch(parent.join)


def _watch(wait: Callable[[], object]) -> None:
    threading.Thread(target=_end_after, args=(wait,), name="leash", daemon=True).start()


def _end_after(wait: Callable[[], object]) -> None:
    wait()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os.kill(os.getpid(), signal.SIGKILL)


def _wait_for_end_of_file(descriptor: int) -> None:
    while os.read(descriptor, 1):
        pass
