"""Languages: which one a page is in, and how text becomes that language."""

from __future__ import annotations

from flask import Flask, has_request_context, request
from flask_babel import Babel, get_locale

from campaign.config import Config


def init_app(app: Flask, config: Config) -> None:
    """Offer the configured languages; the visitor's wish is `?lang=`, else what the browser asks for."""
    app.config["BABEL_DEFAULT_LOCALE"] = config.languages[0]
    app.config["BABEL_DEFAULT_TIMEZONE"] = "UTC"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = f"{app.root_path}/translations"

    def choose() -> str:
        if not has_request_context():
            return config.languages[0]
        return negotiate(
            request.args.get("lang"), request.accept_languages.best_match(config.languages), config.languages
        )

    Babel(app, locale_selector=choose)
    app.jinja_env.globals["page_language"] = page_language


def negotiate(wish: str | None, accepted: str | None, offered: tuple[str, ...]) -> str:
    """The first of wish, browser's choice and default that is offered."""
    return next((name for name in (wish, accepted) if name in offered), offered[0])


def page_language() -> str:
    """The language of the present page as a BCP 47 tag."""
    return str(get_locale() or "en").replace("_", "-")
