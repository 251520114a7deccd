"""A new field key: everything stored is sealed anew while people sign, then the old key goes and nothing is lost."""

import time
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from campaign.db import Base, Sealed, store
from campaign.operating import rotation
from campaign.operating.cli import SETTLE_SECONDS, keys
from campaign.petitions import receipts
from campaign.vault import KeyRing, KeyRingError, Vault, changing, load, save
from tests.factories import Signing


@pytest.fixture
def ring_file(config):
    return config.keys_file


@pytest.fixture
def run(app):
    """Runs `campaign keys …` as a new process would: with the ring that is on disk now."""

    def command(*args):
        before, path = app.extensions["campaign.vault"], app.extensions["campaign.config"].keys_file
        save(path, replace(load(path), rotated_at=0.0))  # long ago: every process has noticed
        app.extensions["campaign.vault"] = Vault(load(path))
        try:
            done = app.test_cli_runner().invoke(keys, args)
        finally:
            app.extensions["campaign.vault"] = before
        assert done.exit_code == 0, done.output
        return done.output

    return command


@pytest.fixture
def signing(app):
    signing = Signing(app)
    for number in range(3):
        signing.confirmed(f"{number}@example.org", comment="words", postal_code="1")
    signing.sign("pending@example.org")
    return signing


def numbers(app):
    """How many sealed values each key number has, over all columns."""
    found = {}
    with app.app_context(), store().engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, Sealed):
                    for value in connection.execute(select(column).where(column.is_not(None))).scalars():
                        found[value[0]] = found.get(value[0], 0) + 1
    return found


def everything_opens(app, signing, vault):
    with app.app_context(), store().engine.connect() as connection:
        for row in signing.rows("SELECT uid FROM signatures"):
            own = receipts.receipt(connection, vault, bytes(row.uid))
            assert own.given_name == "Jo"
            assert own.email.endswith("@example.org")
        for row in signing.rows("SELECT uid, content FROM messages WHERE content IS NOT NULL"):
            assert "http://localhost/" in vault.open("messages.content", bytes(row.uid), bytes(row.content))


def test_every_sealed_column_is_known_to_the_rotation(app):
    with app.app_context(), store().engine.connect() as connection:
        planned = {f"{work.table.name}.{column.name}" for work in rotation.plan(connection) for column in work.columns}
    assert planned == {
        "drafts.fields", "godparent_invitations.email", "godparent_invitations.message", "godparent_invitations.name",
        "godparents.contact", "godparents.typed", "import_doubts.record", "import_runs.content", "messages.answer",
        "messages.content", "messages.envelope", "persons.email", "prisoner_events.sealed", "signatures.comment",
        "signatures.family_name", "signatures.given_name", "signatures.postal_code",
    }  # fmt: skip


def test_rotate_then_retire_leaves_everything_open_and_the_old_key_gone(app, signing, run, ring_file):
    before = numbers(app)
    assert set(before) == {1}
    said = run("rotate")
    assert "Key 2 is the current one" in said
    assert "persons: 4 values sealed anew" in said
    assert numbers(app) == {2: before[1]}
    assert "Dropped: 1. Still needed: 0" in run("retire")
    assert set(load(ring_file).keys) == {2}
    everything_opens(app, signing, Vault(load(ring_file)))


def test_what_somebody_signs_with_the_old_key_meanwhile_keeps_that_key(app, signing, run, ring_file):
    run("rotate")
    app.extensions["campaign.vault"] = Vault(KeyRing(load(ring_file).root, load(ring_file).keys, current=1))
    signing.sign("late@example.org")
    assert 1 in numbers(app)
    assert "Still needed: 1 (run `campaign keys rotate`)" in run("retire")
    assert set(load(ring_file).keys) == {1, 2}
    assert "is the current one now" not in run("rotate")
    assert set(numbers(app)) == {2}
    run("retire")
    everything_opens(app, signing, Vault(load(ring_file)))


def test_a_rotation_that_was_interrupted_is_taken_up_where_it_stopped(app, signing, run, ring_file):
    total = sum(numbers(app).values())
    ring = load(ring_file).with_new_key()
    save(ring_file, ring)
    with app.app_context(), store().engine.begin() as connection:
        work = next(work for work in rotation.plan(connection) if work.table.name == "persons")
        rotation.reseal(connection, Vault(ring), work, 0)
    assert numbers(app) == {1: total - 4, 2: 4}
    said = run("rotate")
    assert "is the current one now" not in said
    assert "persons: 0 values sealed anew" in said
    assert numbers(app) == {2: total}
    everything_opens(app, signing, Vault(load(ring_file)))


def test_an_old_key_is_kept_until_every_process_must_have_noticed_the_rotation(app, ring_file):
    save(ring_file, replace(load(ring_file).with_new_key(), rotated_at=time.time() + 0.2 - SETTLE_SECONDS))
    app.extensions["campaign.vault"] = Vault(load(ring_file))
    done = app.test_cli_runner().invoke(keys, ["retire"])
    assert "until every running process has noticed" in done.output
    assert load(ring_file).rotated_at + SETTLE_SECONDS <= time.time()
    assert set(load(ring_file).keys) == {2}


def test_more_rows_than_a_batch_are_all_sealed_anew(app, signing):
    vault = Vault(app.extensions["campaign.vault"].ring.with_new_key())
    with app.app_context(), store().engine.begin() as connection:
        work = next(work for work in rotation.plan(connection) if work.table.name == "signatures")
        after, seen = rotation.reseal(connection, vault, work, 0)[:2]
        assert seen == 4
        assert rotation.reseal(connection, vault, work, after) == (after, 0, 0)
        assert connection.execute(select(func.max(work.table.c.id))).scalar() == after


def test_a_running_process_reads_on_after_a_rotation(app, client, signing, run):
    uid = signing.rows("SELECT uid FROM signatures WHERE status = 'confirmed'")[0].uid
    running = app.extensions["campaign.vault"]
    path = f"/receipt/{running.issue('r', bytes(uid))}"
    run("rotate")
    assert "words" in client.get(path).text
    assert running.ring.current == 2
    signing.sign("after@example.org")
    assert set(numbers(app)) == {2}


def test_a_key_ring_is_made_once_and_never_overwritten(app, tmp_path):
    path = tmp_path / "new" / "ring.json"
    runner = app.test_cli_runner()
    assert runner.invoke(keys, ["create", str(path)]).exit_code == 0
    made = load(path)
    again = runner.invoke(keys, ["create", str(path)])
    assert again.exit_code == 1
    assert "left alone" in again.output
    assert load(path) == made


def test_two_commands_never_change_the_ring_at_once(app, signing, run, ring_file):
    with changing(ring_file):
        for command in ("rotate", "retire"):
            done = app.test_cli_runner().invoke(keys, [command])
            assert isinstance(done.exception, KeyRingError)
            assert "Another command" in str(done.exception)
    assert set(load(ring_file).keys) == {1}
    run("rotate")
    assert set(load(ring_file).keys) == {1, 2}


def test_a_command_starts_from_the_ring_on_disk_and_drops_no_key_that_was_added_meanwhile(app, signing, ring_file):
    app.extensions["campaign.vault"] = Vault(load(ring_file))  # as a command that was started before
    save(ring_file, replace(load(ring_file).with_new_key(), rotated_at=0.0))
    assert app.test_cli_runner().invoke(keys, ["rotate"]).exit_code == 0
    assert app.test_cli_runner().invoke(keys, ["retire"]).exit_code == 0
    assert set(load(ring_file).keys) == {2}
    everything_opens(app, signing, Vault(load(ring_file)))


def test_a_number_that_was_retired_is_not_used_again_at_once(run, signing, ring_file):
    for _ in range(2):
        run("rotate")
        run("retire")
    assert set(load(ring_file).keys) == {3}
