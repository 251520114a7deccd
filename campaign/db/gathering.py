"""Group commit: the work of concurrent callers in one transaction.

A commit that is on disk costs some tenths of a millisecond whether it holds one row or fifty. A single thread per
process takes all work that is waiting, runs each piece inside a savepoint, commits once and then answers everybody.
A piece that fails is rolled back alone; when the commit fails, nobody is told that theirs succeeded.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Connection

Result = TypeVar("Result")
Together: TypeAlias = Callable[[Connection, list[Any]], None]
MOST_TOGETHER = 64


class _Piece:
    """One caller's work and, later, its outcome. Pieces with the same `together` may be done by one call of it."""

    __slots__ = ("done", "error", "item", "result", "together", "work")

    def __init__(self, work: Callable[[Connection], Any], together: Together | None = None, item: Any = None) -> None:
        self.work, self.together, self.item = work, together, item
        self.result: Any = None
        self.error: BaseException | None = None
        self.done = threading.Lock()
        self.done.acquire()


class Gatherer:
    """Runs work given from many threads, many pieces to a commit."""

    def __init__(self, begin: Callable[[], AbstractContextManager[Connection]]) -> None:
        """`begin` opens a transaction that commits when left."""
        self._begin = begin
        self._waiting: SimpleQueue[_Piece] = SimpleQueue()
        self._start = threading.Lock()
        self._process: int | None = None

    def run(self, work: Callable[[Connection], Result]) -> Result:
        """The result of `work(connection)`, after the commit that holds it. Raises what work or commit raised."""
        result: Result = self._wait(_Piece(work))
        return result

    def run_together(self, together: Together, item: Any) -> None:
        """Do `together(connection, [item, ...])` for the items of all who wait; return after the commit.

        Should it fail, it is called for each item alone, so that a bad one harms nobody else.
        """
        self._wait(_Piece(lambda connection: together(connection, [item]), together, item))

    def _wait(self, piece: _Piece) -> Any:
        if self._process != os.getpid():
            self._start_thread()
        self._waiting.put(piece)
        piece.done.acquire()
        if piece.error is not None:
            raise piece.error
        return piece.result

    def _start_thread(self) -> None:
        with self._start:
            if self._process != os.getpid():  # threads do not survive a fork; the child starts its own
                self._waiting = SimpleQueue()
                threading.Thread(target=self._serve, args=(self._waiting,), name="gatherer", daemon=True).start()
                self._process = os.getpid()

    def _serve(self, waiting: SimpleQueue[_Piece]) -> None:
        while True:
            pieces = [waiting.get()]
            try:
                while len(pieces) < MOST_TOGETHER:
                    pieces.append(waiting.get_nowait())
            except Empty:
                pass
            self._commit(pieces)

    def _commit(self, pieces: list[_Piece]) -> None:
        try:
            with self._begin() as connection:
                for together, group in _groups(pieces).items():
                    _attempt(connection, together, group)
        except BaseException as error:  # noqa: BLE001 - whatever it is belongs to the callers, not to this thread
            for piece in pieces:
                piece.error = piece.error or error
        for piece in pieces:
            piece.done.release()


def _groups(pieces: list[_Piece]) -> dict[Together | None, list[_Piece]]:
    groups: dict[Together | None, list[_Piece]] = {}
    for piece in pieces:
        groups.setdefault(piece.together, []).append(piece)
    return groups


def _attempt(connection: Connection, together: Together | None, pieces: list[_Piece]) -> None:
    if together is not None and len(pieces) > 1:
        items = [piece.item for piece in pieces]
        if _in_savepoint(connection, lambda: together(connection, items)) is None:
            return
    for piece in pieces:
        piece.error = _in_savepoint(connection, lambda piece=piece: _do(connection, piece))  # type: ignore[misc]  # bound early on purpose


def _do(connection: Connection, piece: _Piece) -> None:
    piece.result = piece.work(connection)


def _in_savepoint(connection: Connection, work: Callable[[], Any]) -> Exception | None:
    """Do `work`; if it fails, undo it alone and give the exception."""
    failure: Exception | None = None
    connection.exec_driver_sql("SAVEPOINT piece")
    try:
        work()
    except Exception as error:  # noqa: BLE001 - handed to the caller
        failure = error
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT piece")
    connection.exec_driver_sql("RELEASE SAVEPOINT piece")
    return failure
