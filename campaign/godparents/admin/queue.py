"""Godparents at the desk: what waits, and everybody who was accepted."""

from __future__ import annotations

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from campaign.accounts.access import Permission, requires_somewhere
from campaign.accounts.desk import Entry, Panel, add_entry, add_panel
from campaign.accounts.queries import Reach
from campaign.db import db
from campaign.godparents import waiting
from campaign.godparents.admin.loading import mine, row_id

blueprint = Blueprint("godparents_queue", __name__, url_prefix="/admin/godparents")

TOOLS = (
    Entry("godparents_releasing.page", _l("Release pairs"), Permission.GODPARENT_RELEASE),
    Entry("godparents_invitations.new", _l("Invite members"), Permission.GODPARENT_INVITE),
    Entry("godparents_invitations.listing", _l("Invitations"), Permission.GODPARENT_INVITE),
    Entry("godparents_exports.page", _l("Download the list"), Permission.GODPARENT_EXPORT),
    Entry("godparents_settings.listing", _l("Programmes"), Permission.GODPARENT_SETTINGS),
)
"""What can be done beside the queue."""

STATES = {
    "": _l("All"),
    "public": _l("Public"),
    "unreleased": _l("Not public"),
    "left": _l("Left office"),
}


def init_app(app: Flask) -> None:
    """Register the panel on the desk's start page and the link in its navigation."""
    add_panel(app, Panel("godparents/admin/panel.html", Permission.GODPARENT_SEE, _panel, position=30))
    add_entry(app, Entry("godparents_queue.start", _l("Godparents"), Permission.GODPARENT_SEE, position=20))
    app.jinja_env.globals.update(godparent_tools=tools)


@blueprint.get("")
@requires_somewhere(Permission.GODPARENT_SEE)
def start(reach: Reach) -> ResponseReturnValue:
    """What waits, with a link each; and the list of godparents."""
    asked = request.args
    found, more = waiting.listed(
        db.session(),
        reach.campaign_ids,
        text=asked.get("q", ""),
        state=asked.get("state", ""),
        after=row_id(asked.get("after", "")),
    )
    return render_template(
        "godparents/admin/start.html",
        godparents=found,
        more=more,
        asked=asked,
        states=STATES,
        pairs=waiting.active_pairs_of(db.session(), [godparent.id for godparent in found]),
        **_panel(reach),
    )


def tools() -> list[Entry]:
    """The tools that whoever is logged in may use."""
    return [tool for tool in TOOLS if mine(tool.permission)]


def _panel(reach: Reach) -> dict[str, object]:
    """Numbers within reach; what waits only where it may be decided."""
    session = db.session()
    deciding = mine(Permission.GODPARENT_DECIDE)
    work = waiting.counts(session, deciding.campaign_ids) if deciding else None
    same = work if deciding == reach else None
    return {"work": work, "numbers": same or waiting.counts(session, reach.campaign_ids)}
