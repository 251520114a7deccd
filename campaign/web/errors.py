"""What a visitor reads when something went wrong. Pages and logs name no person, no address, no token."""

from __future__ import annotations

import logging

from flask import Flask, Response, abort, make_response, render_template, request
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from campaign.db import DatabaseGone

log = logging.getLogger(__name__)


class QuietFlask(Flask):
    """Flask that logs an exception under the route's pattern: the path itself may hold a secret link."""

    def log_exception(self, exc_info: object) -> None:
        """Log type and place of the failure."""
        rule = request.url_rule.rule if request.url_rule else "no route"
        self.logger.error("failure on %s %s", request.method, rule, exc_info=exc_info)  # type: ignore[arg-type]  # Flask types it loosely


def init_app(app: Flask) -> None:
    """Register the pages for errors."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SQLAlchemyError, unavailable)
    app.register_error_handler(DatabaseGone, unavailable)
    app.register_error_handler(500, _failure)
    app.before_request(_refuse_null_bytes)


def error_page(status: int, title: str, text: str) -> Response:
    """A page with one heading and one paragraph."""
    return make_response(render_template("errors/error.html", title=title, text=text), status)


def unavailable(error: Exception) -> Response:
    """The database cannot be used; nothing was stored, and the visitor is told so."""
    rule = request.url_rule.rule if request.url_rule else "no route"
    log.error("database unavailable on %s: %s", rule, type(getattr(error, "orig", None) or error).__name__)
    if not isinstance(error, (DatabaseGone, PoolTimeout)) and not hasattr(error, "orig"):
        log.error("not a matter of availability", exc_info=error)
    title, text = unavailable_words()
    response = error_page(503, title, text)
    response.headers["Retry-After"] = "10"
    return response


def unavailable_words() -> tuple[str, str]:
    """Title and text for "we cannot store anything now"."""
    return (
        _("We cannot do this right now"),
        _("Our database does not answer. Nothing was stored and nothing was lost; please try again in a minute."),
    )


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None and status < 400:  # noqa: PLR2004 - a redirect raised as an exception
        return make_response(error.response)
    title, text = _words(status)
    response = error_page(status, title, text)
    for name, value in error.get_headers(request.environ):
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _refuse_null_bytes() -> None:
    """No address of ours has one, and PostgreSQL would answer the look-up with an error instead of nothing."""
    if "\0" in request.path:
        abort(404)


def _failure(_error: Exception) -> Response:
    title, text = _words(500)
    return error_page(500, title, text)


def _words(status: int) -> tuple[str, str]:
    words = {
        400: (_("This request makes no sense to us"), _("Please go back, reload the page and try again.")),
        401: (_("Please log in"), _("This page is for organisers.")),
        403: (
            _("This is not allowed"),
            _("You may not do this. If you came from another site, open our page and use its form."),
        ),
        404: (_("There is no such page"), _("The address may be mistyped, or the page is gone.")),
        405: (_("This page cannot do that"), _("Please go back and use the page's own buttons.")),
        410: (_("This is gone"), _("It was here once and was taken away for good.")),
        413: (
            _("That was too much at once"),
            _("What you sent is larger than we can take. Nothing was stored; please go back and shorten it."),
        ),
        429: (_("That was too often"), _("Please wait some minutes and try again.")),
    }
    return words.get(
        status,
        (
            _("Something went wrong on our side"),
            _("Nothing you did. Nothing was stored. Please try again in a minute."),
        ),
    )
