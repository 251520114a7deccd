"""What godparents changed: statements, photos, deeds; shown or dropped."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from campaign.accounts.access import Permission, requires, requires_somewhere
from campaign.accounts.queries import Reach
from campaign.db import db
from campaign.godparents import deeds, own, standing, waiting
from campaign.godparents.acting import Act, NotPossible
from campaign.godparents.admin.loading import deed_by_number, done, pair_by_number, photo_by_number, record
from campaign.godparents.admin.words import stopped
from campaign.godparents.models import Deed, Godparent, Godparenthood, Photo, PhotoFile
from campaign.godparents.words import DEED

blueprint = Blueprint("godparents_moderating", __name__, url_prefix="/admin/godparents")

SHOW, DROP = "show", "drop"


@blueprint.get("/changes")
@requires_somewhere(Permission.GODPARENT_DECIDE)
def page(reach: Reach) -> ResponseReturnValue:
    """The oldest of each kind; the next come when these are decided."""
    session, most = db.session(), waiting.PAGE
    statements = session.scalars(waiting.proposed(reach.campaign_ids).limit(most).options(*waiting.BOTH)).all()
    photos = session.scalars(waiting.new_photos(reach.campaign_ids).limit(most)).all()
    owners = session.scalars(select(Godparent).where(Godparent.id.in_([photo.godparent_id for photo in photos])))
    return render_template(
        "godparents/admin/changes.html",
        statements=statements,
        photos=photos,
        owners={owner.id: owner for owner in owners},
        shown=waiting.photo_ids(session, [photo.godparent_id for photo in photos], shown=True),
        deeds=waiting.deeds_with_both(session, reach.campaign_ids, most),
        deed_words=DEED,
        counts=waiting.counts(session, reach.campaign_ids),
    )


@blueprint.post("/statements/<int:number>")
@requires(Permission.GODPARENT_DECIDE, of=pair_by_number)
def statement(pair: Godparenthood) -> ResponseReturnValue:
    """Show a new statement in the place of the old one, or drop it."""
    number, seen = pair.id, request.form.get("words", "").replace("\r\n", "\n")
    return _decide(lambda act, shown: _statement(act, number, shown, seen))


@blueprint.post("/photos/<int:number>")
@requires(Permission.GODPARENT_DECIDE, of=photo_by_number)
def photo(photo: Photo) -> ResponseReturnValue:
    """Show a new photo in the place of the old one, or drop it."""
    number = photo.id
    return _decide(lambda act, shown: _photo(act, number, shown))


@blueprint.post("/deeds/<int:number>")
@requires(Permission.GODPARENT_DECIDE, of=deed_by_number)
def deed(deed: Deed) -> ResponseReturnValue:
    """Show a deed, or not."""
    number = deed.id
    return _decide(lambda act, shown: _deed(act, number, shown))


@blueprint.get("/photos/<int:number>.jpg")
@requires(Permission.GODPARENT_DECIDE, of=photo_by_number)
def picture(photo: Photo) -> ResponseReturnValue:
    """A photo for the desk, which also shows those that wait; the size that fits the page."""
    query = select(PhotoFile.content).where(PhotoFile.photo_id == photo.id, PhotoFile.format == "jpeg")
    files = db.session().scalars(query.order_by(PhotoFile.size)).all()
    if not files:
        abort(404)
    response = make_response(files[len(files) // 2])
    response.content_type = "image/jpeg"
    return response


# ---------------------------------------------------------------------------------------------------------------------


def _decide(work: Callable[[Act, bool], None]) -> ResponseReturnValue:
    decision = request.form.get("decision", "")
    back = redirect(url_for(".page"), 303)
    if decision not in {SHOW, DROP}:
        flash(_("Please choose whether it is shown."), "error")
        return back
    try:
        done(lambda act: work(act, decision == SHOW))
    except NotPossible as error:
        flash(stopped(str(error)), "error")
    else:
        flash(_("It is shown now.") if decision == SHOW else _("It is not shown."), "success")
    return back


def _statement(act: Act, number: int, shown: bool, seen: str) -> None:  # noqa: FBT001 - the two ways of one decision
    pair = act.session.get(Godparenthood, number)
    if pair is None:
        raise NotPossible("changed")
    own.decide_statement(act, pair, shown, seen)
    record(act, "statement", f"godparent:{pair.godparent_id}", pair.campaign_id, pair=number, shown=shown)


def _photo(act: Act, number: int, shown: bool) -> None:  # noqa: FBT001 - the two ways of one decision
    photo = act.session.get(Photo, number)
    godparent = act.session.get(Godparent, photo.godparent_id, with_for_update=True) if photo else None
    if photo is None or godparent is None:
        raise NotPossible("changed")
    act.session.refresh(godparent, ["photos"])
    if photo not in godparent.photos or photo.shown:
        raise NotPossible("decided")
    if shown:
        standing.show_photo(act.session, godparent)
    else:
        godparent.photos.remove(photo)
    record(act, "photo", f"godparent:{godparent.id}", godparent.campaign_id, shown=shown)


def _deed(act: Act, number: int, shown: bool) -> None:  # noqa: FBT001 - the two ways of one decision
    deed = act.session.get(Deed, number)
    if deed is None:
        raise NotPossible("decided")
    deeds.decide(act, deed, shown)
    godparent = act.session.get_one(Godparent, deed.godparent_id)
    record(act, "deed", f"godparent:{godparent.id}", godparent.campaign_id, deed=number, shown=shown)
