"""The threads that talk to the mail server. They take messages from `Senders.todo` and report in `Senders.done`."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue

from campaign.mailing import service
from campaign.mailing.service import Claimed, Outcome
from campaign.mailing.transport import Connection, Interrupted, Refused, Transport, Unavailable
from campaign.vault import CannotOpen, Vault

CONNECTIONS = 4
AHEAD = 8
FAST_SECONDS = 0.01  # a mail that takes longer than this gains nothing by not waiting for a commit
STUCK_SECONDS = 2.0
UNREADABLE_PAUSE = timedelta(minutes=15)
BROKEN = "connection broke: "
"""What the answer of a message begins with when the connection ended while it was under way."""

Report = tuple[Claimed, Outcome | Unavailable | None]
"""What became of a message. `Unavailable`: there is no server. None: not attempted, the lease was over."""


class Senders:
    """The sender threads of one run. None starts a mail after `lease_until`."""

    def __init__(self, transport: Transport, vault: Vault, now: Callable[[], datetime]) -> None:
        """None yet; `ensure` starts them."""
        self.todo: SimpleQueue[Claimed | None] = SimpleQueue()
        self.done: SimpleQueue[Report] = SimpleQueue()
        self.lease_until = 0.0
        self.moved_at = time.monotonic()
        self.count = 0
        self.most = CONNECTIONS
        self.seconds = 0.05  # that a mail takes, on average of late
        self._transport, self._vault, self._now = transport, vault, now
        self._threads: list[threading.Thread] = []
        self._connections: list[Connection] = []

    @property
    def ahead(self) -> int:
        """How many mails per connection may be in hand or not written down: one, unless the server is very fast."""
        return AHEAD if self.seconds < FAST_SECONDS else 1

    def ensure(self, wanted: int) -> None:
        """Start senders until there are `wanted`, or as many as the server bears."""
        while self.count < min(wanted, self.most):
            self.count += 1
            connection = self._transport.take()
            thread = threading.Thread(target=self._serve, args=(connection,), name="mail-sender", daemon=True)
            self._connections.append(connection)
            self._threads.append(thread)
            thread.start()

    def help_if_stuck(self) -> None:
        """One more sender when mails wait behind one that does not move."""
        if not self.todo.empty() and time.monotonic() - self.moved_at > STUCK_SECONDS:
            self.moved_at = time.monotonic()
            self.ensure(self.count + 1)

    def take_back(self) -> list[Claimed]:
        """The messages that no sender has begun."""
        untouched: list[Claimed] = []
        try:
            while True:
                message = self.todo.get_nowait()
                if message is not None:
                    untouched.append(message)
        except Empty:
            return untouched

    def abort(self) -> None:
        """Break every connection, so that whatever waits for an answer ends."""
        for connection in self._connections:
            connection.abort()

    def dismiss(self) -> None:
        """Send the threads home; they leave their connections open for the next run."""
        for _ in range(self.count):
            self.todo.put(None)
        for thread in self._threads:
            thread.join(timeout=0.5)

    def _serve(self, connection: Connection) -> None:
        while (message := self.todo.get()) is not None:
            started = time.monotonic()
            result = self._attempt(connection, message)
            self.seconds += (time.monotonic() - started - self.seconds) / 8
            self.done.put((message, result))
            if isinstance(result, Unavailable):
                return
        self._transport.give_back(connection)

    def _attempt(self, connection: Connection, message: Claimed) -> Outcome | Unavailable | None:
        if time.monotonic() > self.lease_until:
            return None
        vault, now = self._vault, self._now
        try:
            to = vault.open(service.ENVELOPE, message.uid, message.envelope)
            content = vault.open(service.CONTENT, message.uid, message.content)
        except CannotOpen:
            return service.postponed(message, "not sent: the key ring cannot open it", now() + UNREADABLE_PAUSE)
        try:
            connection.send_prepared(self._transport.sender, to, content)
        except Refused as refusal:
            answer = without_addresses(refusal.answer, to)
            return service.failed(message, answer) if refusal.permanent else service.deferred(message, answer, now())
        except Interrupted as interruption:
            return service.deferred(message, BROKEN + without_addresses(interruption.answer, to), now())
        except Unavailable as unavailable:
            return Unavailable(without_addresses(unavailable.answer, to))
        except Exception as error:  # noqa: BLE001 - a mail that cannot be sent must not stop the others
            connection.close()
            return service.deferred(message, f"not sent: {type(error).__name__}", now())
        return service.sent(message)


_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;]+")
_HIDDEN = "…"


def without_addresses(answer: str, to: str) -> str:
    """What a server said, without the recipient `to` or any other address: who may read answers may not read those.

    Some servers name the part before the "@" alone, others an address to which the mail was passed on.
    """
    local = to.partition("@")[0]
    without = _ADDRESS.sub(_HIDDEN, answer)
    return re.sub(rf"(?<![\w.+-]){re.escape(local)}(?![\w.+-])", _HIDDEN, without, flags=re.IGNORECASE)
