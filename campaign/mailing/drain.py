"""Emptying the outbox: claim what is due, send it over a few connections, write down what became of it.

One thread (the job's) talks to the database; up to `CONNECTIONS` sender threads talk to the mail server. What has been
sent is written down as it comes, in one transaction with the next claim. What is sent and not yet written down arrives
twice if the process dies at that moment: at most one mail per connection, or `AHEAD` with a server that takes a mail in
less than `FAST_SECONDS`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Empty

from sqlalchemy import Connection as Database

from campaign.kit import clock, tokens
from campaign.mailing import service
from campaign.mailing.senders import BROKEN, CONNECTIONS, Senders
from campaign.mailing.service import Claimed, Outcome
from campaign.mailing.transport import Transport, Unavailable
from campaign.vault import Vault

log = logging.getLogger(__name__)

MANY = 20  # waiting mails from which on all connections are used
BATCH = 100
LINGER_SECONDS = 0.003
TICK = 0.25
LEASE_SECONDS = service.LEASE.total_seconds()
LEASE_MARGIN = 5.0
RENEW_SECONDS = 10.0
RUN_SECONDS = 50.0  # how long a run waits for a mail server that is away; then the schedule takes over
STOP_SECONDS = 5.0
DATABASE_SECONDS = 20.0
TROUBLES = 5  # broken connections in a row that count as a server that is away
PAUSES = (2.0, 4.0, 8.0, 15.0, 30.0, 60.0)


@dataclass
class Breaker:
    """Pauses that grow while there is no mail server, and end with its first answer about a mail."""

    pauses: tuple[float, ...] = PAUSES
    failures: int = 0
    open_until: float = 0.0

    def trip(self) -> float:
        """Begin a pause unless there is one; the seconds left of it."""
        if self.remaining() <= 0:
            pause = self.pauses[min(self.failures, len(self.pauses) - 1)]
            self.failures += 1
            self.open_until = time.monotonic() + pause
            log.warning("mail server unavailable; next attempt in %d s", pause)
        return self.remaining()

    def reset(self) -> None:
        """There is a server."""
        self.failures, self.open_until = 0, 0.0

    def remaining(self) -> float:
        """Seconds left of the pause; not above 0 if there is none."""
        return self.open_until - time.monotonic()

    @property
    def probing(self) -> bool:
        """Whether the next mail is a question whether the server is back."""
        return self.failures > 0


@dataclass
class Drainer:
    """The outbox's end in this process. `transaction` opens a transaction that commits when left.

    `unsettled` is what was sent but could not be written down yet; it is written down before anything is claimed.
    """

    transport: Transport
    vault: Vault
    transaction: Callable[[], AbstractContextManager[Database]]
    now: Callable[[], datetime] = clock.now
    claim_id: bytes = field(default_factory=tokens.new_uid)
    breaker: Breaker = field(default_factory=Breaker)
    unsettled: list[Outcome] = field(default_factory=list)
    _mutex: threading.Lock = field(default_factory=threading.Lock)
    _running: bool = False
    _again: bool = False

    def run(self, stop: threading.Event) -> None:
        """Send until nothing is due. If a run is under way, it is told to look once more, and this one returns at once.

        When `stop` is set, mails under way are finished and the others given back, within `STOP_SECONDS` and a moment.
        """
        with self._mutex:
            self._again = True
            if self._running:
                return
            self._running = True
        try:
            while self._is_asked() and not stop.is_set():
                _Run(self, stop).work()
        finally:
            with self._mutex:
                self._running = False
            self.transport.close_idle(every=stop.is_set())

    def _is_asked(self) -> bool:
        with self._mutex:
            asked, self._again = self._again, False
            self._running = asked
            return asked


class _Run:
    """One run: `waiting` is claimed, `handed` is with the senders, `Drainer.unsettled` is done but not written down."""

    def __init__(self, drainer: Drainer, stop: threading.Event) -> None:
        self.drainer = drainer
        self.stop = stop
        self.waiting: deque[Claimed] = deque()
        self.handed: dict[int, Claimed] = {}
        self.senders = Senders(drainer.transport, drainer.vault, drainer.now)
        self.counts: Counter[str] = Counter()
        self.ends = time.monotonic() + RUN_SECONDS
        self.next_claim = 0.0
        self.troubles = 0
        self.database_failing_since: float | None = None

    def work(self) -> None:
        """The whole run."""
        try:
            while not self.stop.is_set() and self._step():
                pass
        finally:
            self._finish()
            if self.counts:
                log.info("mail: %s", ", ".join(f"{count} {state}" for state, count in sorted(self.counts.items())))

    def _step(self) -> bool:
        """A round of writing down, claiming, handing out and collecting. Whether there is more to do."""
        if not self._exchange():
            return self.database_failing_since is not None and self._wait_for_database()
        self._hand_out()
        if self.handed:
            self._collect(TICK)
            return True
        return bool(self.waiting) or bool(self.drainer.unsettled) or self._wait_for_server()

    def _exchange(self) -> bool:
        """Settle, renew and claim in one transaction, as far as there is need. Whether the database could be used."""
        drainer, moment = self.drainer, time.monotonic()
        limit = self._claimable(moment)
        renewing = (
            bool(self.waiting or self.handed) and moment > self.senders.lease_until - LEASE_SECONDS + RENEW_SECONDS
        )
        if not (limit or renewing or drainer.unsettled):
            return True
        try:
            with drainer.transaction() as connection:
                now = drainer.now()
                service.settle(connection, drainer.vault, drainer.claim_id, drainer.unsettled, now)
                ids = [*self.handed, *(message.id for message in self.waiting)]
                ours = service.renew(connection, drainer.claim_id, ids, now) if renewing else None
                claimed = service.claim(connection, now=now, claim_id=drainer.claim_id, limit=limit)
        except Exception as error:  # noqa: BLE001 - whatever it is, what was sent must not be forgotten
            log.warning("the outbox cannot be written: %s", type(error).__name__)
            self.database_failing_since = self.database_failing_since or moment
            return False
        self.database_failing_since = None
        self.counts.update(str(outcome.state) for outcome in drainer.unsettled)
        drainer.unsettled.clear()
        self._take_over(claimed, ours, moment)
        if limit and not claimed:
            self.next_claim = moment + TICK
        return True

    def _claimable(self, moment: float) -> int:
        if self.drainer.breaker.remaining() > 0 or len(self.waiting) > BATCH // 2:
            return 0
        if moment < self.next_claim and (self.handed or self.waiting):
            return 0
        if self.drainer.breaker.probing:
            return 0 if self.handed or self.waiting else 1
        return BATCH

    def _take_over(self, claimed: list[Claimed], ours: set[int] | None, moment: float) -> None:
        if ours is not None:
            self.waiting = deque(message for message in self.waiting if message.id in ours)
        if ours is not None or not (self.waiting or self.handed):
            self.senders.lease_until = moment + LEASE_SECONDS - LEASE_MARGIN
        self.waiting.extend(claimed)

    def _hand_out(self) -> None:
        held = len(self.waiting) + len(self.handed)
        wanted = 1 if self.drainer.breaker.probing or held < MANY else CONNECTIONS
        self.senders.ensure(wanted)
        room = self.senders.ahead * self.senders.count - len(self.handed) - len(self.drainer.unsettled)
        while self.waiting and room > 0:
            message = self.waiting.popleft()
            self.handed[message.id] = message
            self.senders.todo.put(message)
            room -= 1

    def _collect(self, seconds: float) -> None:
        """Wait for a report, and then a moment for half of all: from a fast server, many go into one commit."""
        handed, until = len(self.handed), time.monotonic() + seconds
        try:
            while (left := until - time.monotonic()) > 0:
                self._note(*self.senders.done.get(timeout=left))
                if len(self.handed) * 2 <= handed:
                    return
                until = min(until, time.monotonic() + LINGER_SECONDS)
        except Empty:
            self.senders.help_if_stuck()

    def _note(self, message: Claimed, result: Outcome | Unavailable | None) -> None:
        self.senders.moved_at = time.monotonic()
        self.handed.pop(message.id, None)
        if result is None:
            self.waiting.appendleft(message)
        elif isinstance(result, Unavailable):
            self._lose_sender(message, result.answer)
        else:
            self.drainer.unsettled.append(result)
            self.troubles = self.troubles + 1 if result.answer.startswith(BROKEN) else 0
            if self.troubles >= TROUBLES:
                self._pause(None, result.answer)
            elif self.troubles == 0:
                self.drainer.breaker.reset()

    def _lose_sender(self, message: Claimed, answer: str) -> None:
        """A sender found no server and is gone. While others go on, this server only wants fewer connections."""
        self.senders.count -= 1
        if self.senders.count:
            self.senders.most = self.senders.count
            self.waiting.appendleft(message)
        else:
            self._pause(message, answer)

    def _pause(self, message: Claimed | None, answer: str) -> None:
        """There is no server: everything claimed waits for the end of the pause, and no attempt is counted."""
        until = self.drainer.now() + timedelta(seconds=self.drainer.breaker.trip())
        back = [message] if message else []
        back += self.waiting
        back += [self.handed.pop(untouched.id) for untouched in self.senders.take_back()]
        self.drainer.unsettled += [service.postponed(each, answer, until) for each in back]
        self.waiting.clear()
        self.senders.most = CONNECTIONS
        self.troubles = 0

    def _wait_for_server(self) -> bool:
        """With nothing in hand: whether a pause was waited for, so that there may be more to do."""
        pause = self.drainer.breaker.remaining()
        if pause <= 0 or time.monotonic() + pause > self.ends:
            return False
        return not self.stop.wait(pause + 0.05)

    def _wait_for_database(self) -> bool:
        """Whether to try once more. Meanwhile mails under way go on as long as their lease lasts."""
        if time.monotonic() - (self.database_failing_since or 0.0) > DATABASE_SECONDS:
            return False
        if self.handed:
            self._collect(TICK)
        return not self.stop.wait(TICK)

    def _finish(self) -> None:
        """Let the mails under way end, write down what is known, give back what was not begun."""
        self.waiting.extend(self.handed.pop(message.id) for message in self.senders.take_back())
        self._wait_for_handed(STOP_SECONDS)
        if self.handed:
            self.senders.abort()
            self._wait_for_handed(1.0)  # what has no outcome after that stays claimed until its lease is over
        self.senders.dismiss()
        drainer = self.drainer
        if not (drainer.unsettled or self.waiting):
            return
        try:
            with drainer.transaction() as connection:
                service.settle(connection, drainer.vault, drainer.claim_id, drainer.unsettled, drainer.now())
                service.release(connection, drainer.claim_id, list(self.waiting))
        except Exception as error:  # noqa: BLE001 - the next run writes it down; a dead process's leases lapse
            log.warning("the outbox cannot be written: %s", type(error).__name__)
            return
        self.counts.update(str(outcome.state) for outcome in drainer.unsettled)
        drainer.unsettled.clear()

    def _wait_for_handed(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self.handed and (left := deadline - time.monotonic()) > 0:
            self._collect(left)
