"""A caught mail made readable. Nothing in it is trusted: it may hold anything that any text box took."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser

from markupsafe import Markup, escape

_LINK = re.compile(r"https?://[^\s<>\"'`{}|\\^\x00-\x20]+", re.IGNORECASE)
_AFTER_LINK = ".,;:!?)]»”’"
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Heading:
    """What the list says of a mail. `received` is when it was caught, in UTC."""

    id: str
    recipient: str
    subject: str
    received: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole mail. `headers` are (name, value) in the order of reading; a part that is not there is None."""

    heading: Heading
    headers: tuple[tuple[str, str], ...]
    text: str | None
    html: str | None


def read_heading(mail_id: str, raw: bytes) -> Heading:
    """What the list needs; the body is not parsed."""
    return _heading(mail_id, BytesHeaderParser(policy=policy.default).parsebytes(raw))


def read_letter(mail_id: str, raw: bytes) -> Letter:
    """Take a mail apart. Broken ones too: what cannot be decoded is shown as well as can be."""
    message = message_from_bytes(raw, policy=policy.default)
    return Letter(
        heading=_heading(mail_id, message),
        headers=tuple((name, _header(message, name)) for name in ("From", "To", "Subject", "Date")),
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def with_links(text: str) -> Markup:
    """`text` escaped, its web addresses clickable. Other schemes stay text."""
    return Markup("").join(_pieces(text))


def _pieces(text: str) -> Iterator[Markup]:
    position = 0
    for match in _LINK.finditer(text):
        address = match.group().rstrip(_AFTER_LINK)
        yield escape(text[position : match.start()])
        yield Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(address)
        position = match.start() + len(address)
    yield escape(text[position:])


def _heading(mail_id: str, message: EmailMessage) -> Heading:
    nanoseconds = int(mail_id.partition("-")[0])
    return Heading(
        id=mail_id,
        recipient=_header(message, "To"),
        subject=_header(message, "Subject"),
        received=datetime.fromtimestamp(nanoseconds / _NANOSECONDS, tz=UTC),
    )


def _header(message: EmailMessage, name: str) -> str:
    """The first header of that name, decoded; UTF-8 without any encoding (RFC 6532) too."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    text = raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        text = str(policy.default.header_fetch_parse(name, text))
    except Exception:  # noqa: BLE001 - the standard library's parser falls over some malformed headers
        text = " ".join(text.split())
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text.encode("utf-8", "replace").decode())


def _part(message: EmailMessage, kind: str) -> str | None:
    try:
        part = message.get_body(preferencelist=(kind,))
        if part is None:
            return None
        content = part.get_content()
    except Exception:  # noqa: BLE001 - unknown character sets, broken base64 and worse; the source can be looked at
        return "(This part cannot be decoded; see the source.)"
    return str(content).replace("\x00", "\N{REPLACEMENT CHARACTER}")
