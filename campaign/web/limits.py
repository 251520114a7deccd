"""Rate limits on keyed, rotating hashes, and the proof of work that is offered when one is reached."""

from __future__ import annotations

import base64
import binascii
import json
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import altcha
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

WORK_FIELD = "altcha"
WORK_COST = 60_000
"""Hashes to try on average: about a second or two on a phone."""
WORK_MINUTES = 20
LONGEST_PAYLOAD = 4096


@dataclass(frozen=True)
class Limit:
    """How often one client may do something before work is asked for."""

    name: str
    rate: RateLimitItem


SIGN = Limit("sign", parse("60 per 10 minutes"))
JOIN = Limit("join", parse("30 per 10 minutes"))
LOOK_UP = Limit("look up", parse("600 per 10 minutes"))


class Limits:
    """Counts in memory, per process: nothing about a visitor is written anywhere."""

    def __init__(self, *, enabled: bool) -> None:
        """With `enabled` false every hit is allowed (load tests)."""
        self._enabled = enabled
        self._counter = FixedWindowRateLimiter(MemoryStorage())

    def hit(self, limit: Limit, client: str) -> bool:
        """Count one act of a client; False when it is over the limit."""
        return not self._enabled or self._counter.hit(limit.rate, limit.name, client)


class ProofOfWork:
    """Challenges in ALTCHA's format (SHA-256, version 1). Each solution is taken once."""

    def __init__(self, key: bytes) -> None:
        """Sign challenges with `key`."""
        self._key = key.hex()
        self._spent: dict[str, float] = {}
        self._lock = threading.Lock()

    def challenge(self, now: datetime) -> dict[str, object]:
        """What the page's script solves: algorithm, challenge, maxnumber, salt, signature."""
        options = altcha.ChallengeOptionsV1(
            algorithm="SHA-256",
            max_number=WORK_COST * 2,
            hmac_key=self._key,
            expires=now + timedelta(minutes=WORK_MINUTES),
        )
        return dict(altcha.create_challenge_v1(options).to_dict())

    def accepts(self, payload: str) -> bool:
        """Whether `payload` (base64 JSON, as ALTCHA sends it) solves a challenge of ours for the first time."""
        if len(payload) > LONGEST_PAYLOAD:
            return False
        try:
            data = json.loads(base64.b64decode(payload, validate=True))
            valid, _error = altcha.verify_solution_v1(data, self._key, check_expires=True)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error):
            return False
        return bool(valid) and self._spend(str(data.get("challenge")))

    def _spend(self, challenge: str) -> bool:
        now = time.monotonic()
        with self._lock:
            if len(self._spent) > 10_000:  # noqa: PLR2004 - a bound on memory; old ones expire on their own
                self._spent = {name: until for name, until in self._spent.items() if until > now}
            if challenge in self._spent:
                return False
            self._spent[challenge] = now + WORK_MINUTES * 60
            return True
