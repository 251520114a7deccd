"""How often a login may be tried.

Two counts of failures: per client, and per account. Counting per account alone would let anybody lock out an
organiser, so a browser in which that organiser has logged in before carries a device cookie and is counted
apart from the rest of the world (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").

Counts are in memory, per process; nothing about who tried is written anywhere.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

PER_CLIENT = parse("10 per 15 minutes")
PER_ACCOUNT = parse("30 per 15 minutes")
PER_DEVICE = parse("10 per 15 minutes")
WAIT_SECONDS = 15 * 60

HASHED_AT_ONCE = 4  # each takes 64 MiB and a processor
LONGEST_WAIT = 2.0


@dataclass(frozen=True)
class Attempt:
    """Somebody trying to log in, as hashes: the client, the account named (real or not), a known device."""

    client: str
    account: str
    device: str | None = None


class LoginThrottle:
    """Decides whether a password may be tried now."""

    def __init__(self, *, enabled: bool) -> None:
        """With `enabled` false nothing is counted (load tests); hashing stays bounded."""
        self._enabled = enabled
        self._counter = MovingWindowRateLimiter(MemoryStorage())
        self._hashing = threading.BoundedSemaphore(HASHED_AT_ONCE)

    @contextmanager
    def turn(self, attempt: Attempt) -> Iterator[bool]:
        """Whether to go on and hash the password.

        At most `HASHED_AT_ONCE` are inside, so that a flood of logins starves nobody.
        """
        if not self._hashing.acquire(timeout=LONGEST_WAIT):
            yield False
            return
        try:
            yield self._allowed(attempt)
        finally:
            self._hashing.release()

    def failed(self, attempt: Attempt) -> None:
        """Count a wrong address or password. Call it within the turn."""
        if not self._enabled:
            return
        if attempt.device is not None:
            self._counter.hit(PER_DEVICE, "device", attempt.device)
        else:
            self._counter.hit(PER_CLIENT, "client", attempt.client)
            self._counter.hit(PER_ACCOUNT, "account", attempt.account)

    def _allowed(self, attempt: Attempt) -> bool:
        if not self._enabled:
            return True
        if attempt.device is not None:
            return self._counter.test(PER_DEVICE, "device", attempt.device)
        return self._counter.test(PER_CLIENT, "client", attempt.client) and self._counter.test(
            PER_ACCOUNT, "account", attempt.account
        )
