"""The list of prisoners as a download."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug import Response

from campaign.accounts.access import Permission, current_organiser, reach_of, requires_somewhere
from campaign.accounts.queries import Reach
from campaign.audit import service as audit
from campaign.db import atomic, db, store
from campaign.kit import clock
from campaign.prisoners.documents import Scope
from campaign.prisoners.export import chunks, count
from campaign.web import kernel as web

blueprint = Blueprint("prisoners_exports", __name__, url_prefix="/admin/prisoners")
TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@blueprint.get("/export")
@requires_somewhere(Permission.PRISONER_EXPORT)
def page(reach: Reach) -> ResponseReturnValue:
    """What the list holds, and the buttons."""
    connection = db.session().connection()
    whole = _whole(reach)
    return render_template(
        "prisoners/admin/export.html",
        public=count(connection, Scope(campaign_ids=reach.campaign_ids)),
        whole=count(connection, Scope(internal=True, campaign_ids=whole.campaign_ids)) if whole else None,
        everywhere=reach.everywhere,
    )


@blueprint.post("/export.<any(csv, json):form>")
@requires_somewhere(Permission.PRISONER_EXPORT)
def download(reach: Reach, form: str) -> ResponseReturnValue:
    """The list, streamed. The record of it is written before the first byte goes out."""
    internal = request.form.get("contents") == "whole"
    if internal:
        reach = _whole(reach)
        if not reach:
            abort(403)
    scope = Scope(internal=internal, campaign_ids=reach.campaign_ids)
    actor = current_organiser().actor
    with atomic() as session:
        details = {"format": form, "rows": count(session.connection(), scope), "internal": internal}
        for campaign_id in sorted(reach.campaign_ids) if reach.campaign_ids is not None else [None]:
            audit.record(
                session,
                actor=actor,
                action="prisoner.export",
                subject="prisoners" if campaign_id is None else f"campaign:{campaign_id}",
                campaign_id=campaign_id,
                details=details,
                now=clock.now(),
            )
    engine, vault, now = store().engine, web.vault(), clock.now()
    db.session.remove()  # streaming takes its own short reads; the request's connection goes back

    def stream() -> Iterator[bytes]:
        for chunk in chunks(form, engine, vault, scope, now):
            yield chunk.data

    response = Response(stream(), content_type=TYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="prisoners-{now:%Y-%m-%d}.{form}"'
    return response


def _whole(reach: Reach) -> Reach:
    """Where what is internal may be seen, too."""
    internal = reach_of(current_organiser(), Permission.PRISONER_SEE_INTERNAL)
    if internal.campaign_ids is None:
        return reach
    return internal if reach.campaign_ids is None else Reach(reach.campaign_ids & internal.campaign_ids)
