"""Cells of a table that no spreadsheet takes for a formula, and back without loss.

A cell that a spreadsheet would take for a formula gets an apostrophe before it. So does what follows a semicolon, tab
or newline within a cell: where the comma is the decimal sign, Excel opens the file as if semicolons parted it, and a
new cell begins there.
"""

from __future__ import annotations

import re

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")
_RISKY_WITHIN = re.compile(r"""(?<=[;\t\r\n])(?=[ ]*["'=+\-@＝＋－＠])""")
_GUARD_WITHIN = re.compile(r"(?<=[;\t\r\n])'")


def guard(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, whatever it thinks parts the cells."""
    if ";" in cell or "\n" in cell or "\t" in cell or "\r" in cell:
        cell = _RISKY_WITHIN.sub("'", cell)
    return f"'{cell}" if cell.startswith(_RISKY) else cell


def unguard(cell: str) -> str:
    """What `guard` was given. A cell that it did not make, such as `'t Hooft` typed by hand, stays as it is."""
    if "'" not in cell:
        return cell
    plain = _GUARD_WITHIN.sub("", cell.removeprefix("'"))
    return plain if guard(plain) == cell else cell
