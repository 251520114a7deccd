"""Answering with what was printed or painted, and saying why there is none."""

from __future__ import annotations

import hashlib

from flask import make_response, request
from flask_babel import gettext as _
from werkzeug import Response

from campaign.printing import MissingGlyph
from campaign.web.errors import error_page

SECONDS = 30
"""With the second that `page_cache` adds, well below the minute in which a hidden profile is gone everywhere."""


def answer(content: bytes, content_type: str, *, name: str = "") -> Response:
    """A file that may have to vanish: kept for half a minute, then asked for again. `name` is what it is saved as."""
    response = make_response(content)
    response.content_type = content_type
    response.headers["Cache-Control"] = f"public, max-age={SECONDS}, must-revalidate"
    if name:
        response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.set_etag(hashlib.sha256(content).hexdigest()[:32])
    return response.make_conditional(request)


def busy() -> Response:
    """Too many ask at once."""
    title = _("Many pages are being printed at this moment")
    response = error_page(503, title, _("Please try again in a few seconds."))
    response.headers["Retry-After"] = "5"
    return response


def missing(glyph: MissingGlyph) -> Response:
    """Instead of a page with boxes: which character it is, and what whoever runs the site can do."""
    words = {"character": glyph.character, "code": glyph.code_point, "package": glyph.package}
    text = (
        _("No font here has the character “%(character)s” (%(code)s), so this page cannot be printed. "
          "Whoever runs this site can install the Debian package %(package)s and start it again.", **words)
        if glyph.package
        else _("No font here has the character “%(character)s” (%(code)s), so this page cannot be printed.", **words)
    )  # fmt: skip
    return error_page(501, _("This page cannot be printed"), text)
