"""Background work: kicked once for many wishes, never at the cost of a page, and nothing personal in its database."""

import sqlite3
import threading
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from huey import SqliteHuey

from campaign.accounts import jobs as accounts
from campaign.app import create_app
from campaign.chambers import jobs as chambers
from campaign.godparents import jobs as godparents
from campaign.jobs import Engine, Job, make_huey
from campaign.mailing import jobs as mailing
from campaign.petitions import jobs as petitions
from campaign.prisoners import jobs as prisoners
from tests.browsing import link, mails, sign
from tests.conftest import close
from tests.factories import Signing

PAUSE = 0.005


@pytest.fixture
def huey(tmp_path):
    return make_huey(f"sqlite:///{tmp_path / 'jobs' / 'jobs.db'}")


class Ran:
    """Jobs that note that they ran."""

    def __init__(self):
        self.names = []

    def job(self, name, error=None, **when):
        def run():
            self.names.append(name)
            if error:
                raise error

        return Job(name, run, **when)


@pytest.fixture
def ran():
    return Ran()


def engine_with(huey, *jobs):
    engine = Engine(huey)
    engine.add(Flask("test"), jobs)
    return engine


def run_all(huey):
    """What a worker does, one task after the other until none waits."""
    worker = huey.create_consumer(workers=1)._create_worker()
    while huey.pending_count():
        worker.loop()


def eventually(condition):
    """The kicker is a thread that pauses a moment: wait for it, but not for ever."""
    for _ in range(4_000):
        if condition():
            return True
        threading.Event().wait(PAUSE)
    return False


def test_many_kicks_within_a_moment_become_one_call(huey, ran):
    engine = engine_with(huey, ran.job("mailing.drain"), ran.job("petitions.count"))
    for _ in range(50):
        engine.kick("mailing.drain")
    engine.kick("petitions.count")
    engine.kick("petitions.count")
    assert eventually(lambda: huey.pending_count() >= 2)
    run_all(huey)
    assert sorted(ran.names) == ["mailing.drain", "petitions.count"]


def test_a_kick_never_fails_even_if_the_jobs_database_is_gone(tmp_path, ran, caplog):
    huey = SqliteHuey("x", filename=str(tmp_path / "jobs.db"), results=False)
    engine = engine_with(huey, ran.job("a"))
    huey.storage.close()
    (tmp_path / "jobs.db").unlink()
    (tmp_path / "jobs.db").mkdir()
    engine.kick("a")
    engine.kick("no such job")
    assert eventually(lambda: len(caplog.records) >= 4)
    told = {record.getMessage().rsplit(":", 1)[0] for record in caplog.records}
    assert told == {f"job {name} not queued at attempt {n}" for name in ("a", "no such job") for n in (1, 2)}


def test_a_job_that_fails_does_not_stop_the_worker(huey, ran, caplog):
    engine = engine_with(huey, ran.job("bad", ZeroDivisionError("oops")), ran.job("good"))
    engine.start_all()
    engine.start_all()
    run_all(huey)
    assert ran.names == ["bad", "good"] * 2
    assert "oops" in caplog.text


def due(huey, hour, minute):
    now = datetime(2026, 11, 22, hour, minute)  # noqa: DTZ001 - Huey's own way to say UTC
    return {task.name.removesuffix(".periodic") for task in huey.read_periodic(now)}


def test_every_job_runs_at_its_time(huey, ran):
    engine_with(huey, ran.job("often"), ran.job("five", minutes=5), ran.job("nightly", hour=3))
    assert due(huey, 12, 1) == {"often"}
    assert due(huey, 12, 5) == {"often", "five"}
    assert due(huey, 3, 0) == {"often", "five", "nightly"}
    assert due(huey, 4, 0) == {"often", "five"}


def test_a_job_runs_inside_the_application(app, huey):
    found = []
    engine = Engine(huey)
    engine.add(app, [Job("look", lambda: found.append(Signing(app).one("SELECT slug FROM petitions")))])
    engine.start_all()
    run_all(huey)
    assert found == ["free-viasna"]


@pytest.fixture
def whole(config, app):
    """The application with its real engine, on the same database."""
    made = create_app(config)
    made.testing = True
    yield made
    close(made)


def test_the_schedule_holds_every_job_of_every_feature(whole):
    engine = whole.extensions["campaign.jobs"]
    features = (accounts, chambers, godparents, mailing, petitions, prisoners)
    wanted = {job.name for feature in features for job in feature.JOBS}
    assert {"mailing.drain", "petitions.count", "petitions.remind", "petitions.recount"} <= wanted
    assert set(engine._tasks) == wanted
    assert set().union(*(due(engine.huey, hour, minute) for hour in range(24) for minute in range(60))) == wanted


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_personal_reaches_the_jobs_database(whole, config):
    client, engine = whole.test_client(), whole.extensions["campaign.jobs"]
    sign(client, email="hidden-address@example.org", given_name="Hiddenname", comment="Hiddenwords")
    path = link(mails(whole)[-1])
    client.post(path)
    assert eventually(lambda: engine.huey.pending_count() >= 1)
    file = Path(config.jobs_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(file)) as connection:
        dump = "\n".join(connection.iterdump())
    raw = b"".join(each.read_bytes() for each in file.parent.glob(file.name + "*"))
    assert b"mailing.drain" in raw
    for secret in ("hidden-address", "Hiddenname", "Hiddenwords", path.rsplit("/", 1)[1]):
        assert secret.encode() not in raw
        assert secret.encode().hex() not in dump.lower()
