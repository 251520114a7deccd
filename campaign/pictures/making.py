"""Making a picture anew: decoded, turned upright, brought to sRGB, scaled down, written by us.

What comes out holds pixels and nothing else: no EXIF, no place, no profile, no comment, no thumbnail, and nothing that
was hidden behind the picture.
"""

from __future__ import annotations

import hashlib
import io
import struct
import threading
import zlib
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps

from campaign.pictures.looking import BadPicture, Kind, Look, look

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 50_000_000
"""Of a JPEG that can be scaled down while it is read."""
MOST_WHOLE_PIXELS = 20_000_000
"""Of any other: all its pixels lie in memory at once, some of the time twice."""
MOST_WEBP_PIXELS = 12_000_000
"""The decoder of WebP keeps four copies."""
SHORTEST_SIDE = 96
MOST_TIMES_LONGER = 3
SIZES = (160, 320, 640, 1280)
"""Longer sides in pixels. None is larger than what was sent."""
LARGEST_PROFILE = 1024 * 1024
_PAPER = (255, 255, 255)
"""Behind what is transparent."""
_ORIENTATION = 274
"""EXIF: how the camera was held."""
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_MILLION = 1_000_000

# One picture at a time in a process: the memory that decoding takes does not grow with the number of organisers.
one_at_a_time = threading.Lock()
FAILURES = (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError, OverflowError, MemoryError,
             struct.error, zlib.error, Image.DecompressionBombError)  # fmt: skip
"""What decoders raise over broken files."""


@dataclass(frozen=True, slots=True)
class File:
    """One size (longer side in pixels) and format (`webp`, `jpeg`)."""

    size: int
    format: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made by us. `width` and `height` are those of its largest file; `version` follows from the bytes."""

    width: int
    height: int
    version: str
    files: tuple[File, ...]


def make(content: bytes) -> Picture:
    """All sizes and formats of what was sent. Raises `BadPicture`."""
    if len(content) > MOST_BYTES:
        raise BadPicture("too_large", MOST_BYTES // (1024 * 1024))
    seen = look(content)
    _demand_measure(seen)
    with one_at_a_time:
        pixels = _pixels(content, seen)
        files = tuple(file for size in _sizes(max(pixels.size)) for file in _files(pixels, size))
    digest = hashlib.sha256(b"".join(file.content for file in files)).hexdigest()
    return Picture(pixels.width, pixels.height, digest[:16], files)


def _demand_measure(seen: Look) -> None:
    shorter, longer = sorted((seen.width, seen.height))
    limit = MOST_WHOLE_PIXELS if seen.whole else MOST_PIXELS
    if seen.kind is Kind.WEBP:
        limit = MOST_WEBP_PIXELS
    if not shorter:
        raise BadPicture("broken")
    if shorter * longer > limit:
        raise BadPicture("too_many_pixels", limit // _MILLION)
    if longer > shorter * MOST_TIMES_LONGER:
        raise BadPicture("too_long", MOST_TIMES_LONGER)
    if shorter < SHORTEST_SIDE:
        raise BadPicture("too_small", SHORTEST_SIDE)


def _pixels(content: bytes, seen: Look) -> Image.Image:
    """Upright, sRGB, no larger than the largest size, in a new image that knows nothing of the file."""
    try:
        with Image.open(io.BytesIO(content), formats=(seen.kind.value,)) as image:
            if image.size != (seen.width, seen.height):
                raise BadPicture("broken")
            if seen.kind is Kind.JPEG:
                image.draft(None, (SIZES[-1], SIZES[-1]))
            turn, profile = _turn_of(image), image.info.get("icc_profile")
            image.load()
            small = _scaled(_decoded(image))
    except FAILURES as error:
        raise BadPicture("broken") from error
    plain = _on_paper(_in_srgb(small, profile))
    return plain.transpose(turn) if turn is not None else plain


def _turn_of(image: Image.Image) -> Image.Transpose | None:
    """What brings the picture upright; None if it is, or if the file's word for it cannot be read."""
    try:
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except FAILURES:
        return None


def _decoded(image: Image.Image) -> Image.Image:
    """In a mode that can be scaled: palettes and 16 bits a colour cannot."""
    if image.mode.startswith(("I", "F")):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in {"1", "P", "PA"} or "transparency" in image.info:
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image


def _scaled(image: Image.Image) -> Image.Image:
    image.thumbnail((SIZES[-1], SIZES[-1]), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return image


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours as the file's profile means them; without a usable one, as they are."""
    alpha = image.getchannel("A") if image.mode in {"RGBA", "LA"} else None
    colours = image.convert({"RGBA": "RGB", "LA": "L"}[image.mode]) if alpha else image
    if profile and len(profile) <= LARGEST_PROFILE:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(colours, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            colours = converted or colours
        except (ImageCms.PyCMSError, *FAILURES):
            pass  # a profile for other colours than these, or none at all
    colours = colours.convert("RGB")
    if alpha:
        colours.putalpha(alpha)
    return colours


def _on_paper(image: Image.Image) -> Image.Image:
    """On paper; in a new image, for one that was read hands its file's words on to those made from it."""
    plain = Image.new("RGB", image.size, _PAPER)
    plain.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    return plain


def _sizes(longest: int) -> list[int]:
    return [*(size for size in SIZES if size < longest), min(longest, SIZES[-1])]


def _files(pixels: Image.Image, size: int) -> tuple[File, File]:
    scaled = pixels
    if size < max(pixels.size):
        scaled = ImageOps.contain(pixels, (size, size), Image.Resampling.LANCZOS)
    return (
        File(size, "webp", _written(scaled, "WEBP", quality=80, method=4)),
        File(size, "jpeg", _written(scaled, "JPEG", quality=82, optimize=True, progressive=True)),
    )


def _written(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
