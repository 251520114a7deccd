"""Addresses of our own style sheets, scripts and pictures: with a hash, so that they may be kept for a year."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from flask import Flask, Response, request, url_for

YEAR = 31_536_000


def init_app(app: Flask) -> None:
    """Offer `asset("app.css")` to templates and set how long assets may be kept."""

    @lru_cache(maxsize=256)
    def version(path: Path, _changed: float) -> str:
        return sha256(path.read_bytes()).hexdigest()[:12]

    def asset(name: str) -> str:
        path = Path(app.static_folder or "") / name
        return url_for("static", filename=name, v=version(path, path.stat().st_mtime))

    @app.after_request
    def keep_assets(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code == HTTPStatus.OK:
            seconds = YEAR if "v" in request.args else 300
            response.headers["Cache-Control"] = f"public, max-age={seconds}" + (
                ", immutable" if seconds == YEAR else ""
            )
        return response

    app.jinja_env.globals["asset"] = asset
