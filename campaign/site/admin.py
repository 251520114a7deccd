"""Pages of the desk that belong to no single feature."""

from __future__ import annotations

from flask import Blueprint, Flask, render_template
from flask.typing import ResponseReturnValue

from campaign.accounts.access import Permission, requires_everywhere
from campaign.accounts.desk import Panel, add_panel
from campaign.accounts.queries import Reach
from campaign.audit import queries
from campaign.db import db

blueprint = Blueprint("site_admin", __name__, url_prefix="/admin")

MOST_ENTRIES = 200


def init_app(app: Flask) -> None:
    """Register the views and the panel on the desk's start page."""
    app.register_blueprint(blueprint)
    add_panel(app, Panel("site/admin/panel.html", Permission.AUDIT_SEE, _panel, position=90))


@blueprint.get("/audit")
@requires_everywhere(Permission.AUDIT_SEE)
def audit() -> ResponseReturnValue:
    """What was done lately, newest first."""
    return render_template("site/admin/audit.html", entries=queries.latest(db.session(), limit=MOST_ENTRIES))


def _panel(reach: Reach) -> dict[str, object]:
    return {"may_see_record": reach.everywhere}
