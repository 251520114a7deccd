"""The outbox's jobs, and what they need in the application."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, current_app
from sqlalchemy import Connection

from campaign.config import Config
from campaign.db import atomic
from campaign.jobs import Engine, Job
from campaign.kit import clock
from campaign.mailing import service
from campaign.mailing.drain import Drainer
from campaign.mailing.transport import Timeouts, make_transport

DRAIN = "mailing.drain"


def init_app(app: Flask, config: Config, timeouts: Timeouts | None = None) -> None:
    """Give `app` its mail transport. Needs the vault in `app.extensions["campaign.vault"]`."""
    transport = make_transport(app, config, timeouts)
    app.extensions["campaign.outbox"] = Drainer(transport, app.extensions["campaign.vault"], _transaction)


def drain() -> None:
    """Send the mails that are due. Ends early, and in good order, when the worker is told to stop."""
    drainer: Drainer = current_app.extensions["campaign.outbox"]
    engine: Engine | None = current_app.extensions.get("campaign.jobs")
    drainer.run(engine.stopping if engine else threading.Event())


def purge() -> None:
    """Delete old finished messages, and what failed and withheld ones still hold."""
    touched = 1
    while touched:
        with _transaction() as connection:
            touched = service.purge(connection, now=clock.now())


JOBS = [Job(DRAIN, drain), Job("mailing.purge", purge, hour=3)]


@contextmanager
def _transaction() -> Iterator[Connection]:
    with atomic() as session:
        yield session.connection()
