"""Making a picture of ours lighter, for those who look at it over a slow line."""

from __future__ import annotations

import io

from PIL import Image

_COLOURS = 256


def lighter(png: bytes) -> bytes:
    """A PNG that we made, without transparency and with 256 colours chosen for it: a third of the bytes.

    Choosing and painting are two steps, for only with colours that are given does Pillow mix them where skin or sky
    would fall into rings.
    """
    with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
        plain = image.convert("RGB")
    chosen = plain.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE)
    few = plain.quantize(palette=chosen, dither=Image.Dither.FLOYDSTEINBERG)
    out = io.BytesIO()
    few.save(out, "PNG", compress_level=6)
    return out.getvalue()
