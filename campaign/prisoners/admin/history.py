"""The history of a profile: events and changes in one time line, with who and when."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from campaign.accounts import queries as organisers
from campaign.accounts.access import Permission, may, requires
from campaign.db import db
from campaign.prisoners import history
from campaign.prisoners.admin import showing
from campaign.prisoners.admin.events import logged
from campaign.prisoners.admin.loading import prisoner_by_slug
from campaign.prisoners.models import Prisoner

blueprint = Blueprint("prisoners_history", __name__, url_prefix="/admin/prisoners/<slug>/history")

PAGE = 50


@blueprint.get("")
@requires(Permission.PRISONER_SEE, of=prisoner_by_slug)
def show(prisoner: Prisoner) -> ResponseReturnValue:
    """All that was ever changed, newest first."""
    found = prisoner_by_slug(prisoner.slug)
    internal = may(Permission.PRISONER_SEE_INTERNAL, *(found[1] if found else ()))
    entries = history.entries(db.session(), prisoner.id, internal=internal)
    start = max(0, request.args.get("from", 0, type=int))
    page = entries[start : start + PAGE]
    return render_template(
        "prisoners/admin/history.html",
        prisoner=prisoner,
        entries=page,
        newer=max(0, start - PAGE) if start else None,
        older=start + PAGE if len(entries) > start + PAGE else None,
        events={each.event.id: each for each in logged(db.session(), prisoner, internal=internal)},
        addresses=organisers.addresses(db.session(), {entry.actor for entry in page}),
        label=showing.label,
        lines=showing.lines,
        pieces=history.pieces,
    )
