"""Mails as text on the wire, made fast: what is the same in every copy is prepared once.

`MailTemplate.build` takes subject and bodies with places like `@@link@@`; `render` fills in recipient, date, message id
and values. The result is a whole RFC 5322 message with CRLF line ends and nothing but ASCII in it, so that no server
has to know 8BITMIME. (The one exception: a recipient whose address is not ASCII stands in `To` as RFC 6532 says;
such a mail needs a server with SMTPUTF8 anyway.)
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

LONGEST_LINE = 998  # RFC 5322, 2.1.1, without CRLF
_SHORT_HEADER = 60
_WORD_BYTES = 45  # 60 characters in base64; an encoded word may have 75 (RFC 2047, 2)
_PLACE = re.compile(r"@@([a-z_]+)@@")
_LINE_END = re.compile(r"\r\n|\r|\n")
_PLAIN = re.compile(r"[\t\r\n\x20-\x7e]*\Z")  # what may travel as it is
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ADDRESS = re.compile(r"[^\s<>,;:\x00-\x20\x7f-\x9f\ud800-\udfff]+@[^\s<>,;@\x00-\x20\x7f-\x9f\ud800-\udfff]+\Z")
_ESCAPABLE = frozenset("&<>\"'")


class BadMail(ValueError):
    """Something that cannot stand in a mail; the message names the field, never its value."""


@dataclass(frozen=True, slots=True)
class MailTemplate:
    """One kind of mail in one language from one sender, ready to be filled in. Build it with `MailTemplate.build`."""

    _head: str
    _domain: str
    _text: _Part
    _html: _Part

    @classmethod
    def build(
        cls, *, subject: str, text: str, html: str, sender_name: str, sender_address: str, language: str, domain: str
    ) -> MailTemplate:
        """Prepare what is constant. Places are written `@@name@@`; those in `html` are filled with escaped values.

        `domain` is what message ids end in. Raises `BadMail` for line ends or control characters in a header.
        """
        head = (
            f"From: {_sender(sender_name, sender_address)}\r\n"
            f"Subject: {_unstructured('subject', subject)}\r\n"
            "MIME-Version: 1.0\r\n"
            f"Content-Language: {_token('language', language)}\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "X-Auto-Response-Suppress: All\r\n"
        )
        return cls(head, _token("domain", domain), _Part.build("plain", text), _Part.build("html", html))

    def render(self, *, to: str, values: Mapping[str, str], now: datetime, uid: bytes) -> str:
        """The message for one recipient.

        `to` is an address as it goes over the wire; `uid` is random and becomes message id and boundary. Raises
        `BadMail` for an address or a value with line ends in it, or when a value is missing.
        """
        for value in values.values():
            if "\r" in value or "\n" in value:
                raise BadMail("a value with a line end")
        name = uid.hex()
        return (
            f"{self._head}To: {_address('recipient', to)}\r\n"
            f"Date: {format_datetime(now.astimezone(UTC))}\r\n"
            f"Message-ID: <{name}@{self._domain}>\r\n"
            f'Content-Type: multipart/alternative; boundary="=_{name}"\r\n'
            f"\r\n--=_{name}\r\n{self._text.fill(values)}"
            f"\r\n--=_{name}\r\n{self._html.fill(values)}"
            f"\r\n--=_{name}--\r\n"
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """A body: `pieces` are constant text and names of places in turn."""

    subtype: str
    pieces: tuple[str, ...]
    plain: bool
    dress: Callable[[str], str]

    @classmethod
    def build(cls, subtype: str, body: str) -> _Part:
        body = _LINE_END.sub("\r\n", body)
        constant = _PLACE.split(body)[::2]
        plain = all(_is_plain(piece) for piece in constant)
        return cls(subtype, tuple(_PLACE.split(body)), plain, _escape if subtype == "html" else str)

    def fill(self, values: Mapping[str, str]) -> str:
        """Headers and body of the part, values in their places."""
        pieces = list(self.pieces)
        plain = self.plain
        for position in range(1, len(pieces), 2):
            try:
                value = self.dress(values[pieces[position]])
            except KeyError:
                raise BadMail(f"no value for @@{pieces[position]}@@") from None
            plain = plain and _PLAIN.match(value) is not None
            pieces[position] = value
        body = "".join(pieces)
        if plain and max(map(len, body.split("\r\n"))) <= LONGEST_LINE:
            return (
                f'Content-Type: text/{self.subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n{body}'
            )
        return (
            f'Content-Type: text/{self.subtype}; charset="utf-8"\r\n'
            f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{_quoted(body)}"
        )


def _is_plain(text: str) -> bool:
    return _PLAIN.match(text) is not None


def _quoted(body: str) -> str:
    r"""Quoted-printable (RFC 2045, 6.7). The leading CRLF makes `b2a_qp` write CRLF even if the body has one line."""
    try:
        return binascii.b2a_qp(b"\r\n" + body.encode(), istext=True)[2:].decode("ascii")
    except UnicodeEncodeError:
        raise BadMail("text that is not Unicode") from None


def _escape(value: str) -> str:
    return value if _ESCAPABLE.isdisjoint(value) else html.escape(value)


def _checked(field: str, value: str) -> str:
    if _CONTROL.search(value):
        raise BadMail(f"{field} with a line end or control character")
    return value


def _token(field: str, value: str) -> str:
    if not value.isascii() or not value or " " in _checked(field, value):
        raise BadMail(f"{field} is not one ASCII word")
    return value


def _address(field: str, value: str) -> str:
    if not _ADDRESS.match(value):
        raise BadMail(f"{field} is not one plain address")
    return value


def _sender(name: str, address: str) -> str:
    _address("sender address", _token("sender address", address))
    name = " ".join(_checked("sender name", name).split())
    if not name:
        return address
    if name.isascii() and len(name) <= _SHORT_HEADER and "=?" not in name:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{address}>'
    return f"{_encoded_words(name)}\r\n <{address}>"


def _unstructured(field: str, value: str) -> str:
    _checked(field, value)
    if value.isascii() and len(value) <= _SHORT_HEADER and "=?" not in value and value == value.strip():
        return value
    return _encoded_words(value)


def _encoded_words(value: str) -> str:
    """`value` as encoded words (RFC 2047), one to a line, none splitting a character."""
    words: list[bytes] = [b""]
    for character in value:
        encoded = character.encode()
        if len(words[-1]) + len(encoded) > _WORD_BYTES:
            words.append(b"")
        words[-1] += encoded
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(word).decode('ascii')}?=" for word in words)
