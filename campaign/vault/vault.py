"""Sealing of personal fields, blind indexes and link tokens.

A sealed value is `key number (1 byte) | nonce (12) | ciphertext | tag (16)`: AES-256-GCM (NIST SP 800-38D) with a
random
nonce. The associated data is the column's name and the row's `uid`, so that a value moved to another row or column
does not open.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from campaign.kit import tokens
from campaign.kit.randomness import random_bytes
from campaign.vault.keyring import KeyFile, KeyRing

NONCE_BYTES = 12
_HEAD = 1 + NONCE_BYTES


class CannotOpen(Exception):
    """A sealed value does not open: its key is missing, or it was changed or moved. Never carries the value."""


class Vault:
    """Seals and opens with a key ring; with a `KeyFile`, follows the ring on disk."""

    def __init__(self, ring: KeyRing, file: KeyFile | None = None) -> None:
        """Hold `ring`; derive the keys for indexes and tokens from its root."""
        self._file = file
        self._take(ring)
        self._index_key = self.derive("blind index")
        self._token_key = self.derive("link token")

    def _take(self, ring: KeyRing) -> None:
        self.ring = ring
        self._ciphers = {number: AESGCM(key) for number, key in ring.keys.items()}
        # Number and key in one step: a thread that sealed in between would put one key's number on the other's work.
        self._sealing = bytes([ring.current]), self._ciphers[ring.current]

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose, from the ring's root (HKDF-SHA256, RFC 5869)."""
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(self.ring.root)

    def seal(self, column: str, uid: bytes, text: str) -> bytes:
        """Encrypt `text` for `table.column` of the row named by `uid`."""
        newest = self._file.newer() if self._file is not None else None
        if newest is not None:  # the old key may be dropped soon, and what it seals then would be lost
            self._take(newest)
        number, cipher = self._sealing
        nonce = random_bytes(NONCE_BYTES)
        return number + nonce + cipher.encrypt(nonce, text.encode(), column.encode() + uid)

    def seal_optional(self, column: str, uid: bytes, text: str) -> bytes | None:
        """As `seal`; an empty text is stored as NULL."""
        return self.seal(column, uid, text) if text else None

    def open(self, column: str, uid: bytes, sealed: bytes) -> str:
        """Decrypt what `seal` made for the same column and row. Raises `CannotOpen`."""
        cipher = self._ciphers.get(sealed[0]) if sealed else None
        if cipher is None:
            cipher = self._cipher_after_reload(sealed)
        try:
            return cipher.decrypt(sealed[1:_HEAD], sealed[_HEAD:], column.encode() + uid).decode()
        except (InvalidTag, ValueError):  # the latter: cut off within the nonce
            raise CannotOpen(column) from None

    def opener(self, column: str) -> Callable[[bytes, bytes | None], str]:
        """`open_optional` for one column, for reading a million rows of it."""
        label = column.encode()

        def open_value(uid: bytes, sealed: bytes | None) -> str:
            if sealed is None:
                return ""
            cipher = self._ciphers.get(sealed[0]) if sealed else None
            if cipher is None:
                return self.open(column, uid, sealed)
            try:
                return cipher.decrypt(sealed[1:_HEAD], sealed[_HEAD:], label + uid).decode()
            except (InvalidTag, ValueError):
                raise CannotOpen(column) from None

        return open_value

    def open_optional(self, column: str, uid: bytes, sealed: bytes | None) -> str:
        """As `open`; NULL opens to an empty text."""
        return self.open(column, uid, sealed) if sealed is not None else ""

    def blind_index(self, scope: str, value: str) -> bytes:
        """32 bytes by which equal values of one scope are found without storing them (HMAC-SHA256)."""
        return hmac.digest(self._index_key, f"{scope}\0{value}".encode(), sha256)

    def issue(self, kind: str, uid: bytes) -> str:
        """The secret link token of a row: always the same for the same kind and row, so none need be stored."""
        return tokens.join(kind, uid, self._token_mac(kind, uid))

    def redeem(self, token: str, kind: str) -> bytes:
        """The row's uid from a token of that kind. Raises `BadToken`."""
        found, uid, mac = tokens.split(token)
        if found != kind or not hmac.compare_digest(mac, self._token_mac(kind, uid)):
            raise tokens.BadToken
        return uid

    def _token_mac(self, kind: str, uid: bytes) -> bytes:
        return hmac.digest(self._token_key, kind.encode() + uid, sha256)[: tokens.MAC_BYTES]

    def _cipher_after_reload(self, sealed: bytes) -> AESGCM:
        newest = self._file.read() if sealed and self._file is not None else None
        if newest is not None:
            self._take(newest)
            if sealed[0] in self._ciphers:
                return self._ciphers[sealed[0]]
        raise CannotOpen("unknown key")
