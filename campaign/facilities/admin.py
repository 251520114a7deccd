"""Facilities at the organisers' desk: list, new, edit, merge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from flask import Blueprint, Flask, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from campaign.accounts.access import Permission, current_organiser, requires_everywhere
from campaign.accounts.desk import Panel, add_panel
from campaign.accounts.queries import Reach
from campaign.audit import service as audit
from campaign.db import atomic, db
from campaign.facilities import queries, service, sheet
from campaign.facilities.forms import FacilityForm
from campaign.facilities.models import Facility, FacilityKind
from campaign.facilities.service import Rules
from campaign.facilities.sheet import PARTS, Sheet
from campaign.facilities.words import ENVELOPE, KIND, PART, WARNING
from campaign.i18n import page_language
from campaign.kit import clock, countries
from campaign.web import kernel as web

blueprint = Blueprint("facilities_admin", __name__, url_prefix="/admin/facilities")

Counts = Callable[[Session, Iterable[int]], Mapping[int, int]]
_COUNTS = "campaign.facility_counts"
_EMPTY = Sheet(FacilityKind.OTHER, "", (), (), (), Rules())


def init_app(app: Flask, held_in: Counts) -> None:
    """Register the views and the panel. `held_in` counts prisoners, who live above this room."""
    app.extensions[_COUNTS] = held_in
    app.register_blueprint(blueprint)
    add_panel(app, Panel("facilities/admin/panel.html", Permission.FACILITY_EDIT, _panel, position=40))


@blueprint.get("")
@requires_everywhere(Permission.FACILITY_EDIT)
def index() -> ResponseReturnValue:
    """All facilities, or those found, with what somebody should look at."""
    search = request.args.get("q", "")[:100]
    found = queries.listed(db.session(), search, _page())
    today = clock.now().date()
    return render_template(
        "facilities/admin/list.html",
        found=found,
        search=search,
        held=_held(each.id for each in found.facilities),
        warnings={each.id: queries.warnings(each, today) for each in found.facilities},
        kinds=KIND,
        warning_words=WARNING,
    )


@blueprint.get("/new")
@requires_everywhere(Permission.FACILITY_EDIT)
def new() -> ResponseReturnValue:
    """The blank form."""
    return _form_page(None, FacilityForm.of(_EMPTY, 0))


@blueprint.post("/new")
@requires_everywhere(Permission.FACILITY_EDIT)
def create() -> ResponseReturnValue:
    """Make a facility."""
    form = FacilityForm.read(request.form)
    if _more_rows():
        return _form_page(None, form.with_blank(2))
    typed = form.check()
    if typed is None:
        return _form_page(None, form.with_blank(1), 422)
    actor, now = current_organiser().actor, clock.now()
    with atomic() as session:
        language, name = typed.names[0]
        facility = service.make(session, name, language=language, country=typed.country, now=now)
        sheet.put(facility, typed, now.date(), now)
        session.flush()
        slug = facility.slug
        audit.record(session, actor=actor, action="facility.create", subject=f"facility:{facility.id}", now=now)
    flash(_("The facility was added."), "success")
    return redirect(url_for(".edit", slug=slug), 303)


@blueprint.get("/<slug>")
@requires_everywhere(Permission.FACILITY_EDIT)
def edit(slug: str) -> ResponseReturnValue:
    """The form as it stands."""
    facility = _found(db.session(), slug)
    present = sheet.sheet_of(facility, clock.now().date())
    return _form_page(facility, FacilityForm.of(present, facility.version))


@blueprint.post("/<slug>")
@requires_everywhere(Permission.FACILITY_EDIT)
def save(slug: str) -> ResponseReturnValue:
    """Write what was changed, unless somebody else was faster: then show both."""
    form = FacilityForm.read(request.form)
    if _more_rows():
        return _form_page(_found(db.session(), slug), form.with_blank(2))
    typed = form.check()
    if typed is None:
        return _form_page(_found(db.session(), slug), form.with_blank(1), 422)
    actor, now = current_organiser().actor, clock.now()
    try:
        with atomic() as session:
            facility = _found(session, slug)
            service.demand_version(facility, form.version)
            changed = sheet.put(facility, typed, now.date(), now)
            if changed:
                audit.record(
                    session,
                    actor=actor,
                    action="facility.change",
                    subject=f"facility:{facility.id}",
                    details={"changed": changed},
                    now=now,
                )
    except service.Conflict:
        return _conflict(slug, form, typed)
    flash(_("Saved.") if changed else _("Nothing was changed."), "success")
    return redirect(url_for(".edit", slug=slug), 303)


@blueprint.get("/<slug>/merge")
@requires_everywhere(Permission.FACILITY_EDIT)
def choose(slug: str) -> ResponseReturnValue:
    """Find the double of a facility, and look at both before making them one."""
    session = db.session()
    keep = _found(session, slug)
    other = queries.by_slug(session, request.args.get("other", ""))
    search = request.args.get("q", "")[:100]
    found = queries.listed(session, search).facilities if search.strip() and other is None else ()
    return render_template(
        "facilities/admin/merge.html",
        keep=keep,
        other=other if other is not keep else None,
        search=search,
        found=[each for each in found if each is not keep],
        held=_held([keep.id, *([other.id] if other else [])]),
        kinds=KIND,
    )


@blueprint.post("/<slug>/merge")
@requires_everywhere(Permission.FACILITY_EDIT)
def merge(slug: str) -> ResponseReturnValue:
    """Make one facility of two. Both must be as they were looked at."""
    actor, now = current_organiser().actor, clock.now()
    other_slug = request.form.get("other", "")
    if not other_slug:
        return redirect(url_for(".choose", slug=slug), 303)
    try:
        with atomic() as session:
            keep, other = _found(session, slug), _found(session, other_slug)
            for facility, field in ((keep, "version"), (other, "other_version")):
                service.demand_version(facility, request.form.get(field, type=int, default=0))
            details = {"merged": other.id}
            service.merge(session, web.vault(), keep, other, now=now)
            audit.record(
                session, actor=actor, action="facility.merge", subject=f"facility:{keep.id}", details=details, now=now
            )
    except (service.Conflict, service.SameFacility):
        flash(_("Somebody changed one of the two meanwhile. Nothing was done; please look again."), "error")
        return redirect(url_for(".choose", slug=slug, other=other_slug), 303)
    flash(_("The two are one facility now."), "success")
    return redirect(url_for(".edit", slug=slug), 303)


# ---------------------------------------------------------------------------------------------------------------------


def _found(session: Session, slug: str) -> Facility:
    facility = queries.by_slug(session, slug)
    if facility is None:
        abort(404)
    return facility


def _page() -> int:
    page = request.args.get("page", "1")
    return int(page) if page.isascii() and page.isdecimal() and len(page) < 7 else 1  # noqa: PLR2004 - more pages than there can be


def _more_rows() -> bool:
    return request.form.get("act") == "more"


def _held(facility_ids: Iterable[int]) -> Mapping[int, int]:
    counts: Counts = current_app.extensions[_COUNTS]
    return counts(db.session(), facility_ids)


def _conflict(slug: str, form: FacilityForm, typed: Sheet) -> ResponseReturnValue:
    """The form as it was typed, with what somebody else saved meanwhile; saving again is then a decision."""
    facility = _found(db.session(), slug)
    theirs = sheet.sheet_of(facility, clock.now().date())
    form.version = facility.version
    form.errors["form"] = _("Somebody else saved this facility while you were editing it. Nothing was overwritten.")
    other = [part for part in PARTS if getattr(typed, part) != getattr(theirs, part)]
    return _form_page(facility, form.with_blank(1), 409, theirs=theirs, differing=other)


def _form_page(facility: Facility | None, form: FacilityForm, status: int = 200, **more: object) -> ResponseReturnValue:
    today = clock.now().date()
    page = render_template(
        "facilities/admin/edit.html",
        facility=facility,
        form=form,
        ended=sheet.ended(facility, today) if facility else [],
        warnings=queries.warnings(facility, today) if facility else [],
        held=_held([facility.id]).get(facility.id, 0) if facility else 0,
        countries=countries.choices(page_language()),
        kinds=KIND,
        envelopes=ENVELOPE,
        warning_words=WARNING,
        part_words=PART,
        **more,
    )
    return page, status


def _panel(reach: Reach) -> dict[str, object]:
    return {"may_edit_facilities": reach.everywhere}
