"""The list of chambers, one chamber with its members, domains and files, and downloads."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug import Response

from campaign.accounts.access import Permission, current_organiser, reach_of, requires_everywhere, requires_somewhere
from campaign.accounts.queries import Reach
from campaign.audit import service as audit
from campaign.chambers import queries, service, words
from campaign.chambers.models import Chamber, ChamberDomain, RosterImport
from campaign.chambers.rosters import writing
from campaign.chambers.service import Act
from campaign.db import atomic, db
from campaign.i18n import page_language
from campaign.kit import clock
from campaign.kit.domains import Looks, looks, normal

blueprint = Blueprint("chambers_admin", __name__, url_prefix="/admin/chambers")
_TYPES = {"popolo": ("application/json", "json"), "csv": ("text/csv; charset=utf-8", "csv")}
_MOST_DIGITS = 6


@blueprint.get("")
@requires_somewhere(Permission.CHAMBER_SEE)
def index(_reach: Reach) -> ResponseReturnValue:
    """All chambers by country."""
    return render_template(
        "chambers/admin/list.html",
        chambers=queries.overview(db.session(), clock.now().date(), page_language()),
        may_edit=_may_edit(),
    )


@blueprint.get("/<slug>")
@requires_somewhere(Permission.CHAMBER_SEE)
def show(_reach: Reach, slug: str) -> ResponseReturnValue:
    """One chamber: who sits there now, its domains, and the files that were brought in."""
    session, language = db.session(), page_language()
    chamber = _found(slug)
    search = request.args.get("q", "")[:100]
    officials = queries.official_domains(session)
    carried = queries.bearers(session, chamber.id)
    return render_template(
        "chambers/admin/show.html",
        chamber=chamber,
        name=chamber.called(language),
        search=search,
        found=queries.sitting(session, chamber.id, search, clock.now().date(), language, _page()),
        domains=[
            (each, _looks(each, officials), carried.get(each.domain, 0))
            for each in queries.domains_of(session, chamber.id)
        ],
        imports=queries.imports_of(session, chamber.id),
        may_edit=_may_edit(),
    )


@blueprint.get("/<slug>/imports/<int:import_id>")
@requires_somewhere(Permission.CHAMBER_SEE)
def brought(_reach: Reach, slug: str, import_id: int) -> ResponseReturnValue:
    """What one file did."""
    chamber = _found(slug)
    record = db.session.get(RosterImport, import_id)
    if record is None or record.chamber_id != chamber.id:
        abort(404)
    return render_template(
        "chambers/admin/brought.html",
        chamber=chamber,
        name=chamber.called(page_language()),
        record=record,
        summary=record.summary,
        words=words,
    )


@blueprint.post("/<slug>/domains")
@requires_everywhere(Permission.CHAMBER_EDIT)
def domains(slug: str) -> ResponseReturnValue:
    """Say yes or no to a domain, add one, or forget it."""
    chamber, act = _found(slug), request.form.get("act", "")
    back = redirect(url_for(".show", slug=slug, _anchor="domains"), 303)
    try:
        domain = normal(request.form.get("domain", ""))
    except ValueError:
        flash(_("This is no domain. Please give the part behind the @, such as parliament.example."), "error")
        return back
    by = Act(current_organiser().actor, clock.now())
    try:
        with atomic() as session:
            found = session.get_one(Chamber, chamber.id)
            if act == "drop":
                service.drop_domain(session, found, domain, by)
            elif act in {"yes", "no"}:
                service.set_domain(session, found, domain, by, official=act == "yes")
            else:
                abort(400)
    except service.UnsuitableDomain:
        flash(words.unusable("bad_domain", {"domain": domain}), "error")
        return back
    flash(_("The domains are saved."), "success")
    return back


@blueprint.post("/<slug>/export.<any(popolo, csv):form>")
@requires_somewhere(Permission.CHAMBER_SEE)
def download(_reach: Reach, slug: str, form: str) -> ResponseReturnValue:
    """The chamber as a file. Parliaments publish all of it; the download is recorded all the same."""
    chamber_id = _found(slug).id
    with atomic() as session:
        audit.record(
            session,
            actor=current_organiser().actor,
            action="chamber.export",
            subject=f"chamber:{chamber_id}",
            details={"format": form},
            now=clock.now(),
        )
    kind, ending = _TYPES[form]
    response = Response("".join(writing.FORMS[form](db.session(), chamber_id)), content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}.{ending}"'
    return response


# ---------------------------------------------------------------------------------------------------------------------


def _found(slug: str) -> Chamber:
    chamber = queries.by_slug(db.session(), slug)
    if chamber is None:
        abort(404)
    return chamber


def _looks(row: ChamberDomain, officials: tuple[str, ...]) -> Looks:
    """What somebody should see of a domain. Those decided in plain letters are not compared with others any more."""
    settled = row.decided and "xn--" not in row.domain
    return looks(row.domain, () if settled else tuple(each for each in officials if each != row.domain))


def _may_edit() -> bool:
    return reach_of(current_organiser(), Permission.CHAMBER_EDIT).everywhere


def _page() -> int:
    page = request.args.get("page", "1")
    return int(page) if page.isascii() and page.isdecimal() and len(page) <= _MOST_DIGITS else 1
