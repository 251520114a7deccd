"""Godparents at the organisers' desk."""

from __future__ import annotations

from flask import Blueprint, Flask

from campaign.godparents.admin import (
    deciding,
    exports,
    invitations,
    leaving,
    moderating,
    one,
    pairing,
    queue,
    releasing,
    settings,
)
from campaign.godparents.admin.words import language_called, name_of
from campaign.godparents.waiting import MOST_COUNTED

BLUEPRINTS: tuple[Blueprint, ...] = (
    queue.blueprint,
    deciding.blueprint,
    moderating.blueprint,
    leaving.blueprint,
    one.blueprint,
    pairing.blueprint,
    releasing.blueprint,
    invitations.blueprint,
    exports.blueprint,
    settings.blueprint,
)


def init_app(app: Flask) -> None:
    """Register the views of all modules here, and the panel on the desk's start page."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    queue.init_app(app)
    app.jinja_env.globals.update(godparent_name=name_of, language_called=language_called, most_counted=MOST_COUNTED)
