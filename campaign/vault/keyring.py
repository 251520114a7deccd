"""The key ring: a small JSON file with the keys that a seized database lacks.

`root` is the long-lived secret from which the blind indexes, link tokens and sessions derive their keys.
`keys` are the field keys by number, 1 to 255; `current` is the one that new values are sealed with. Older ones stay
until every value has been sealed anew (`campaign keys rotate`) and they are retired.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import json
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

KEY_BYTES = 32
MOST_KEYS = 255


class KeyRingError(Exception):
    """The key ring cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class KeyRing:
    """Field keys by number, the number of the current one, and the root secret (32 bytes each)."""

    root: bytes
    keys: dict[int, bytes]
    current: int
    rotated_at: float = 0.0
    """When the current key became that, in seconds since 1970."""

    @classmethod
    def fresh(cls) -> KeyRing:
        """A new ring with one key."""
        return cls(root=os.urandom(KEY_BYTES), keys={1: os.urandom(KEY_BYTES)}, current=1)

    def with_new_key(self) -> KeyRing:
        """A copy with one more key, which is the current one.

        Its number was not used lately: a process that has slept through two rotations would take it for another key.
        """
        numbers = (*range(self.current + 1, MOST_KEYS + 1), *range(1, self.current))
        number = next((n for n in numbers if n not in self.keys), None)
        if number is None:
            raise KeyRingError("The key ring is full; retire the keys that nothing uses with `campaign keys retire`.")
        keys = self.keys | {number: os.urandom(KEY_BYTES)}
        return replace(self, keys=keys, current=number, rotated_at=time.time())

    def without(self, numbers: set[int]) -> KeyRing:
        """A copy that has forgotten `numbers`; the current key cannot be forgotten."""
        kept = {n: key for n, key in self.keys.items() if n not in numbers or n == self.current}
        return replace(self, keys=kept)


class KeyFile:
    """A ring on disk that a running process follows: a rotation elsewhere is noticed within `LOOK_SECONDS`."""

    LOOK_SECONDS = 1.0

    def __init__(self, path: Path) -> None:
        """Follow the file at `path` from now on."""
        self.path = path
        self._seen = self._state()
        self._next_look = time.monotonic() + self.LOOK_SECONDS

    def newer(self) -> KeyRing | None:
        """The ring, if the file has changed since the last look; cheap, for it is asked at every sealing."""
        if time.monotonic() < self._next_look:
            return None
        self._next_look = time.monotonic() + self.LOOK_SECONDS
        state = self._state()
        if state == self._seen:
            return None
        ring = self.read()
        if ring is not None:  # one that is half written, or not ours to read yet, is looked at again
            self._seen = state
        return ring

    def read(self) -> KeyRing | None:
        """The ring as it is now; None while the file cannot be read: what is in memory still serves."""
        try:
            return load(self.path)
        except KeyRingError:
            return None

    def _state(self) -> tuple[int, int] | None:
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino


def load(path: Path) -> KeyRing:
    """Read a ring. Raises `KeyRingError` if the file is missing, unreadable by design or damaged."""
    try:
        data = json.loads(path.read_text())
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyRingError(f"{path} can be read by other users of this machine: run `chmod 600 {path}`.")
        keys = {int(number): _key(text) for number, text in data["keys"].items()}
        rotated_at = float(data.get("rotated_at", 0))
        ring = KeyRing(root=_key(data["root"]), keys=keys, current=int(data["current"]), rotated_at=rotated_at)
    except FileNotFoundError as error:
        raise KeyRingError(f"There is no key ring at {path}. Make one with `campaign keys create`.") from error
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise KeyRingError(f"The key ring {path} cannot be read ({type(error).__name__}). Restore it.") from error
    if ring.current not in ring.keys or not all(0 < n <= MOST_KEYS for n in ring.keys):
        raise KeyRingError(f"The key ring {path} does not hold its own current key. Restore it from your copy.")
    return ring


def save(path: Path, ring: KeyRing, *, new: bool = False) -> None:
    """Write a ring with mode 0600, whole or not at all, on disk when this returns.

    With `new`, an existing file is left alone and `FileExistsError` is raised: overwriting a ring destroys data.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(_as_json(ring), file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    try:
        if new:
            os.link(draft, path)
            draft.unlink()
        else:
            draft.replace(path)
    except FileExistsError:
        draft.unlink()
        raise
    _sync_folder(path.parent)


@contextmanager
def changing(path: Path) -> Iterator[KeyRing]:
    """The ring at `path`, which no other process may change meanwhile. Raises `KeyRingError` if one is at it.

    Two rotations at once would give one number to two keys, and what was sealed with one of them would be lost.
    """
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise KeyRingError(f"Another command is changing {path}. Try again when it has ended.") from None
        yield load(path)
    finally:
        os.close(folder)  # closing releases the lock


def load_or_create(path: Path) -> KeyRing:
    """Read the ring, making it first if there is none. For development: two processes may start at once."""
    if not path.exists():
        with suppress(FileExistsError):
            save(path, KeyRing.fresh(), new=True)
    return load(path)


def _as_json(ring: KeyRing) -> dict[str, object]:
    keys = {str(number): base64.b64encode(key).decode() for number, key in ring.keys.items()}
    root = base64.b64encode(ring.root).decode()
    return {"version": 1, "current": ring.current, "rotated_at": ring.rotated_at, "keys": keys, "root": root}


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if len(key) != KEY_BYTES:
        raise ValueError("not 32 bytes")
    return key


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
