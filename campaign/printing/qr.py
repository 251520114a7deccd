"""QR codes: an address that a telephone reads from paper."""

from __future__ import annotations

import io
from dataclasses import dataclass

import segno

MARGIN = 4
"""Empty modules around a code; readers need them."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """A code as an SVG drawing, black on white with its margin. `modules` is its side without the margin."""

    svg: str
    modules: int
    margin: int = MARGIN


def qr_code(text: str) -> QrCode:
    """The code of `text`. A quarter of it may be dirty or folded."""
    code = segno.make(text, error="q", micro=False, boost_error=False)
    out = io.BytesIO()
    code.save(out, kind="svg", border=MARGIN, dark="#000", light="#fff", omitsize=True, xmldecl=False)
    return QrCode(out.getvalue().decode(), len(code.matrix))
