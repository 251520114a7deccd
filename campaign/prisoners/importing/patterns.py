"""Regular expressions that strangers write: compiled only if they cannot hang the machine.

Python's engine tries every way to match. The ways are bounded here before the pattern is ever used: the number of
starting points times the ways through each repetition, on a text of `LONGEST_TEXT` characters. Possessive repetitions
(`++`, `*+`) and atomic groups have one way.
"""

from __future__ import annotations

import re
from math import log10
from re import _constants as sre  # type: ignore[attr-defined]  # has no types; the engine's own parser is the only judge
from re import _parser as parser  # type: ignore[attr-defined]  # as above
from typing import Any

LONGEST_PATTERN = 1000
LONGEST_TEXT = 10_000
"""Characters of a cell that a pattern is shown."""

MOST_STEPS = 8.5
"""Decimal logarithm of the most steps: a pattern may go over a whole cell once from each character on."""


class BadPattern(ValueError):
    """A pattern that cannot be used. Codes: `bad_regex` (`why` in English, from Python), `slow_regex`."""

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(code, why)
        self.code = code
        self.why = why


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern. Raises `BadPattern`."""
    if len(pattern) > LONGEST_PATTERN:
        raise BadPattern("bad_regex", f"longer than {LONGEST_PATTERN} characters")
    try:
        made = re.compile(pattern)
        tree = parser.parse(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise BadPattern("bad_regex", str(error)) from error
    if log10(LONGEST_TEXT) + _ways(_without_end(list(tree))) > MOST_STEPS:
        raise BadPattern("slow_regex")
    return made


def _ways(tree: Any) -> float:
    """The decimal logarithm of a bound on the ways to match."""
    return sum(_ways_of(operator, argument) for operator, argument in tree)


def _ways_of(operator: Any, argument: Any) -> float:
    if operator in {sre.MAX_REPEAT, sre.MIN_REPEAT}:
        return _repeated(*argument)
    if operator is sre.POSSESSIVE_REPEAT:
        return _ways(argument[2])
    if operator is sre.SUBPATTERN:
        return _ways(argument[-1])
    if operator is sre.ATOMIC_GROUP:
        return _ways(argument)
    if operator in {sre.ASSERT, sre.ASSERT_NOT}:
        return _ways(argument[1])
    if operator is sre.BRANCH:
        return log10(sum(10 ** min(_ways(branch), 12) for branch in argument[1]))
    if operator in {sre.GROUPREF, sre.GROUPREF_EXISTS}:
        raise BadPattern("slow_regex")
    return 0.0


def _without_end(tree: list[Any]) -> list[Any]:
    """The pattern without a repetition of single characters at its very end: nothing behind it can fail."""
    if tree and tree[-1][0] is sre.SUBPATTERN:
        return tree[:-1] + _without_end(list(tree[-1][1][-1]))
    last_is_repeat = bool(tree) and tree[-1][0] in {sre.MAX_REPEAT, sre.MIN_REPEAT}
    return tree[:-1] if last_is_repeat and _ways(tree[-1][1][2]) == 0 else tree


def _repeated(fewest: int, most: Any, body: Any) -> float:
    if _is_space(body):
        return 0.0  # cells hold no two spaces in a row
    times = min(int(most), LONGEST_TEXT)
    return log10(max(times - fewest, 0) + 1) + times * _ways(body)


def _is_space(body: Any) -> bool:
    """White space: its class, alone or in brackets, or a blank."""
    if len(body) != 1:
        return False
    operator, argument = body[0]
    if operator is sre.IN and len(argument) == 1:
        operator, argument = argument[0]
    return (operator is sre.CATEGORY and argument is sre.CATEGORY_SPACE) or (
        operator is sre.LITERAL and argument == ord(" ")
    )
