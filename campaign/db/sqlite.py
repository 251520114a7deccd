"""SQLite under many writers: WAL, durable commits, writers that queue, a file that must stay there."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

BUSY_SECONDS = 4.0
WRITES = {"campaign_writes": True}
"""Execution option of a transaction that will write: it takes the write lock at its start, not half-way."""


class DatabaseGone(Exception):
    """The database file was removed or replaced while it was in use; what is written would be lost."""


def engine_url(path: Path) -> str:
    """The URL that opens an existing file and never makes an empty one in its place."""
    return f"sqlite:///file:{path}?mode=rw&uri=true"


def create_file(path: Path) -> None:
    """Make an empty database file that only this user may read, if there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def prepare(engine: Engine, busy_seconds: float = BUSY_SECONDS) -> None:
    """Install the connection settings and explicit transaction starts on `engine`."""
    event.listen(engine, "connect", partial(_configure, busy_seconds))
    event.listen(engine, "begin", _begin)


def _configure(busy_seconds: float, connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun in `_begin`, not guessed from the statement
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # nothing is acknowledged before it is on disk
        "foreign_keys=ON",
        f"busy_timeout={int(busy_seconds * 1000)}",
        "cache_size=-16000",
        "secure_delete=ON",  # erased people leave no bytes behind in free pages
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("campaign_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


class WriterQueue:
    """One writer at a time over all processes, by a lock file beside the database.

    SQLite's own busy handler sleeps in growing steps, so that two busy writers leave half the machine idle.
    Also notices that the database file is no longer the one that was opened.
    """

    def __init__(self, database: Path, busy_seconds: float = BUSY_SECONDS) -> None:
        """Queue for `database`; the lock file is made beside it when first needed."""
        self._database, self._busy_seconds = database, busy_seconds
        self._lock_path = database.with_name(database.name + ".writer")
        self._identity = self._identify()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the turn to write. Raises `DatabaseGone`, or SQLite's "locked" after `busy_seconds`."""
        try:
            handle = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except FileNotFoundError:
            raise DatabaseGone(str(self._database)) from None
        try:
            self._wait(handle)
            self._check()
            yield
        finally:
            os.close(handle)  # closing releases the lock

    def _wait(self, handle: int) -> None:
        deadline = time.monotonic() + self._busy_seconds
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise OperationalError("flock", {}, sqlite3.OperationalError("database is locked")) from None
                time.sleep(0.0005)
            else:
                return

    @contextmanager
    def claim(self, name: str) -> Iterator[bool]:
        """Whether nobody else in any process holds the claim `name` now."""
        path = self._database.with_name(f"{self._database.name}.{name}")
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
        finally:
            os.close(handle)

    def _check(self) -> None:
        identity = self._identify()
        if self._identity is None:
            self._identity = identity
        if identity is None or identity != self._identity:
            self._identity = identity
            raise DatabaseGone(str(self._database))

    def _identify(self) -> tuple[int, int] | None:
        try:
            status = self._database.stat()
        except FileNotFoundError:
            return None
        return status.st_dev, status.st_ino
