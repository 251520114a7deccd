"""Looking at what was printed: pixels of a page, words of a PDF, the modules of a QR code."""

from __future__ import annotations

import io
import re
import zlib

from PIL import Image


def page(png: bytes) -> Image.Image:
    """A page in grey, as a copying machine sees it."""
    return Image.open(io.BytesIO(png)).convert("L")


def dark_box(image: Image.Image, left: float, top: float, right: float, bottom: float) -> tuple[int, int, int, int]:
    """The box, in pixels of the page, around what is dark in a part of it (given in parts of its width and height)."""
    start = (round(image.width * left), round(image.height * top))
    part = image.crop((*start, round(image.width * right), round(image.height * bottom)))
    box = part.point(lambda value: 255 if value < 128 else 0).getbbox()
    assert box is not None, "nothing is there"
    return (box[0] + start[0], box[1] + start[1], box[2] + start[0], box[3] + start[1])


def modules(image: Image.Image, box: tuple[int, int, int, int], side: int) -> list[list[bool]]:
    """What a reader finds in the middle of each module of a code that fills `box`."""
    width, height = (box[2] - box[0]) / side, (box[3] - box[1]) / side
    return [
        [image.getpixel((int(box[0] + (x + 0.5) * width), int(box[1] + (y + 0.5) * height))) < 128 for x in range(side)]
        for y in range(side)
    ]


def streams(pdf: bytes) -> list[bytes]:
    """The unpacked streams of a PDF."""
    found = []
    for raw in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            # not `decompress`: where the checksum's last byte looks like a line's end, the expression has taken it
            found.append(zlib.decompressobj().decompress(raw))
        except zlib.error:
            found.append(raw)
    return found


def words(pdf: bytes) -> str:
    """The text of a PDF as a reader that reads aloud finds it, without spaces: glyphs through their `ToUnicode`."""
    unpacked = b"\n".join([pdf, *streams(pdf)])
    fonts = {}
    objects = dict(re.findall(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", pdf, re.DOTALL))
    for number, body in objects.items():
        reference = re.search(rb"/ToUnicode (\d+) 0 R", body)
        if reference:
            fonts[number] = _map(next(iter(streams(objects[reference[1]] + b"\n")), b""))
    names = dict(re.findall(rb"/(f\d+) (\d+) 0 R", unpacked))
    shown = []
    for content in streams(pdf):
        font: dict[bytes, str] = {}
        for name, hexed, literal in _SHOWN.findall(content):
            if name:
                font = fonts.get(names.get(name, b""), {})
            elif font:
                codes = bytes.fromhex(hexed.decode()) if hexed else _unescaped(literal)
                shown += [font.get(codes[at : at + 2], "") for at in range(0, len(codes), 2)]
    return "".join(shown)


_PLAIN = rb"(?:\\.|[^\\()])"  # in a string, parentheses that belong together need no escape
_SHOWN = re.compile(rb"/(f\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>|\(((?:" + _PLAIN + rb"|\(" + _PLAIN + rb"*\))*)\)", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _unescaped(literal: bytes) -> bytes:
    return re.sub(rb"\\([0-7]{1,3}|.)", _meant, literal, flags=re.DOTALL)


def _meant(escape: re.Match[bytes]) -> bytes:
    if escape[1][:1].isdigit():
        return bytes([int(escape[1], 8)])
    return _ESCAPES.get(escape[1], escape[1])


def _map(stream: bytes) -> dict[bytes, str]:
    pairs = re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>\n", stream)
    return {bytes.fromhex(code.decode()): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}
