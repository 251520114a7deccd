"""Godparenthoods at the desk: begun, made public one by one, ended with a reason, handed over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.accounts.access import Permission, requires
from campaign.campaigns.models import Campaign
from campaign.db import db
from campaign.godparents import inviting, standing, waiting
from campaign.godparents.acting import Act, NoSeat, NotPossible, TooMany, Unknown, found, lock
from campaign.godparents.admin.forms import MailForm
from campaign.godparents.admin.loading import done, godparent_by_number, pair_by_number, record, row_id
from campaign.godparents.admin.releasing import seen
from campaign.godparents.admin.words import stopped
from campaign.godparents.assigning import STOOD_BY
from campaign.godparents.inviting import AlreadyInvited
from campaign.godparents.models import EndReason, Godparent, Godparenthood
from campaign.godparents.words import END
from campaign.i18n import page_language
from campaign.kit import text
from campaign.kit.addresses import Address
from campaign.prisoners import search
from campaign.prisoners.search import Filters
from campaign.prisoners.words import STATUS
from campaign.web import kernel as web

blueprint = Blueprint("godparents_pairs", __name__, url_prefix="/admin/godparents")

ASSIGN = "assign"
MOST_FOUND = 20


@blueprint.route("/<int:number>/pairs/new", methods=["GET", "POST"])
@requires(Permission.GODPARENT_DECIDE, of=godparent_by_number)
def new(godparent: Godparent) -> ResponseReturnValue:
    """Find a prisoner to stand by, or have the one chosen who needs somebody most."""
    if request.method != "POST":
        return _choice(godparent)
    wanted = request.form.get("prisoner", "")
    prisoner_id = None if wanted == ASSIGN else row_id(wanted)
    if prisoner_id == 0:
        flash(_("Please choose somebody."), "error")
        return _choice(godparent, 422)
    uid, number = godparent.uid, godparent.id
    try:
        paired = done(lambda act: _begin(act, uid, prisoner_id))
    except (NoSeat, TooMany, NotPossible, Unknown) as error:
        flash(stopped(_code(error)), "error")
        return redirect(url_for(".new", number=number), 303)
    if paired:
        flash(_("The godparenthood is begun. It is not public before the release."), "success")
    else:
        flash(_("No prisoner takes a godparent now. The wish is kept: see “Without a prisoner”."), "error")
    return redirect(url_for("godparents_admin.show", number=number), 303)


@blueprint.post("/pairs/<int:number>/release")
@requires(Permission.GODPARENT_RELEASE, of=pair_by_number)
def release(pair: Godparenthood) -> ResponseReturnValue:
    """Make one pair public, an ended one too: its history is shown then. With the photo that was looked at."""
    looked_at = request.form.get("looked_at", "")
    return _do(pair, lambda act, pair: _release(act, pair, looked_at), _("It is public now."))


@blueprint.route("/pairs/<int:number>/end", methods=["GET", "POST"])
@requires(Permission.GODPARENT_DECIDE, of=pair_by_number)
def end(pair: Godparenthood) -> ResponseReturnValue:
    """End a godparenthood, with the reason."""
    if request.method != "POST":
        return render_template("godparents/admin/end.html", pair=pair, reasons=END)
    reason = request.form.get("reason", "")
    if reason not in set(EndReason):
        flash(_("Please choose a reason."), "error")
        return render_template("godparents/admin/end.html", pair=pair, reasons=END), 422
    return _do(pair, lambda act, pair: _end(act, pair, EndReason(reason)), _("Ended."))


@blueprint.route("/pairs/<int:number>/handover", methods=["GET", "POST"])
@requires(Permission.GODPARENT_DECIDE, of=pair_by_number)
def handover(pair: Godparenthood) -> ResponseReturnValue:
    """Ask a named successor to take a godparenthood on."""
    languages = web.kernel().config.languages
    form = MailForm({name: request.form.getlist(name) for name in request.form})
    page = "godparents/admin/handover.html"
    if request.method != "POST":
        return render_template(page, pair=pair, form=MailForm({"language": [page_language()]}), languages=languages)
    name, address = form.take("name", text.clean_name, 200, required=True), form.address()
    message, language = form.take("message", text.clean_text, 1000), form.choice("language", languages)
    if form.errors or address is None:
        return render_template(page, pair=pair, form=form, languages=languages), 422
    number, godparent = pair.id, pair.godparent_id
    try:
        done(lambda act: _hand_over(act, number, MailTo(name, address, language, message)))
    except (NotPossible, AlreadyInvited) as error:
        flash(stopped(_code(error)), "error")
    else:
        flash(_("The successor is asked by mail. The godparenthood goes on until they are accepted."), "success")
    return redirect(url_for("godparents_admin.show", number=godparent), 303)


# ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MailTo:
    """Whom a hand-over asks."""

    name: str
    address: Address
    language: str
    message: str


def _do(pair: Godparenthood, work: Callable[[Act, Godparenthood], None], said: str) -> ResponseReturnValue:
    number, godparent = pair.id, pair.godparent_id
    try:
        done(lambda act: work(act, _held(act, number)))
    except NotPossible as error:
        flash(stopped(_code(error)), "error")
    else:
        flash(said, "success")
    return redirect(url_for("godparents_admin.show", number=godparent), 303)


def _held(act: Act, number: int) -> Godparenthood:
    """The godparenthood as it is now, its godparent ours alone. Raises `NotPossible`."""
    pair = act.session.get_one(Godparenthood, number)
    try:
        lock(act.session, pair.godparent)
    except Unknown:
        raise NotPossible("ended") from None
    act.session.refresh(pair)
    return pair


def _begin(act: Act, uid: bytes, prisoner_id: int | None) -> bool:
    godparent = found(act, uid)
    pair = standing.begin(act, godparent, prisoner_id)
    assigned = prisoner_id is None
    record(act, "begin", f"godparent:{godparent.id}", godparent.campaign_id, pair=pair and pair.id, assigned=assigned)
    return pair is not None


def _release(act: Act, pair: Godparenthood, looked_at: str) -> None:
    if seen(pair, waiting.photo_ids(act.session, {pair.godparent_id}, shown=False)) != looked_at:
        raise NotPossible("changed")
    if not standing.release(act, [pair]):
        raise NotPossible("not_accepted")
    record(act, "release", f"godparent:{pair.godparent_id}", pair.campaign_id, pair=pair.id)


def _end(act: Act, pair: Godparenthood, reason: EndReason) -> None:
    if not pair.active:
        raise NotPossible("ended")
    standing.end(act, [pair], reason)
    record(act, "end", f"godparent:{pair.godparent_id}", pair.campaign_id, pair=pair.id, reason=reason.value)


def _hand_over(act: Act, number: int, to: MailTo) -> None:
    pair = act.session.get_one(Godparenthood, number)
    inviting.hand_over(act, pair, to.name, to.address, to.language, message=to.message)
    record(act, "handover", f"godparent:{pair.godparent_id}", pair.campaign_id, pair=pair.id)


def _choice(godparent: Godparent, status: int = 200) -> ResponseReturnValue:
    session = db.session()
    campaign = session.get_one(Campaign, godparent.campaign_id)
    filters = Filters(q=request.values.get("q", ""), status=STOOD_BY, campaign=campaign.slug, order="longest_detained")
    result = search.search(session, filters, page_language(), limit=MOST_FOUND, campaign_ids=[campaign.id])
    active = {pair.prisoner_id for pair in standing.active_pairs(session, godparent.id)}
    page = render_template(
        "godparents/admin/pair.html",
        godparent=godparent,
        result=result,
        filters=filters,
        taken=active,
        statuses=STATUS,
        assign=ASSIGN,
    )
    return page, status


def _code(error: Exception) -> str:
    if isinstance(error, NotPossible):
        return str(error)
    return {NoSeat: "no_seat", TooMany: "too_many", AlreadyInvited: "invited"}.get(type(error), "")
