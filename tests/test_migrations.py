"""The migrations: up, down, with data, and at their end exactly what the models say, on both databases."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from campaign.app import create_app
from campaign.db import Base, atomic
from campaign.demo.service import load
from campaign.kit import clock
from campaign.operating.cli import migrate as migrate_command
from campaign.operating.migrating import FOLDER, go_back, migrate
from campaign.petitions.cli import petitions
from tests.conftest import close
from tests.factories import Signing
from tests.fakes.jobs import KickRecorder

REVISIONS = [script.revision for script in reversed(list(ScriptDirectory(FOLDER).walk_revisions()))]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path) -> Iterator[str]:
    """A database of this test's own: it is taken apart here. Empty; on SQLite there is not even a file."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'instance' / 'campaign.db'}"
        return
    with request.getfixturevalue("postgres").fresh_database() as url:
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
        yield url


@pytest.fixture
def app(config):
    app = create_app(config)
    app.testing = True
    app.extensions["campaign.jobs"] = KickRecorder()
    yield app
    close(app)


@pytest.fixture
def engine(app):
    return app.extensions["campaign.store"].engine


def things(engine) -> dict[str, object]:
    """All that lies in the database: tables with columns and indexes, triggers and functions."""
    found: dict[str, object] = {}
    looking = inspect(engine)
    for table in sorted(looking.get_table_names()):
        if table != "alembic_version" and not table.startswith("huey_"):
            columns = [
                (column["name"], str(column["type"]), column["nullable"]) for column in looking.get_columns(table)
            ]
            indexes = sorted(str(index["name"]) for index in looking.get_indexes(table))
            found[table] = columns, indexes
    sqlite = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    postgresql = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    with engine.connect() as connection:
        query = sqlite if engine.dialect.name == "sqlite" else postgresql
        found["triggers"] = sorted(connection.execute(text(query)).scalars())
    return found


def differences(engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _is_ours})
        return list(compare_metadata(context, Base.metadata))


def _is_ours(name, kind, _parents):
    """The jobs' engine keeps its own tables beside ours on PostgreSQL."""
    return not (kind == "table" and name.startswith("huey_"))


def test_from_nothing_to_the_newest_and_back_to_nothing_and_up_again(app, engine):
    migrate(app)
    newest = things(engine)
    assert newest["triggers"]
    assert "signatures" in newest
    go_back(app, "base")
    assert things(engine) == {"triggers": []}
    migrate(app)
    assert things(engine) == newest


def test_every_single_step_can_be_undone_and_done_again(app, engine):
    for revision in REVISIONS:
        migrate(app, revision)
        there = things(engine)
        go_back(app, "-1")
        migrate(app, revision)
        assert things(engine) == there, revision


def test_at_the_newest_version_the_tables_are_those_of_the_models(app, engine):
    migrate(app)
    assert differences(engine) == []


def test_a_column_that_no_migration_made_would_be_found(app, engine):
    migrate(app)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE petitions ADD COLUMN forgotten INTEGER"))
    assert len(differences(engine)) == 1


def test_a_database_with_signatures_is_migrated_without_touching_them(app, engine):
    migrate(app)
    with app.app_context(), atomic() as session:
        load(session, clock.now())
    signing = Signing(app)
    uid = signing.confirmed(comment="kept")
    migrate(app)
    assert bytes(signing.one("SELECT uid FROM signatures")) == uid
    assert differences(engine) == []


def test_a_database_with_signatures_and_records_can_be_taken_down_and_set_up_anew(app, engine):
    migrate(app)
    with app.app_context(), atomic() as session:
        load(session, clock.now())
    Signing(app).confirmed()
    with app.app_context():
        app.test_cli_runner().invoke(petitions, ["state", "free-viasna", "closed"])
    go_back(app, "base")
    assert things(engine) == {"triggers": []}
    migrate(app)
    with app.app_context(), atomic() as session:
        assert load(session, clock.now())
    assert Signing(app).one("SELECT count(*) FROM signatures") == 0


def test_the_command_is_harmless_when_repeated(app, engine):
    for _ in range(2):
        done = app.test_cli_runner().invoke(migrate_command)
        assert done.exit_code == 0, done.output
        assert "newest version" in done.output
    assert differences(engine) == []


def test_the_database_file_can_be_read_by_its_owner_only(app, engine, config):
    migrate(app)
    if engine.dialect.name == "sqlite":
        path = Path(config.database_url.removeprefix("sqlite:///"))
        with engine.begin() as connection:
            connection.execute(text("UPDATE petitions SET goal = 1"))
            modes = {found.name: stat.S_IMODE(found.stat().st_mode) for found in path.parent.glob("campaign.db*")}
        assert modes
        assert set(modes.values()) == {0o600}, modes


def test_the_revisions_form_one_line():
    assert len(ScriptDirectory(FOLDER).get_heads()) == 1
    assert REVISIONS[0].startswith("0001")
