"""The portrait at the desk: put there, described, replaced, taken away."""

from __future__ import annotations

from babel import Locale
from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from campaign.accounts.access import Permission, current_organiser, requires
from campaign.audit import service as audit
from campaign.db import atomic, db
from campaign.kit import clock
from campaign.pictures import MOST_BYTES, Picture
from campaign.prisoners import portraits
from campaign.prisoners.admin.loading import prisoner_by_slug
from campaign.prisoners.forms.fields import language_name
from campaign.prisoners.forms.portrait import PortraitForm, alt_field, typed_from
from campaign.prisoners.models import Consent, Prisoner
from campaign.prisoners.portraits import Facts
from campaign.prisoners.service import Act, Conflict
from campaign.prisoners.words import CONSENT
from campaign.web import kernel as web
from campaign.web.errors import error_page

blueprint = Blueprint("prisoners_portraits", __name__, url_prefix="/admin/prisoners")


@blueprint.route("/<slug>/portrait", methods=["GET", "POST"])
@requires(Permission.PRISONER_EDIT, of=prisoner_by_slug)
def edit(prisoner: Prisoner) -> ResponseReturnValue:
    """The portrait there is, and the form for it."""
    languages = web.kernel().config.languages
    if request.method != "POST":
        return _page(prisoner, PortraitForm(typed_from(prisoner.portrait), languages))
    form = PortraitForm({name: request.form.getlist(name) for name in request.form}, languages)
    facts = form.check()
    sent = request.files.get("picture")
    picture = form.picture(sent.read() if sent else b"", required=prisoner.portrait is None)
    if facts is None or form.errors:
        return _page(prisoner, form, 422)
    number, slug = prisoner.id, prisoner.slug
    try:
        _save(number, picture, facts, form.values["seen"])
    except Conflict:
        form.errors["picture"] = _(
            "Somebody else changed the portrait meanwhile; you see theirs now. Nothing of yours was saved: "
            "save again if yours is the right one, and choose the file again if you had chosen one."
        )
        return _page(_again(db.session(), number), form, 409)
    flash(_("Saved."), "success")
    return redirect(url_for(".edit", slug=slug), 303)


@blueprint.post("/<slug>/portrait/remove")
@requires(Permission.PRISONER_EDIT, of=prisoner_by_slug)
def remove(prisoner: Prisoner) -> ResponseReturnValue:
    """Take the portrait away. Nothing of it is kept but that it was there."""
    act, slug = _act(), prisoner.slug
    with atomic() as session:
        mine = _again(session, prisoner.id)
        if portraits.remove(session, mine, act):
            _record(session, mine, "prisoner.portrait_removed", act)
    flash(_("The portrait is taken away. It is gone from every page within a minute."), "success")
    return redirect(url_for(".edit", slug=slug), 303)


@blueprint.get("/<slug>/portrait/picture.jpg")
@requires(Permission.PRISONER_EDIT, of=prisoner_by_slug)
def picture(prisoner: Prisoner) -> ResponseReturnValue:
    """The portrait for the desk, which also shows it while the profile is hidden."""
    content = portraits.largest(db.session(), prisoner.id)
    if not content:
        abort(404)
    response = make_response(content)
    response.content_type = "image/jpeg"
    return response


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Telephones take photos that are larger; their owners should learn what to do."""
    return error_page(
        413,
        _("This picture is too large"),
        _(
            "A file may have a little less than %(limit)s MB. Nothing was stored. Go back, what you typed is "
            "probably still there, and choose a smaller version of the picture.",
            limit=MOST_BYTES // (1024 * 1024),
        ),
    )


def _page(prisoner: Prisoner, form: PortraitForm, status: int = 200) -> ResponseReturnValue:
    locale = get_locale() or Locale("en")
    page = render_template(
        "prisoners/admin/portrait.html",
        prisoner=prisoner,
        portrait=prisoner.portrait,
        seen=portraits.stamp(prisoner.portrait),
        form=form,
        alts=[(alt_field(code), code, language_name(code, locale)) for code in form.languages],
        consents=[(consent.value, CONSENT[consent]) for consent in Consent],
        megabytes=MOST_BYTES // (1024 * 1024),
    )
    return page, status


def _save(prisoner_id: int, made: Picture | None, facts: Facts, seen: str) -> None:
    act = _act()
    with atomic() as session:
        mine = _again(session, prisoner_id)
        portraits.demand_stamp(mine, seen)
        if made is not None:
            portraits.put(session, mine, made, facts, act)
            _record(session, mine, "prisoner.portrait", act, pixels=made.width * made.height)
        elif mine.portrait is not None:
            portraits.describe(session, mine, facts, act)
            _record(session, mine, "prisoner.portrait_described", act)


def _act() -> Act:
    return Act(current_organiser().actor, clock.now())


def _again(session: Session, prisoner_id: int) -> Prisoner:
    """The profile, read anew and held inside of the transaction that changes it."""
    prisoner = session.get(Prisoner, prisoner_id, with_for_update=True, populate_existing=True)
    if prisoner is None:
        abort(404)
    return prisoner


def _record(session: Session, prisoner: Prisoner, action: str, act: Act, **details: object) -> None:
    audit.record(
        session, actor=act.actor, action=action, subject=f"prisoner:{prisoner.id}", details=details, now=act.now
    )
