"""Forms on public pages without a cookie: a signed, time-stamped token, and a check of where the post comes from.

The token proves that the page was fetched from here not long ago and for this form; it is the same for everybody, so
that the page can be cached. That the post comes from our own page is what `Sec-Fetch-Site` and `Origin` tell (browsers
set them, pages cannot).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
from hashlib import sha256
from urllib.parse import urlsplit

from werkzeug.datastructures import Headers

VALID_SECONDS = 24 * 3600
CLOCK_SKEW_SECONDS = 60
FIELD = "form_token"
_STAMP = struct.Struct(">Q")
_MAC_BYTES = 16


class FormTokens:
    """Issues and checks tokens with one key."""

    def __init__(self, key: bytes) -> None:
        """`key`: 32 secret bytes."""
        self._key = key

    def issue(self, purpose: str, now: float) -> str:
        """A token for one form, e.g. `sign:free-viasna:<text hash>`. `now` in seconds since 1970."""
        stamp = _STAMP.pack(int(now))
        return base64.urlsafe_b64encode(stamp + self._mac(purpose, stamp)).decode("ascii")

    def valid(self, token: str, purpose: str, now: float) -> bool:
        """Whether `token` was issued for that form in the last `VALID_SECONDS`."""
        try:
            raw = base64.urlsafe_b64decode(token.encode("ascii"))
        except (binascii.Error, UnicodeEncodeError, ValueError):
            return False
        if len(raw) != _STAMP.size + _MAC_BYTES:
            return False
        stamp, mac = raw[: _STAMP.size], raw[_STAMP.size :]
        age = now - _STAMP.unpack(stamp)[0]
        return hmac.compare_digest(mac, self._mac(purpose, stamp)) and -CLOCK_SKEW_SECONDS <= age <= VALID_SECONDS

    def _mac(self, purpose: str, stamp: bytes) -> bytes:
        return hmac.digest(self._key, purpose.encode() + b"\0" + stamp, sha256)[:_MAC_BYTES]


def from_our_own_page(headers: Headers, host: str, base_url: str) -> bool:
    """Whether a post was made by one of our pages, or by a program that is no browser (which sends neither header)."""
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("Origin")
    if origin is None:
        return True
    try:
        return origin == base_url_origin(base_url) or urlsplit(origin).netloc == host
    except ValueError:  # brackets that hold no address
        return False


def base_url_origin(base_url: str) -> str:
    """Scheme, host and port of the site's address."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}"
