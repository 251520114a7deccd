"""Background work on Huey: jobs run on a schedule, and at once when somebody kicks them.

A feature's `jobs.py` lists its `Job`s; `app.py` hands them to `Engine`. A job takes no arguments: what there is to do
stands in the database, so that a lost or doubled call neither loses nor doubles work, and no personal data
reaches the jobs' own database.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from flask import Flask
from huey import Huey, PostgresHuey, SqliteHuey, crontab

log = logging.getLogger(__name__)

WORKER_THREADS = 4
KICK_SECONDS = 0.2
STOP_SECONDS = 8


@dataclass(frozen=True)
class Job:
    """`run()` in an application context: every `minutes`, or daily at `hour` o'clock UTC. Safe at any time."""

    name: str
    run: Callable[[], None]
    minutes: int = 1
    hour: int | None = None


@dataclass
class Engine:
    """Huey with the application's jobs. `kick` asks for a job soon; many kicks within a moment become one call."""

    huey: Huey
    stopping: threading.Event = field(default_factory=threading.Event)
    """Set when the worker is told to stop: a job that runs for long looks at it and ends soon."""
    _tasks: dict[str, Any] = field(default_factory=dict)
    _kicked: SimpleQueue[str] = field(default_factory=SimpleQueue)
    _pending: set[str] = field(default_factory=set)
    _kicker: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, app: Flask, jobs: Iterable[Job]) -> None:
        """Register each job as a task and as a periodic task."""
        for job in jobs:
            run = _in_context(app, job)
            self._tasks[job.name] = self.huey.task(name=job.name)(run)
            when = (
                crontab(minute="0", hour=str(job.hour)) if job.hour is not None else crontab(minute=f"*/{job.minutes}")
            )
            self.huey.periodic_task(when, name=f"{job.name}.periodic")(run)

    def kick(self, name: str) -> None:
        """Have job `name` run soon. Never fails: should this be lost, the schedule finds the work within a minute."""
        if self._kicker != os.getpid():
            self._start_kicker()
        if name not in self._pending:
            self._pending.add(name)
            self._kicked.put(name)

    def _start_kicker(self) -> None:
        with self._lock:
            if self._kicker != os.getpid():  # threads do not survive a fork; the child starts its own
                self._kicked = SimpleQueue()
                self._pending = set()
                threading.Thread(target=self._pass_on, args=(self._kicked,), name="kicker", daemon=True).start()
                self._kicker = os.getpid()

    def _pass_on(self, kicked: SimpleQueue[str]) -> None:
        while True:
            names = {kicked.get()}
            time.sleep(KICK_SECONDS)  # what is kicked, and so committed, meanwhile is taken up by the same call
            while not kicked.empty():
                names.add(kicked.get())
            self._pending -= names  # before they are queued: a kick from now on asks for one more run
            for name in names:
                self._queue(name)

    def _queue(self, name: str) -> None:
        for attempt in (1, 2):  # the first may meet a kept connection that a restarted database has closed
            try:
                self._tasks[name]()
            except Exception as error:  # noqa: BLE001 - the schedule is the safety net
                log.warning("job %s not queued at attempt %d: %s", name, attempt, type(error).__name__)
            else:
                return

    def make_tables(self) -> None:
        """Make Huey's own tables; part of `campaign migrate`. Nothing else needs the database to start."""
        self.huey.storage.initialize_schema()

    def start_all(self) -> None:
        """Queue every job once, so that a new worker begins with whatever waits."""
        for task in self._tasks.values():
            task()


def make_huey(jobs_url: str) -> Huey:
    """The Huey of `CAMPAIGN_JOBS_URL`: `sqlite:///path` or `postgresql://…`."""
    if jobs_url.startswith("postgresql://"):
        return PostgresHuey("campaign", dsn=jobs_url, results=False, utc=True, create_tables=False)
    path = Path(jobs_url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    return SqliteHuey("campaign", filename=str(path), results=False, utc=True, timeout=5)


def run_worker(app: Flask) -> None:
    """Run the consumer in the foreground until SIGTERM or SIGINT; running jobs finish first."""
    engine: Engine = app.extensions["campaign.jobs"]
    engine.start_all()
    consumer = engine.huey.create_consumer(
        workers=WORKER_THREADS,
        worker_type="thread",
        initial_delay=0.05,
        backoff=1.2,
        max_delay=0.5,
        check_worker_health=True,
        graceful_signal="TERM",  # Huey's own choice is to drop running jobs at SIGTERM
        shutdown_timeout=STOP_SECONDS,
    )
    consumer._signal_actions[signal.SIGINT] = (False, True)  # noqa: SLF001 - Ctrl-C: the same, it has no option for both
    engine.stopping = consumer.stop_flag
    consumer.run()


def _in_context(app: Flask, job: Job) -> Callable[[], None]:
    def run() -> None:
        with app.app_context():
            job.run()

    run.__name__ = job.name.replace(".", "_")
    return run
