"""Random identifiers and the text form of secret links.

A link token is `kind` (one letter) followed by 52 characters of lower-case base32: a random 16-byte
identifier and a 16-byte MAC over it. Base32 has no case, no punctuation that a mail program cuts off at the end
of a line, and nothing a person could misread as a space.
"""

from __future__ import annotations

import base64
import re

from campaign.kit.randomness import random_bytes

UID_BYTES = 16
MAC_BYTES = 16
TOKEN_PATTERN = re.compile(r"[a-z][a-z2-7]{52}\Z")


class BadToken(ValueError):
    """The text is not a token of the expected form, or its MAC is wrong. Carries no part of the token."""


def new_uid() -> bytes:
    """16 random bytes that name a row for good: part of its links and bound into its encryption."""
    return random_bytes(UID_BYTES)


def join(kind: str, uid: bytes, mac: bytes) -> str:
    """The token's text; `kind` is one lower-case letter."""
    return kind + base64.b32encode(uid + mac).decode("ascii").rstrip("=").lower()


def split(token: str) -> tuple[str, bytes, bytes]:
    """`(kind, uid, mac)` of a token's text. Raises `BadToken` unless it is exactly what `join` makes."""
    if not TOKEN_PATTERN.match(token):
        raise BadToken
    raw = base64.b32decode(token[1:].upper() + "====")
    kind, uid, mac = token[0], raw[:UID_BYTES], raw[UID_BYTES:]
    if join(kind, uid, mac) != token:  # stray bits in the last character: a second spelling of one token
        raise BadToken
    return kind, uid, mac
