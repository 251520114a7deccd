"""Parliaments at the organisers' desk."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from campaign.accounts.access import Permission
from campaign.accounts.desk import Entry, add_entry
from campaign.chambers.admin import bringing, showing


def init_app(app: Flask) -> None:
    """Register the views and the link in the desk's navigation."""
    app.register_blueprint(bringing.blueprint)
    app.register_blueprint(showing.blueprint)
    add_entry(app, Entry("chambers_admin.index", _l("Parliaments"), Permission.CHAMBER_SEE, position=30))
