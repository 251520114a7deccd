"""Drains an outbox until SIGTERM, for tests that kill it. Arguments: see `main`."""

import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path

from flask import Flask

from campaign.kit import clock
from campaign.mailing.drain import Drainer
from campaign.mailing.transport import make_transport
from tests.mailing.outboxes import PATIENT, Outbox, config_for


def main(url: str, keys: str, port: str, ahead: str) -> None:
    outbox = Outbox.open(url, Path(keys))
    transport = make_transport(Flask("drain"), config_for(int(port)), PATIENT)
    drainer = Drainer(transport, outbox.vault, outbox.transaction, lambda: clock.now() + timedelta(seconds=int(ahead)))
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    while not stop.is_set():
        drainer.run(stop)
        stop.wait(0.1)


if __name__ == "__main__":
    main(*sys.argv[1:])
