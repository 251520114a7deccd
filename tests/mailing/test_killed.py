"""Real drainers in processes of their own, killed and stopped while they send."""

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from campaign.mailing.senders import CONNECTIONS
from tests.mailing.outboxes import addresses

ROOT = Path(__file__).parents[2]


@pytest.fixture
def start_drainer(server):
    """Starts a draining process whose clock goes `ahead` seconds ahead, so that nobody waits for a dead one's lease."""
    running = []

    def start(outbox, ahead=0):
        arguments = [outbox.url, str(outbox.keys), str(server.port), str(ahead)]
        process = subprocess.Popen([sys.executable, "-m", "tests.mailing.drain_process", *arguments], cwd=ROOT)
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()


def test_a_drainer_killed_while_sending_loses_no_mail_and_doubles_only_those_in_flight(
    outbox, server, start_drainer, record_property
):
    server.behaviour.delay = 0.005  # before each answer
    outbox.put(*addresses(300))
    first = start_drainer(outbox)
    server.wait_for(100)
    first.send_signal(signal.SIGKILL)
    first.wait()
    server.wait_until_alone()  # what the dead process wrote last is read first
    unwritten = len(server.mails) - outbox.states().count("sent")
    start_drainer(outbox, ahead=31)
    server.wait_for(300 + unwritten, 60)
    arrived = Counter(mail.to for mail in server.mails)
    twice = [to for to, times in arrived.items() if times > 1]
    record_property("twice", len(twice))
    print(f"arrived twice: {len(twice)}")  # noqa: T201 - shown with -s
    assert set(arrived) == set(addresses(300))
    assert max(arrived.values()) <= 2
    assert len(twice) <= CONNECTIONS


def test_sigterm_ends_a_drainer_soon_and_leaves_nothing_claimed(outbox, server, start_drainer):
    server.behaviour.delay = 0.02
    outbox.put(*addresses(200))
    process = start_drainer(outbox)
    server.wait_for(10)
    process.terminate()
    assert process.wait(10) == 0
    assert set(outbox.states()) == {"sent", "queued"}
    assert outbox.states().count("sent") == len(server.mails)
