"""Whether a file is a picture as we make them: pixels that can be decoded, and nothing beside them."""

from __future__ import annotations

import io
import struct

from PIL import Image

from campaign.pictures.looking import BadPicture, Kind, look
from campaign.pictures.making import FAILURES, SIZES, one_at_a_time

_END_OF_JPEG = b"\xff\xd9"
_RIFF_HEADER, _CHUNK_HEADER = 12, 8


def bare_format(content: bytes) -> str:
    """`jpeg` or `webp`; empty for a file that holds more than pixels, or that nobody could look at.

    For pictures that come back to us: making them anew each time would wear them out.
    """
    try:
        seen = look(content)
    except BadPicture:
        return ""
    if max(seen.width, seen.height) > SIZES[-1] or not _decodes(content, seen.kind):
        return ""
    if seen.kind is Kind.WEBP and _is_one_chunk(content):
        return "webp"
    return "jpeg" if seen.kind is Kind.JPEG else ""


def _decodes(content: bytes, kind: Kind) -> bool:
    try:
        with one_at_a_time, Image.open(io.BytesIO(content), formats=(kind.value,)) as image:
            image.load()
            words = getattr(image, "applist", [])
    except FAILURES:
        return False
    return kind is not Kind.JPEG or (content.endswith(_END_OF_JPEG) and all(name == "APP0" for name, _ in words))


def _is_one_chunk(content: bytes) -> bool:
    """A plain WebP: one chunk of pixels that ends where the file ends."""
    (riff,) = struct.unpack_from("<I", content, 4)
    (length,) = struct.unpack_from("<I", content, _RIFF_HEADER + 4)
    ends = _RIFF_HEADER + _CHUNK_HEADER + length + length % 2
    return content[_RIFF_HEADER : _RIFF_HEADER + 4] == b"VP8 " and ends == riff + _CHUNK_HEADER == len(content)
