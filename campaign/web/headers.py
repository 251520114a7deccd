"""Headers on every answer: what a page may load, who may frame it, how long it may be kept."""

from __future__ import annotations

from flask import Flask, Response

from campaign.config import Config

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: browsers would then send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
HSTS = "max-age=63072000; includeSubDomains"


def init_app(app: Flask, config: Config) -> None:
    """Set the headers that a view has not set itself."""
    always = HEADERS | ({"Strict-Transport-Security": HSTS} if config.secure else {})
    wanted = [(name, name.lower(), value) for name, value in always.items()]

    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        there = {name.lower() for name, _ in headers}  # one look instead of a search per header: this runs every time
        for name, lower, value in wanted:
            if lower not in there:
                headers.add(name, value)
        if "location" in there:
            headers["Location"] = _here(headers["Location"])
        return response


def _here(location: str) -> str:
    """`location` without scheme and host. Werkzeug repeats those of the request: behind a TLS proxy that is `http`."""
    if not location.startswith(("http://", "https://")):
        return location
    return "/" + "".join(location.split("/", 3)[3:]).lstrip("/")


KEPT_BY_OTHERS = 35
"""Seconds that caches of others may show what may name a prisoner, whatever happens to us.

A hidden profile is gone everywhere within a minute. The rest of that minute is ours: `page_cache.STALE_SECONDS` in
front of Flask, and what views keep themselves (`petitions/views`, `site/calendars`).
"""


def keep(response: Response, seconds: int, *, names_prisoners: bool = True) -> Response:
    """Let everybody keep `response` for `seconds`, and somewhat longer while we are slow or down.

    How much longer is bounded by `KEPT_BY_OTHERS`; a page of which it is certain that it never names a prisoner may be
    shown for a day. Raises `ValueError` when `seconds` are too many.
    """
    while_making, when_down = seconds * 4, 86400
    if names_prisoners:
        if seconds > KEPT_BY_OTHERS:
            raise ValueError(f"what may name a prisoner is kept for {KEPT_BY_OTHERS} seconds at most")
        while_making = min(while_making, (KEPT_BY_OTHERS - seconds) // 2)
        when_down = KEPT_BY_OTHERS - seconds - while_making
    response.headers["Cache-Control"] = (
        f"public, max-age={seconds}, stale-while-revalidate={while_making}, stale-if-error={when_down}"
    )
    response.headers["Vary"] = "Accept-Language"
    return response


def open_to_all(response: Response) -> Response:
    """Let pages of other sites read `response` (public facts only)."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
