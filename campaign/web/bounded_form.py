"""A bound on how many fields a posted form may have.

Flask's `MAX_FORM_PARTS` holds for multipart forms only. Eight megabytes of `a&a&a&…` would be read for seconds into
hundreds of megabytes, before any view sees them.
"""

from __future__ import annotations

import io
import operator
from typing import IO

from flask import Request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

URLENCODED = "application/x-www-form-urlencoded"


class BoundedFormParser(FormDataParser):
    """Takes `max_form_parts` as the bound of both kinds of forms. Raises `RequestEntityTooLarge`."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        """As the parent's, unless there are too many fields; parts without a name are left out."""
        if mimetype == URLENCODED and self.max_form_parts is not None:
            body = stream.read()
            if body.count(b"&") >= self.max_form_parts:
                raise RequestEntityTooLarge
            stream = io.BytesIO(body)
        stream, fields, files = super().parse(stream, mimetype, content_length, options)
        if None in fields:  # not a string, as is promised; Flask-WTF falls over it
            fields = self.cls(filter(operator.itemgetter(0), fields.items(multi=True)))
        return stream, fields, files


class BoundedRequest(Request):
    """A request whose forms have a bounded number of fields."""

    form_data_parser_class = BoundedFormParser
