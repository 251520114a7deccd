"""Godparents as a download."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug import Response

from campaign.accounts.access import Permission, current_organiser, requires_somewhere
from campaign.accounts.queries import Reach
from campaign.audit import service as audit
from campaign.db import atomic, db, store
from campaign.godparents.export import COLUMNS, Chunk, Scope, count, csv_chunks, json_chunks
from campaign.kit import clock
from campaign.web import kernel as web

blueprint = Blueprint("godparents_exports", __name__, url_prefix="/admin/godparents")
TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@blueprint.get("/export")
@requires_somewhere(Permission.GODPARENT_EXPORT)
def page(reach: Reach) -> ResponseReturnValue:
    """What the files hold, and the buttons."""
    total = count(db.session().connection(), Scope(reach.campaign_ids))
    return render_template("godparents/admin/export.html", total=total, everywhere=reach.everywhere)


@blueprint.post("/export.<any(csv, json):form>")
@requires_somewhere(Permission.GODPARENT_EXPORT)
def download(reach: Reach, form: str) -> ResponseReturnValue:
    """The list, streamed. The record of it is written before the first byte goes out."""
    table = request.form.get("table", "godparents")
    if table not in COLUMNS:
        abort(400)
    scope = Scope(reach.campaign_ids, private=request.form.get("private") == "on")
    actor, now = current_organiser().actor, clock.now()
    with atomic() as session:
        details = {"format": form, "table": table if form == "csv" else "all", "private": scope.private}
        details["rows"] = count(session.connection(), scope)
        for campaign_id in sorted(reach.campaign_ids) if reach.campaign_ids is not None else [None]:
            audit.record(
                session,
                actor=actor,
                action="godparent.export",
                subject="godparents" if campaign_id is None else f"campaign:{campaign_id}",
                campaign_id=campaign_id,
                details=details,
                now=now,
            )
    engine, vault = store().engine, web.vault()
    db.session.remove()  # streaming takes its own short reads; the request's connection goes back

    def chunks() -> Iterator[Chunk]:
        return csv_chunks(engine, vault, scope, table) if form == "csv" else json_chunks(engine, vault, scope, now)

    response = Response((chunk.data for chunk in chunks()), content_type=TYPES[form])
    name = f"{table if form == 'csv' else 'godparents'}-{now:%Y-%m-%d}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
