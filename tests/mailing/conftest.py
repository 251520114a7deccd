from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from campaign.kit import clock
from campaign.mailing.drain import Breaker, Drainer
from campaign.mailing.transport import Timeouts, Transport, make_transport
from tests.fakes.smtp import FakeSmtp
from tests.mailing.outboxes import SHORT, Outbox, config_for


@pytest.fixture
def outbox(database_url, tmp_path):
    outbox = Outbox.open(database_url, tmp_path / "keys.json")
    yield outbox
    outbox.engine.dispose()


@pytest.fixture
def embedded(sqlite_template, tmp_path):
    path = shutil.copy(sqlite_template, tmp_path / "campaign.db")
    outbox = Outbox.open(f"sqlite:///{path}", tmp_path / "keys.json")
    yield outbox
    outbox.engine.dispose()


@pytest.fixture
def server():
    with FakeSmtp() as server:
        yield server


@pytest.fixture
def make_transport_to():
    made: list[Transport] = []

    def make(port: int, timeouts: Timeouts = SHORT) -> Transport:
        made.append(make_transport(Flask("test"), config_for(port), timeouts))
        return made[-1]

    yield make
    for transport in made:
        transport.close_idle(every=True)


@pytest.fixture
def make_drainer(server, make_transport_to):
    def make(outbox: Outbox, now: Callable[[], datetime] = clock.now, timeouts: Timeouts = SHORT) -> Drainer:
        transport = make_transport_to(server.port, timeouts)
        return Drainer(transport, outbox.vault, outbox.transaction, now, breaker=Breaker(pauses=(0.1, 0.2, 0.4)))

    return make


@pytest.fixture
def go():
    """A stop flag that nobody sets."""
    return threading.Event()


@pytest.fixture
def noon():
    return datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
