"""Secret links from mails: what is shown when one leads nowhere."""

from __future__ import annotations

from flask import Flask, Response, make_response, render_template


class DeadLink(Exception):
    """A link that leads nowhere (any more). Each kind of link has a `page` that says what can be done."""

    page: str


def init_app(app: Flask) -> None:
    """Answer every dead link with its page, whatever the reason."""
    app.register_error_handler(DeadLink, _dead_link)


def _dead_link(problem: DeadLink) -> Response:
    response = make_response(render_template(problem.page), 404)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
