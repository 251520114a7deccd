"""Petitions at the organisers' desk: numbers, preview, state, export."""

from __future__ import annotations

from collections.abc import Iterator

from flask import (
    Blueprint,
    Flask,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug import Response

from campaign.accounts.access import Permission, current_organiser, may, requires
from campaign.accounts.desk import Panel, add_panel
from campaign.accounts.queries import Reach
from campaign.audit import service as audit
from campaign.db import atomic, db, store
from campaign.i18n import page_language
from campaign.kit import clock
from campaign.mailing import queries as mailing
from campaign.petitions import queries, views
from campaign.petitions.export import count_rows, csv_chunks
from campaign.petitions.forms import SignForm
from campaign.petitions.models import Petition, Published, Signature
from campaign.web import kernel as web

blueprint = Blueprint("petitions_admin", __name__, url_prefix="/admin/petitions")


def init_app(app: Flask) -> None:
    """Register the views and the panel on the desk's start page."""
    app.register_blueprint(blueprint)
    add_panel(app, Panel("petitions/admin/panel.html", Permission.PETITION_SEE_NUMBERS, _panel, position=10))


def petition_by_slug(slug: str) -> tuple[Petition, int] | None:
    """The petition and its campaign, for `requires`."""
    petition = queries.petition_by_slug(db.session(), slug)
    return (petition, petition.campaign_id) if petition else None


@blueprint.get("/<slug>")
@requires(Permission.PETITION_SEE_NUMBERS, of=petition_by_slug)
def show(petition: Petition) -> Response:
    """The petition's numbers, and the buttons this organiser may press."""
    connection = db.session().connection()
    page = render_template(
        "petitions/admin/petition.html",
        petition=petition,
        text=petition.text(page_language()),
        stage=petition.stage(clock.now()),
        states=list(Published),
        numbers=queries.by_status(connection, petition.id),
        countries=queries.country_rows(connection, petition.id),
        **_mails(petition),
        may_export=may(Permission.PETITION_EXPORT, petition.campaign_id),
        may_set_state=may(Permission.PETITION_SET_STATE, petition.campaign_id),
        may_preview=may(Permission.PETITION_PREVIEW, petition.campaign_id),
    )
    return make_response(page)


@blueprint.get("/<slug>/preview")
@requires(Permission.PETITION_PREVIEW, of=petition_by_slug)
def preview(petition: Petition) -> Response:
    """The page as the public will see it."""
    found = queries.snapshot(db.session(), web.vault(), petition.slug)
    if found is None:
        abort(404)
    return views.render(found, SignForm.empty(), preview=True)


@blueprint.post("/<slug>/state")
@requires(Permission.PETITION_SET_STATE, of=petition_by_slug)
def set_state(petition: Petition) -> Response:
    """Publish, close, or make a draft again."""
    state = request.form.get("state", "")
    if state not in set(Published):
        flash(_("Please choose one of the states."), "error")
        return make_response(redirect(url_for(".show", slug=petition.slug), 303))
    slug, actor = petition.slug, current_organiser().actor
    with atomic() as session:
        again = queries.petition_by_slug(session, slug)
        if again is None:
            abort(404)
        again.published = state
        audit.record(
            session,
            actor=actor,
            action="petition.state",
            subject=slug,
            campaign_id=again.campaign_id,
            details={"state": state},
            now=clock.now(),
        )
    flash(_("The state was changed."), "success")
    return make_response(redirect(url_for(".show", slug=slug), 303))


@blueprint.post("/<slug>/signatures.csv")
@requires(Permission.PETITION_EXPORT, of=petition_by_slug)
def export(petition: Petition) -> Response:
    """The confirmed signatures as CSV, streamed. The record of it is written before the first byte goes out."""
    petition_id, slug, actor = petition.id, petition.slug, current_organiser().actor
    with atomic() as session:
        rows = count_rows(session.connection(), petition_id)
        details = {"format": "csv", "rows": rows}
        audit.record(
            session,
            actor=actor,
            action="petition.export",
            subject=slug,
            campaign_id=petition.campaign_id,
            details=details,
            now=clock.now(),
        )
    db.session.remove()  # streaming takes its own short reads; the request's connection goes back

    def stream() -> Iterator[bytes]:
        for chunk in csv_chunks(store().engine, web.vault(), petition_id):
            yield chunk.data

    response = Response(stream_with_context(stream()), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-{clock.now():%Y-%m-%d}.csv"'
    return response


def _mails(petition: Petition) -> dict[str, object]:
    """What became of the mails about this petition, for those who may see it."""
    if not may(Permission.MAIL_SEE, petition.campaign_id):
        return {}
    topics = select(Signature.uid).where(Signature.petition_id == petition.id)
    connection = db.session().connection()
    return {
        "mails": mailing.by_state(connection, topics),
        "troubles": mailing.troubles(connection, web.vault(), topics),
    }


def _panel(reach: Reach) -> dict[str, object]:
    ids = None if reach.campaign_ids is None else set(reach.campaign_ids)
    return {"petitions": queries.listed(db.session(), page_language(), clock.now(), ids)}
