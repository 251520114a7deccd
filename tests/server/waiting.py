"""Waiting for what other processes do: on a condition, with a deadline."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]


def eventually(condition: Callable[[], object], *, within: float = 30) -> object:
    """Ask until the answer is true, and return it. An OSError counts as not yet."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            if answer := condition():
                return answer
        except OSError:
            pass
        time.sleep(0.02)
    raise AssertionError(f"not within {within} s: {condition}")


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def running(
    code: str, *arguments: object, env: Mapping[str, str] | None = None, log: Path, cwd: Path = ROOT
) -> Iterator[subprocess.Popen[bytes]]:
    """A Python program in a session of its own; whatever is left of it at the end is killed."""
    command: Sequence[str] = [sys.executable, "-c", code, *map(str, arguments)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env={**os.environ, **(env or {})},
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=cwd,
        )
    family: set[psutil.Process] = set()
    try:
        yield process
    finally:
        with suppress(psutil.NoSuchProcess):
            family.update(psutil.Process(process.pid).children(recursive=True))
        if process.poll() is None:
            process.kill()
        process.wait(timeout=30)
        for child in family:
            if alive(child.pid):
                os.kill(child.pid, signal.SIGKILL)
