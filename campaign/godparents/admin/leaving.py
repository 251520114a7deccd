"""Who left office, and who has no prisoner to stand by."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import selectinload

from campaign.accounts.access import Permission, requires, requires_somewhere
from campaign.accounts.queries import Reach
from campaign.db import db
from campaign.godparents import notices, standing, waiting
from campaign.godparents.acting import Act, NotPossible, Unknown, found
from campaign.godparents.admin.loading import done, godparent_by_number, record
from campaign.godparents.admin.words import stopped
from campaign.godparents.models import EndReason, Godparent, NoticeKind, State
from campaign.kit import clock

blueprint = Blueprint("godparents_leaving", __name__, url_prefix="/admin/godparents")

END, ASK = "end", "ask"
CHAMBER = selectinload(Godparent.chamber)


@blueprint.get("/left")
@requires_somewhere(Permission.GODPARENT_DECIDE)
def left(reach: Reach) -> ResponseReturnValue:
    """Who left office and still stands by somebody, the longest gone first."""
    session = db.session()
    found = session.scalars(waiting.left_office(reach.campaign_ids).limit(waiting.PAGE).options(CHAMBER)).all()
    return render_template(
        "godparents/admin/left.html",
        godparents=found,
        pairs=waiting.active_pairs_of(session, [godparent.id for godparent in found]),
        asked=waiting.asked_to_hand_over(session, [godparent.id for godparent in found]),
        now=clock.now(),
        counts=waiting.counts(session, reach.campaign_ids),
    )


@blueprint.get("/unpaired")
@requires_somewhere(Permission.GODPARENT_DECIDE)
def unpaired(reach: Reach) -> ResponseReturnValue:
    """Who wants to stand by somebody and has nobody yet."""
    session = db.session()
    found = session.scalars(waiting.unpaired(reach.campaign_ids).limit(waiting.PAGE).options(CHAMBER)).all()
    return render_template(
        "godparents/admin/unpaired.html", godparents=found, counts=waiting.counts(session, reach.campaign_ids)
    )


@blueprint.post("/<int:number>/left")
@requires(Permission.GODPARENT_DECIDE, of=godparent_by_number)
def decide(godparent: Godparent) -> ResponseReturnValue:
    """End what somebody out of office holds, or ask once more for a successor."""
    act, uid = request.form.get("act", ""), godparent.uid
    back = redirect(url_for(".left"), 303)
    if act not in {END, ASK}:
        flash(_("Please choose what is to be done."), "error")
        return back
    try:
        done(lambda doing: _decide(doing, uid, act))
    except (NotPossible, Unknown):
        flash(stopped("decided"), "error")
        return back
    said = {
        END: _("Ended, with the reason that the office ended."),
        ASK: _("They are asked once more to name a successor."),
    }
    flash(said[act], "success")
    return back


def _decide(act: Act, uid: bytes, wanted: str) -> None:
    godparent = found(act, uid)
    if godparent.state != State.ACCEPTED or godparent.left_office_on is None:
        raise NotPossible("decided")
    subject = f"godparent:{godparent.id}"
    pairs = standing.active_pairs(act.session, godparent.id)
    if wanted == END:
        standing.end(act, pairs, EndReason.LEFT_OFFICE)
        record(act, "end", subject, godparent.campaign_id, pairs=len(pairs), reason=EndReason.LEFT_OFFICE.value)
        return
    notices.add(act.session, godparent, NoticeKind.LEFT_OFFICE, due=act.now, about=act.now.date().isoformat())
    record(act, "handover", subject, godparent.campaign_id, asked_again=True)
