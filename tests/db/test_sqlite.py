"""SQLite under hostile circumstances: locked from outside, removed, replaced; and what it promises in good ones."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from campaign.db import DatabaseGone, atomic, db, is_unavailable, sqlite, store
from campaign.db.session import Store


@pytest.fixture(params=["sqlite"])
def database_url(request, sqlite_template, tmp_path):
    path = tmp_path / "instance" / "campaign.db"
    path.parent.mkdir()
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def path(config):
    return Path(config.database_url.removeprefix("sqlite:///"))


@pytest.fixture
def impatient(path):
    """A store that waits a tenth of a second where the real one waits four."""
    found = Store(create_engine(sqlite.engine_url(path)), busy_seconds=0.1)
    with found.turn(), found.engine.begin() as connection:
        connection.execute(text("CREATE TABLE notes (name TEXT)"))
    yield found
    found.engine.dispose()


def note(connection):
    connection.execute(text("INSERT INTO notes VALUES ('x')"))


def notes(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT count(*) FROM notes").fetchone()[0]


def test_what_is_committed_is_on_disk_and_what_is_deleted_leaves_no_bytes(impatient):
    with impatient.engine.connect() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_a_database_locked_by_another_program_is_said_to_be_unavailable(impatient, path):
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked") as caught:
            impatient.gather(note)
        assert is_unavailable(caught.value)
        other.execute("ROLLBACK")
    impatient.gather(note)
    assert notes(path) == 1


def test_a_writer_of_ours_that_does_not_end_is_waited_for_and_then_named(impatient, path):
    stuck = sqlite.WriterQueue(path)
    with stuck.turn(), pytest.raises(OperationalError, match="locked"):
        impatient.gather(note)
    impatient.gather(note)
    assert notes(path) == 1


def test_a_removed_database_is_noticed_and_nothing_is_made_in_its_place(impatient, path):
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        name.unlink(missing_ok=True)
    for _ in range(2):
        with pytest.raises((DatabaseGone, OperationalError)) as caught:
            impatient.gather(note)
        assert is_unavailable(caught.value)
    assert not path.exists()


def test_the_whole_folder_gone_is_noticed(impatient, path):
    path.parent.rename(path.parent.with_name("elsewhere"))
    with pytest.raises(DatabaseGone):
        impatient.gather(note)
    path.parent.with_name("elsewhere").rename(path.parent)
    impatient.gather(note)
    assert notes(path) == 1


def test_after_a_replacement_the_next_write_goes_into_the_new_file(impatient, path, tmp_path):
    impatient.gather(note)
    _replace(path, tmp_path)
    with pytest.raises(DatabaseGone):
        impatient.gather(note)
    impatient.gather(note)
    assert notes(path) == 1


def _replace(path, tmp_path):
    """Put a restored copy in the database's place, as an operator would: without what belonged to the old one."""
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        copy.execute("CREATE TABLE notes (name TEXT)")
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    (tmp_path / "copy.db").replace(path)


def test_an_ordinary_transaction_too_writes_into_the_new_file(app, path, tmp_path):
    with app.app_context():
        with atomic() as session:
            session.connection().execute(text("CREATE TABLE notes (name TEXT)"))
            note(session.connection())
        _replace(path, tmp_path)
        with pytest.raises(DatabaseGone):
            _note_in_a_transaction()
        _note_in_a_transaction()
    assert notes(path) == 1


def _note_in_a_transaction():
    with atomic() as session:
        note(session.connection())


def test_a_transaction_that_fails_is_rolled_back_whole(app):
    with app.app_context():
        with pytest.raises(ZeroDivisionError):
            _break_off()
        assert db.session.execute(text("SELECT count(*) FROM audit_entries WHERE actor = 'x'")).scalar() == 0
        assert store().engine.pool.checkedout() <= 1


def _break_off():
    with atomic() as session:
        session.execute(text("UPDATE campaigns SET name = 'x'"))
        raise ZeroDivisionError


def test_an_engine_never_makes_a_missing_file(tmp_path):
    engine = create_engine(sqlite.engine_url(tmp_path / "missing.db"))
    with pytest.raises(OperationalError):
        engine.connect()
    assert not (tmp_path / "missing.db").exists()


def test_a_new_file_can_be_read_by_its_owner_only_and_an_old_one_is_left_alone(tmp_path):
    path = tmp_path / "deep" / "new.db"
    sqlite.create_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("mine")
    sqlite.create_file(path)
    assert path.read_text() == "mine"
