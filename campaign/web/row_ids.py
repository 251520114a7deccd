"""Numbers in addresses that are ids of rows."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map, ValidationError

LARGEST = 2**31 - 1
"""What an id can be. A larger one finds nothing; the databases would answer with an error."""


class RowId(IntegerConverter):
    """As Flask's `int`; there is no page for a number that no database keeps."""

    def __init__(self, map: Map, *options: Any, **named: Any) -> None:  # noqa: A002 - the parent's word
        """See the parent."""
        super().__init__(map, *options, **({"max": LARGEST} | named))

    def to_python(self, value: str) -> Any:
        """See the parent."""
        if len(value) > len(str(LARGEST)):
            raise ValidationError
        return super().to_python(value)


def init_app(app: Flask) -> None:
    """Before any route is added."""
    app.url_map.converters["int"] = RowId
