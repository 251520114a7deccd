"""One sign-up after the other: what was typed beside what the roster says, and the decision."""

from __future__ import annotations

import hashlib

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.accounts import queries as organisers
from campaign.accounts.access import Permission, requires, requires_somewhere
from campaign.accounts.queries import Reach
from campaign.chambers import queries as rosters
from campaign.chambers.queries import Seat
from campaign.db import db
from campaign.godparents import applying, correcting, service, standing, waiting
from campaign.godparents.acting import Act, AlreadyGodparent, NotPossible, Unknown, found
from campaign.godparents.admin.forms import NOBODY, DetailsForm
from campaign.godparents.admin.loading import done, mine, record, row_id, signup_by_number
from campaign.godparents.admin.words import reasons_of, stopped
from campaign.godparents.applying import Application
from campaign.godparents.correcting import Bond, Details
from campaign.godparents.models import Godparent, State
from campaign.godparents.waiting import Roster
from campaign.i18n import page_language
from campaign.kit import clock, countries
from campaign.prisoners.models import Prisoner
from campaign.web import kernel as web

blueprint = Blueprint("godparents_deciding", __name__, url_prefix="/admin/godparents/waiting")


@blueprint.get("")
@requires_somewhere(Permission.GODPARENT_DECIDE)
def listing(reach: Reach) -> ResponseReturnValue:
    """Who waits for a decision, and why; the longest waiting first."""
    after = row_id(request.args.get("after", ""))
    signups = waiting.signups(db.session(), web.vault(), reach.campaign_ids, after=after)
    more = signups[waiting.PAGE - 1].godparent.id if len(signups) > waiting.PAGE else None
    return render_template(
        "godparents/admin/waiting.html",
        signups=signups[: waiting.PAGE],
        counts=waiting.counts(db.session(), reach.campaign_ids),
        more=more,
        reasons_of=reasons_of,
    )


@blueprint.get("/<int:number>")
@requires(Permission.GODPARENT_DECIDE, of=signup_by_number)
def show(godparent: Godparent) -> ResponseReturnValue:
    """One of them, with everything that the decision needs."""
    application = applying.opened(web.vault(), godparent)
    if godparent.state != State.WAITING or application is None:
        return redirect(_where_now(godparent), 303)
    beside = _roster(godparent, application)
    return _page(godparent, application, beside, _form(_typed(application, beside)))


@blueprint.post("/<int:number>/accept")
@requires(Permission.GODPARENT_DECIDE, of=signup_by_number)
def accept(godparent: Godparent) -> ResponseReturnValue:
    """Make somebody a godparent, with what was put right."""
    application = applying.opened(web.vault(), godparent)
    if godparent.state != State.WAITING or application is None:
        return _decided(godparent)
    form, beside = _form({name: request.form.getlist(name) for name in request.form}), _roster(godparent, application)
    details, bond = form.check(), form.bond(beside.seats)
    if details is None or bond is None:
        return _page(godparent, application, beside, form, 422)
    if form.values["stamp"] != seen(godparent):
        flash(_("This was typed anew meanwhile. Nothing was done; please look again."), "error")
        return redirect(url_for(".show", number=godparent.id), 303)
    uid, number, stamp = godparent.uid, godparent.id, seen(godparent)
    try:
        paired = done(lambda act: _accept(act, uid, stamp, details, bond))
    except AlreadyGodparent:
        form.errors["who"] = _(
            "This member is a godparent already, with another address. Decline, or choose that it is somebody else."
        )
        return _page(*_anew(number), form, 409)
    except (NotPossible, Unknown) as error:
        return _too_late(error)
    if paired:
        flash(_("Accepted, with a prisoner to stand by. Nothing of it is public before the release."), "success")
    else:
        flash(_("Accepted. There is no prisoner to stand by yet: see “Without a prisoner”."), "success")
    return _next(number)


@blueprint.post("/<int:number>/decline")
@requires(Permission.GODPARENT_DECIDE, of=signup_by_number)
def decline(godparent: Godparent) -> ResponseReturnValue:
    """Turn a sign-up down; a mail says so, kindly and without reasons."""
    uid, number = godparent.uid, godparent.id
    if godparent.state != State.WAITING:
        return _decided(godparent)
    try:
        done(lambda act: _decline(act, uid))
    except (NotPossible, Unknown) as error:
        return _too_late(error)
    flash(_("Declined. A mail says so, without reasons."), "success")
    return _next(number)


# ---------------------------------------------------------------------------------------------------------------------


def seen(godparent: Godparent) -> str:
    """Tells what was typed, and the photo, from what may be typed anew while somebody decides."""
    photos = ",".join(str(photo.id) for photo in godparent.photos)
    return hashlib.sha256((godparent.typed or b"") + photos.encode()).hexdigest()[:32]


def _accept(act: Act, uid: bytes, stamp: str, details: Details, bond: Bond) -> bool:
    """Whether a prisoner was found to stand by."""
    godparent = found(act, uid)
    if godparent.state == State.WAITING and seen(godparent) != stamp:
        raise NotPossible("changed")
    reasons = list(godparent.reasons)
    changed = correcting.before_decision(act, godparent, details, bond)
    service.accept(act, godparent, verified_by=act.actor)
    subject = f"godparent:{godparent.id}"
    record(act, "accept", subject, godparent.campaign_id, reasons=reasons, corrected=changed)
    return bool(standing.active_pairs(act.session, godparent.id))


def _decline(act: Act, uid: bytes) -> None:
    godparent = found(act, uid)
    reasons = list(godparent.reasons)
    service.decline(act, godparent)
    record(act, "decline", f"godparent:{godparent.id}", godparent.campaign_id, reasons=reasons)


def _roster(godparent: Godparent, application: Application) -> Roster:
    return waiting.roster(db.session(), godparent, application, clock.now().date(), page_language())


def _anew(number: int) -> tuple[Godparent, Application, Roster]:
    """What the page shows, read again after a transaction that was given up."""
    godparent = db.session().get(Godparent, number)
    application = applying.opened(web.vault(), godparent) if godparent else None
    if godparent is None or application is None:
        abort(404)
    return godparent, application, _roster(godparent, application)


def _form(typed: dict[str, list[str]]) -> DetailsForm:
    chambers = [number for number, _name, _country in rosters.choices(db.session(), page_language())]
    return DetailsForm(typed, set(countries.names("en")), chambers)


def _typed(application: Application, beside: Roster) -> dict[str, list[str]]:
    """The form as it opens: as typed, bound to whom the confirmation took them for."""
    names = ("given_name", "family_name", "office", "party", "country")
    typed = {name: [str(getattr(application, name))] for name in names}
    return typed | bond_typed(application.member_id, application.chamber_id, beside.seats)


def bond_typed(member_id: int | None, chamber_id: int | None, seats: tuple[Seat, ...]) -> dict[str, list[str]]:
    """The fields that say whom of a roster somebody is taken for."""
    seat = next((each for each in seats if each.member_id == member_id), None)
    who = "chamber" if chamber_id else NOBODY
    if seat is not None:
        who = f"member-{seat.member_id}-{seat.chamber_id}"
    return {"who": [who], "chamber": [str(chamber_id or "")]}


def _page(
    godparent: Godparent, application: Application, beside: Roster, form: DetailsForm, status: int = 200
) -> ResponseReturnValue:
    session, reach = db.session(), mine(Permission.GODPARENT_DECIDE)
    wanted = session.get(Prisoner, application.prisoner_id) if application.prisoner_id else None
    page = render_template(
        "godparents/admin/decide.html",
        godparent=godparent,
        application=application,
        roster=beside,
        form=form,
        seen=seen(godparent),
        prisoner=wanted,
        photo=next(iter(godparent.photos), None),
        reasons=reasons_of(godparent),
        place=waiting.place(session, reach.campaign_ids, godparent.id),
        chambers=rosters.choices(session, page_language()),
        countries=countries.names(page_language()).items(),
    )
    return page, status


def _next(number: int) -> ResponseReturnValue:
    """On to the next that waits, then to those before; to the list when nobody is left."""
    place = waiting.place(db.session(), mine(Permission.GODPARENT_DECIDE).campaign_ids, number)
    following = place.after or place.before
    if following is None:
        return redirect(url_for(".listing"), 303)
    return redirect(url_for(".show", number=following), 303)


def _decided(godparent: Godparent) -> ResponseReturnValue:
    """Somebody was quicker: who it was, and what it came to."""
    by = organisers.addresses(db.session(), {godparent.verified_by}).get(godparent.verified_by)
    if godparent.state == State.DECLINED:
        flash(_("This sign-up was declined already. Nothing of yours was done."), "error")
    elif by:
        flash(_("%(organiser)s accepted this sign-up already. Nothing of yours was done.", organiser=by), "error")
    else:
        flash(_("This sign-up was accepted already. Nothing of yours was done."), "error")
    return redirect(_where_now(godparent), 303)


def _where_now(godparent: Godparent) -> str:
    """Where somebody is found who waits no more."""
    if godparent.state in (State.ACCEPTED, State.ERASED):
        return url_for("godparents_admin.show", number=godparent.id)
    return url_for(".listing")


def _too_late(error: Exception) -> ResponseReturnValue:
    code = str(error) if isinstance(error, NotPossible) else "not_waiting"
    flash(stopped(code), "error")
    return redirect(url_for(".listing"), 303)
