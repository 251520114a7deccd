"""Addresses made of names: lower-case ASCII words joined by hyphens."""

from __future__ import annotations

from campaign.kit.romanisation import romanise, split


def slug(text: str, *, longest: int = 80, fallback: str = "x") -> str:
    """`text` as a slug of at most `longest` characters, e.g. `Ales Bialiatski` as `ales-bialiatski`.

    Other alphabets are romanised to be read (`Стефанович` as `stefanovich`); of what has none, `fallback` is left.
    """
    words = ("".join(c for c in romanise(word) if c.isascii() and c.isalnum()) for word in split(text))
    return "-".join(word for word in words if word)[:longest].strip("-") or fallback
