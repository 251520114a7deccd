"""Addresses made of names: lower-case ASCII words joined by hyphens."""

from __future__ import annotations

import re
import unicodedata


def slug(text: str, *, longest: int = 80, fallback: str = "x") -> str:
    """`text` as a slug of at most `longest` characters, e.g. `Ales Bialiatski` as `ales-bialiatski`."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:longest].rstrip("-") or fallback
