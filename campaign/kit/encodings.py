"""Which encoding a file of bytes is in. What cannot be known for sure is said, so that people look at the names."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass
from typing import BinaryIO

_CHUNK = 1 << 18
_SAMPLE = 1 << 20
_SHORTEST = 8  # bytes: less tells nothing
_HIGH_RUN = re.compile(rb"[\x80-\xff]{3,}")
_HIGH = re.compile(rb"[\x80-\xff]")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_OTHER_FILES = (
    (b"PK\x03\x04", "spreadsheet"),
    (b"\xd0\xcf\x11\xe0", "spreadsheet"),
    (b"%PDF", "pdf"),
    (b"\x1f\x8b", "packed"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
)
_ACCENTS_OF_CP1256 = frozenset(b"\xe0\xe2\xe7\xe8\xe9\xea\xeb\xee\xef\xf4\xf9\xfb\xfc")
"""Latin letters there; the commonest Cyrillic ones in cp1251."""
_TURKISH = frozenset(b"\xfd\xf0\xfe\xdd\xd0\xde")
"""ı ğ ş İ Ğ Ş in cp1254; ý ð þ Ý Ð Þ, which only Icelandic has in numbers, in cp1252."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec's name, whether it was a guess, and whether some characters are broken and will be shown as U+FFFD."""

    name: str
    guessed: bool = False
    damaged: bool = False


def other_file(start: bytes) -> str:
    """What a file that is no text seems to be (`spreadsheet`, `pdf`, `packed`, `picture`, `binary`); empty for text."""
    for sign, kind in _OTHER_FILES:
        if start.startswith(sign):
            return kind
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or _utf16(start):
        return ""
    return "binary" if len(_CONTROL.findall(start)) * 20 > len(start) + 20 else ""


def encoding_of(stream: BinaryIO) -> Encoding:
    """The encoding of all that follows in `stream`, which is read to its end.

    UTF-8 is checked over the whole file and is certain; others are told by their letters and are guesses.
    """
    start = stream.read(_CHUNK)
    if start.startswith(codecs.BOM_UTF8):
        return Encoding("utf-8-sig", damaged=_damage(start, stream)[0] > 0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding("utf-16")
    wide = _utf16(start)
    if wide:
        return Encoding(wide, guessed=True)
    broken, whole, high = _damage(start, stream)
    if not broken:
        return Encoding("utf-8")
    if whole > 10 * broken:  # one name cut in the middle does not turn a UTF-8 file into another
        return Encoding("utf-8", damaged=True)
    return Encoding(_eight_bits(high), guessed=True)


def _damage(chunk: bytes, stream: BinaryIO) -> tuple[int, int, bytes]:
    """How many broken and how many whole characters beyond ASCII there are as UTF-8, and the first such bytes."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    broken = whole = 0
    sample = bytearray()
    while True:
        text = decoder.decode(chunk, final=not chunk)
        if not text.isascii():
            bad = text.count("\ufffd")
            broken += bad
            whole += len(text) - len(text.encode("ascii", "ignore")) - bad
        if broken and len(sample) < _SAMPLE:
            sample += chunk
        if not chunk:
            return broken, whole, bytes(sample)
        chunk = stream.read(_CHUNK)


def _utf16(start: bytes) -> str:
    """UTF-16 without a mark: every second byte of Western text is zero."""
    sample = start[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if len(sample) >= _SHORTEST and max(even, odd) * 4 > len(sample) and min(even, odd) * 20 < len(sample):
        return "utf-16-be" if even > odd else "utf-16-le"
    return ""


def _eight_bits(sample: bytes) -> str:
    """One of the Windows code pages: words of high bytes are Cyrillic or Arabic, single ones are accents."""
    high = Counter(_HIGH.findall(sample))
    total = sum(high.values())
    in_words = sum(len(run) for run in _HIGH_RUN.findall(sample))
    if in_words * 2 > total:
        accents = sum(high[bytes([byte])] for byte in _ACCENTS_OF_CP1256)
        return "cp1256" if accents * 10 < total else "cp1251"
    turkish = sum(high[bytes([byte])] for byte in _TURKISH)
    return "cp1254" if turkish * 5 > total else "cp1252"
