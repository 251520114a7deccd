"""What a file is, read from its first bytes and never from its name. Nothing is decoded here.

The sizes that stand in the header decide whether a decoder ever sees the file: one of a few kilobytes may claim
gigabytes of pixels.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

Code: TypeAlias = Literal[
    "empty",  # no byte at all
    "unknown",  # no picture, or of a kind that nobody should need
    "gif",
    "heic",
    "svg",
    "broken",  # cut off, or not what its beginning says
    "animated",  # more than one picture
    "too_large",  # `limit`: megabytes
    "too_many_pixels",  # `limit`: million pixels
    "too_small",  # `limit`: pixels of the shorter side
    "too_long",  # `limit`: how many times longer one side may be than the other
]


class BadPicture(Exception):
    """A file that is not taken, and why. `limit` is what was passed, in the unit that belongs to the code."""

    def __init__(self, code: Code, limit: int = 0) -> None:
        super().__init__(code)
        self.code: Code = code
        self.limit = limit


class Kind(StrEnum):
    """The formats that are decoded; the values are Pillow's names."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"


@dataclass(frozen=True, slots=True)
class Look:
    """What the header says. `whole`: the decoder must hold all pixels at once (a plain JPEG is scaled on the way)."""

    kind: Kind
    width: int
    height: int
    whole: bool


MOST_SCANS = 100
"""Of a JPEG: cameras write one, web tools ten. Each costs a pass over all pixels, and a scan may be twenty bytes."""

_OTHERS: tuple[tuple[bytes, Code], ...] = ((b"GIF87a", "gif"), (b"GIF89a", "gif"))
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_NEXT_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])", re.DOTALL)


def look(content: bytes) -> Look:
    """Kind and size of a picture. Raises `BadPicture`."""
    try:
        if content.startswith(b"\xff\xd8\xff"):
            return _jpeg(content)
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            return _png(content)
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return _webp(content)
    except (struct.error, IndexError) as error:
        raise BadPicture("broken") from error
    raise BadPicture(_other(content))


def _other(content: bytes) -> Code:
    """What to call a file that is not taken."""
    if not content:
        return "empty"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return "heic"
    if b"<svg" in content[:1000].lower():
        return "svg"
    return next((code for start, code in _OTHERS if content.startswith(start)), "unknown")


def _jpeg(content: bytes) -> Look:
    """Walk over the segments to the end of the picture; what lies behind it (a film, an archive) is not looked at."""
    found: Look | None = None
    place, scans = 2, 0
    while True:
        marker_at = _NEXT_MARKER.search(content, place)
        if marker_at is None or marker_at[1] == b"\xd9":
            break
        marker = marker_at[1][0]
        start = marker_at.end()
        (length,) = struct.unpack_from(">H", content, start)
        if marker in _FRAME_HEADERS:
            if found is not None:
                raise BadPicture("broken")
            height, width = struct.unpack_from(">HH", content, start + 3)
            found = Look(Kind.JPEG, width, height, whole=marker in _PROGRESSIVE)
        scans += marker == 0xDA  # noqa: PLR2004 - start of scan
        if scans > MOST_SCANS:
            raise BadPicture("broken")
        place = start + length
    if found is None or not scans:
        raise BadPicture("broken")
    return found


def _png(content: bytes) -> Look:
    """The header, and whether an animation is announced before the pixels."""
    if content[12:16] != b"IHDR":
        raise BadPicture("broken")
    width, height = struct.unpack_from(">II", content, 16)
    place = 8
    while True:
        length, name = struct.unpack_from(">I4s", content, place)
        if name == b"acTL":
            raise BadPicture("animated")
        if name == b"IDAT":
            return Look(Kind.PNG, width, height, whole=True)
        place += 12 + length


def _webp(content: bytes) -> Look:
    """One of three: lossy, lossless, extended."""
    kind = content[12:16]
    if kind == b"VP8X":
        if content[20] & 0x02:
            raise BadPicture("animated")
        width, height = (int.from_bytes(content[at : at + 3], "little") + 1 for at in (24, 27))
        _ = content[29]  # the header is there to its end
    elif kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", content, 21)
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", content, 26))
    else:
        raise BadPicture("broken")
    return Look(Kind.WEBP, width, height, whole=True)
