"""Sessions and transactions. Only what is here commits.

`atomic()` is the ordinary transaction of views, admin, cli and jobs. `gather(work)` is for the few statements that
thousands of people run at once: it puts the work of concurrent callers into one commit, and each caller is answered
after that commit is on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from campaign.db import sqlite
from campaign.db.base import Base
from campaign.db.gathering import Gatherer, Together

Result = TypeVar("Result")
POOL_SIZE = 48  # above the number of web threads, so that no request waits for a connection
RACES = 5
RACE_STATES = ("40001", "40P01")
"""PostgreSQL: serialization failure, deadlock detected."""

_CLAIM = text("SELECT pg_try_advisory_lock(hashtext(:name))")
_UNCLAIM = text("SELECT pg_advisory_unlock(hashtext(:name))")

db = SQLAlchemy(metadata=Base.metadata)


class Store:
    """What one application holds of its database: the engine and the ways to write through it."""

    def __init__(self, engine: Engine, busy_seconds: float = sqlite.BUSY_SECONDS) -> None:
        """Take the engine; on SQLite, set up the writers' queue and the gatherer."""
        self.engine = engine
        self.embedded = engine.dialect.name == "sqlite"
        self._queue: sqlite.WriterQueue | None = None
        self._gatherer = Gatherer(self._begin)
        if self.embedded:
            sqlite.prepare(engine, busy_seconds)
            self._queue = sqlite.WriterQueue(sqlite_path(engine), busy_seconds)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The turn to write (SQLite: one at a time over all processes; PostgreSQL: no queue)."""
        try:
            with self._queue.turn() if self._queue else nullcontext():
                yield
        except sqlite.DatabaseGone:
            self.engine.dispose()  # kept connections lead to the file that is gone: what they write would be lost
            raise

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        with (
            self.turn(),
            self.engine.connect().execution_options(**sqlite.WRITES) as connection,
            connection.begin(),
        ):
            yield connection

    def gather(self, work: Callable[[Connection], Result]) -> Result:
        """Run `work` in a transaction that is committed when this returns. See the module's text."""
        return again(lambda: self._gatherer.run(work))

    def gather_together(self, together: Together, item: Any) -> None:
        """As `gather`, for many callers with the same `together`: see `Gatherer.run_together`."""
        again(lambda: self._gatherer.run_together(together, item))

    @contextmanager
    def exclusive(self, name: str) -> Iterator[bool]:
        """Whether this process alone does `name` now. The claim ends with the block, or with the process."""
        if self._queue:
            with self._queue.claim(name) as ours:
                yield ours
            return
        with self.engine.connect() as connection:
            ours = bool(connection.execute(_CLAIM, {"name": name}).scalar_one())
            try:
                yield ours
            finally:
                if ours:
                    connection.execute(_UNCLAIM, {"name": name})


def again(run: Callable[[], Result]) -> Result:
    """Run anew when another process was first with the same row (now it is found) or held what we waited for.

    `run` opens its transaction itself and takes nothing with it from outside that was read before:

        def work() -> int:
            with atomic() as session:
                return service.change(session, ...)

        number = again(work)
    """
    for _ in range(RACES - 1):
        try:
            return run()
        except DBAPIError as error:
            if not (isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in RACE_STATES):
                raise
    return run()


def sqlite_path(engine: Engine) -> Path:
    """The file behind an engine made with `sqlite.engine_url`."""
    return Path((engine.url.database or "").removeprefix("file:"))


def init_app(app: Flask, database_url: str) -> None:
    """Bind the database to `app`. The SQLite file must exist (`campaign migrate` makes it)."""
    options: dict[str, Any] = {"pool_size": POOL_SIZE, "max_overflow": 0, "pool_timeout": 5}
    options["hide_parameters"] = True  # or an exception's text would hold what a person typed
    if database_url.startswith("sqlite"):
        database_url = sqlite.engine_url(Path(database_url.removeprefix("sqlite:///")))
    else:
        options |= {"pool_pre_ping": True, "connect_args": {"connect_timeout": 3, "options": "-c timezone=UTC"}}
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        app.extensions["campaign.store"] = Store(db.engine)


def store() -> Store:
    """The present application's store."""
    found: Store = current_app.extensions["campaign.store"]
    return found


@contextmanager
def atomic() -> Iterator[Session]:
    """One transaction on the request's session: committed at the end, rolled back whole on any exception."""
    session: Session = db.session()
    session.rollback()  # end the reads so far: a transaction that writes starts from the present state
    with store().turn():
        try:
            session.connection(execution_options=sqlite.WRITES)
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


def gather(work: Callable[[Connection], Result]) -> Result:
    """`Store.gather` of the present application."""
    return store().gather(work)


def gather_together(together: Together, item: Any) -> None:
    """`Store.gather_together` of the present application."""
    store().gather_together(together, item)


def is_unavailable(error: BaseException) -> bool:
    """Whether the database could not be used at all (locked, full, gone), as opposed to refusing the data."""
    if isinstance(error, sqlite.DatabaseGone):
        return True
    return isinstance(error, DBAPIError) and not isinstance(error, (IntegrityError, DataError))
