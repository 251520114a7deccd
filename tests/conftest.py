"""What every test may ask for: an application on a fresh database, SQLite and PostgreSQL alike."""

from __future__ import annotations

import gc
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from campaign.config import Config
from tests.applications import new_app
from tests.databases import Postgres, demo_file, migrated_file
from tests.documents import switched_on
from tests.fakes.jobs import KickRecorder

pytest_plugins = ["tests.ci_policy"]


def pytest_collection_finish() -> None:
    """What is loaded now stays: the garbage collector need not go through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL server for the whole run."""
    with tempfile.TemporaryDirectory(prefix="campaign-postgres-") as folder:
        Path(folder).chmod(0o755)  # run by root, the server becomes another user, who must get in
        with Postgres(Path(folder)) as server:
            yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database to copy."""
    return migrated_file(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def sqlite_demo(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """The same with the demo campaign in it."""
    return demo_file(tmp_path_factory.mktemp("demo"), sqlite_template)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated database; the test runs once for each kind."""
    if request.param == "sqlite":
        path = tmp_path / "instance" / "campaign.db"
        path.parent.mkdir()
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    yield request.getfixturevalue("postgres").emptied_database()


@pytest.fixture
def env(database_url: str, tmp_path: Path) -> dict[str, str]:
    """The settings of the application under test."""
    return {
        "CAMPAIGN_INSTANCE": str(tmp_path / "instance"),
        "CAMPAIGN_DATABASE_URL": database_url,
        "CAMPAIGN_BASE_URL": "http://localhost",
        "CAMPAIGN_RATE_LIMITS": "off",
    }


@pytest.fixture
def config(env: dict[str, str]) -> Config:
    """The same, read."""
    return Config.from_env(env)


@pytest.fixture
def demo(config: Config, request: pytest.FixtureRequest) -> None:
    """The demo campaign in the fresh database. It was loaded an hour ago."""
    if config.database_url.startswith("sqlite"):
        shutil.copy(request.getfixturevalue("sqlite_demo"), config.database_url.removeprefix("sqlite:///"))
    else:
        request.getfixturevalue("postgres").add_demo()


@pytest.fixture
def app(config: Config, demo: None) -> Iterator[Flask]:
    """The application with the demo campaign loaded."""
    app = new_app(config)
    app.extensions["campaign.jobs"] = KickRecorder()
    yield app
    close(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser of sorts, without cookies unless the desk sets them."""
    return app.test_client()


@pytest.fixture(scope="session")
def campaign() -> Iterator[Path]:
    """The command `campaign`, as a program that starts quickly."""
    with switched_on() as campaign:
        yield campaign


def close(app: Flask) -> None:
    """Let go of the database, so that it can be dropped."""
    app.extensions["campaign.store"].engine.dispose()
