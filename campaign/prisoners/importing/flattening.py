"""Nested documents as one row of a table and back: `{"prison": {"title": "x"}}` is `{"prison/title": "x"}`.

List items are numbered from 0 (`articles/0`). A column stands for what lies there; an empty cell stands for nothing,
so empty texts, lists and objects, and None, are left out. A `/` or `~` inside a key is written `~1` and `~0`; a key
that looks like a number gets `~:` in front, so that an object does not turn into a list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

DEEPEST = 32
"""Levels that `unflatten` takes apart; what lies deeper stays in the last key."""

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


def flatten(document: Mapping[str, Any]) -> dict[str, str]:
    """The row for a document of objects, lists, texts, numbers and truth values (`true`, `false`), in its order."""
    row: dict[str, str] = {}
    waiting: list[tuple[str | None, Any]] = [(None, document)]
    while waiting:  # a stack: documents of strangers may be deeper than Python's
        path, value = waiting.pop()
        if isinstance(value, Mapping):
            parts = [(_joined(path, key), inner) for key, inner in value.items()]
            waiting.extend(reversed(parts))
        elif isinstance(value, list | tuple):
            waiting.extend(reversed([(f"{path}/{number}", inner) for number, inner in enumerate(value)]))
        elif path is not None and (text := _text(value)):
            row[path] = text
    return row


def unflatten(row: Mapping[str, str]) -> dict[str, Any]:
    """The document of a row: objects, lists and texts. `unflatten(flatten(d)) == d` where `d` holds only these.

    Gaps in the numbering close up. Where a column has a value and others lie below it (`articles` and `articles/0`),
    the others count.
    """
    tree: dict[str, Any] = {}
    for column, value in row.items():
        if value:
            _put(tree, column.split("/", DEEPEST), value)
    return {_unescaped(key): _grown(value) for key, value in tree.items()}


def _joined(path: str | None, key: str) -> str:
    key = str(key).replace("~", "~0").replace("/", "~1")
    if path is None:
        return key
    return f"{path}/~:{key}" if _INDEX.fullmatch(key) else f"{path}/{key}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _put(tree: dict[str, Any], steps: list[str], value: str) -> None:
    *above, last = steps
    for step in above:
        inner = tree.get(step)
        if not isinstance(inner, dict):
            inner = tree[step] = {}
        tree = inner
    if not isinstance(tree.get(last), dict):
        tree[last] = value


def _grown(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if all(map(_INDEX.fullmatch, value)):
        return [_grown(value[key]) for key in sorted(value, key=int)]
    return {_unescaped(key): _grown(inner) for key, inner in value.items()}


def _unescaped(key: str) -> str:
    return key.removeprefix("~:").replace("~1", "/").replace("~0", "~")
