"""Pictures of nobody, written in every way that a camera, a phone or an attacker might write them."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, ImageCms, PngImagePlugin

PLACE = "Hidden place 53.9N 27.5E"
"""Stands in every corner of a file that is not pixels; it must not come out again."""


def striped(width: int = 300, height: int = 400) -> Image.Image:
    """Red above, blue below: which way up it is can be seen."""
    image = Image.new("RGB", (width, height), (200, 30, 30))
    image.paste((30, 30, 200), (0, height // 2, width, height))
    return image


def written(image: Image.Image, kind: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def jpeg(width: int = 300, height: int = 400, **options) -> bytes:
    return written(striped(width, height), "JPEG", **options)


def png(width: int = 300, height: int = 400, **options) -> bytes:
    return written(striped(width, height), "PNG", **options)


def webp(width: int = 300, height: int = 400, **options) -> bytes:
    return written(striped(width, height), "WEBP", **options)


def exif(orientation: int = 1) -> Image.Exif:
    """With a place, a camera's owner and the way it was held."""
    words = Image.Exif()
    words[274] = orientation
    words[270] = words[315] = PLACE
    words.get_ifd(0x8825).update({1: "N", 2: (53.0, 54.0, 27.0), 3: "E", 4: (27.0, 33.0, 0.0), 29: PLACE})
    return words


def xmp() -> bytes:
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{PLACE}</x:xmpmeta>'.encode()


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def talkative() -> dict[str, bytes]:
    """Each format with everything that can be written beside the pixels, and an archive behind it."""
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", PLACE)
    words.add_itxt("XML:com.adobe.xmp", xmp().decode())
    tail = b"PK\x03\x04" + PLACE.encode() + b"<script>alert(1)</script>"
    common = {"exif": exif(), "icc_profile": profile()}
    return {
        "jpeg": jpeg(comment=PLACE, xmp=xmp(), **common) + tail,
        "png": png(pnginfo=words, **common) + tail,
        "webp": webp(xmp=xmp(), **common) + tail,
    }


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is that large."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


def claiming_webp(width: int, height: int) -> bytes:
    """An extended WebP whose canvas is said to be that large."""
    body = bytes([0, 0, 0, 0]) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    inside = b"WEBPVP8X" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(inside)) + inside


def of_many_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan is repeated: each costs a pass over all pixels."""
    plain = jpeg(progressive=True)
    last = plain.rindex(b"\xff\xda")
    return plain[:-2] + plain[last:-2] * count + b"\xff\xd9"
