"""The one place that asks what time it is, so that tests can hold it still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _read()


def rfc3339(moment: datetime) -> str:
    """`moment` as an RFC 3339 timestamp in UTC with whole seconds, e.g. `2026-11-22T14:07:13Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def following(read: Callable[[], datetime]) -> Iterator[None]:
    """Ask `read` for the time instead, in every thread of this process: for tests that hold and move the clock."""
    global _read  # noqa: PLW0603 - the one clock of the process is what this is about
    before, _read = _read, read
    try:
        yield
    finally:
        _read = before


def _system() -> datetime:
    return datetime.now(UTC)


_read: Callable[[], datetime] = _system
