"""Profiles at the organisers' desk."""

from __future__ import annotations

from flask import Blueprint, Flask
from flask_babel import lazy_gettext as _l

from campaign.accounts.access import Permission
from campaign.accounts.desk import Entry
from campaign.prisoners.admin import bulk, doubting, events, exports, history, listing, portraits, profile
from campaign.prisoners.admin.reaching import batch_url, may_open

BLUEPRINTS: tuple[Blueprint, ...] = (
    listing.blueprint,
    profile.blueprint,
    events.blueprint,
    history.blueprint,
    exports.blueprint,
    doubting.blueprint,
    bulk.blueprint,
    portraits.blueprint,
)
TOOLS = (
    Entry("prisoners_bulk.form", _l("One event for many"), Permission.PRISONER_EDIT),
    Entry("prisoners_imports.start", _l("Bring a list"), Permission.PRISONER_IMPORT),
    Entry("prisoners_imports.doubts", _l("Doubtful rows"), Permission.PRISONER_IMPORT),
    Entry("facilities_admin.index", _l("Facilities"), Permission.FACILITY_EDIT),
    Entry("prisoners_exports.page", _l("Download the list"), Permission.PRISONER_EXPORT),
)
"""What can be done with many profiles: links beside the list and on the desk's start page."""


def init_app(app: Flask) -> None:
    """Register the views of all modules here, and the panel on the desk's start page."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    listing.init_app(app)
    app.jinja_env.globals.update(prisoner_tools=_tools, batch_url=batch_url)


def _tools() -> list[Entry]:
    """The tools that whoever is logged in may use."""
    return [tool for tool in TOOLS if may_open(tool.endpoint)]
