"""A personal invitation: read, joined by, declined. Whoever has the link from the mail is whom it was mailed to."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug import Response
from werkzeug.exceptions import RequestEntityTooLarge

from campaign.accounts.access import public
from campaign.campaigns.models import Campaign
from campaign.db import db
from campaign.godparents import answering, service
from campaign.godparents.acting import INVITED, Act, NoSeat, NotPossible, TooMany, Unknown
from campaign.godparents.answering import Invited
from campaign.godparents.applying import Application
from campaign.godparents.forms import ASSIGN, JoinForm
from campaign.godparents.offering import Offer
from campaign.godparents.views import joining
from campaign.godparents.views.acts import perform
from campaign.i18n import page_language
from campaign.kit import clock
from campaign.kit.tokens import BadToken
from campaign.pictures import Picture
from campaign.web import kernel as web
from campaign.web.links import DeadLink

blueprint = Blueprint("invited", __name__)


class NoInvitation(DeadLink):
    """A link to an invitation that leads nowhere (any more)."""

    page = "godparents/no_invitation.html"


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Response:
    """As on the public form."""
    return joining.photo_too_large()


@blueprint.after_request
def keep_out_of_indexes(response: Response) -> Response:
    """These pages belong to one person."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blueprint.get("/godparents/invited/<token>")
@public
def show(token: str) -> Response:
    """Who invites and for whom, and the form with what is known filled in. Reading changes nothing."""
    invited, offer = _read(token)
    if not invited.open or offer is None:
        return _answered(invited, offer)
    return _render(token, invited, offer, _prefilled(invited))


@blueprint.post("/godparents/invited/<token>")
@public
def join(token: str) -> Response:
    """Join: with the invited address nothing is left to confirm; with another one it is as on the public form."""
    web.demand_own_page()
    invited, offer = _read(token)
    if not invited.open or offer is None:
        return _answered(invited, offer, 409)
    form = JoinForm.read(request.form, photo_sent=bool(request.files.get("photo")))
    chosen = joining.wanted(offer, form)
    facts = joining.known(offer, form, chosen)
    application, picture, status = joining.entered(form, facts, joining.purpose(offer))
    if application is None:
        return _render(token, invited, offer, form, status)
    confirmed = False

    def store(act: Act) -> None:
        nonlocal confirmed
        confirmed = _join(act, invited, application, picture)

    try:
        status = joining.stored(form, store)
    except (NoSeat, TooMany, NotPossible) as problem:
        if str(problem) == "answered":  # meanwhile: the page says how
            return _to_show(token)
        form.errors["form"] = _stopped(problem)
        status = 409
    if status:
        return _render(token, invited, offer, form, status)
    return _to_show(token) if confirmed else joining.to_thanks(offer)


@blueprint.post("/godparents/invited/<token>/decline")
@public
def decline(token: str) -> Response:
    """Say no, and perhaps: never again."""
    web.demand_own_page()
    invited, _offer = _read(token)
    try:
        perform(lambda act: answering.decline(act, invited.uid, never_again="never_again" in request.form))
    except Unknown:
        raise NoInvitation from None
    except NotPossible:
        pass  # joined by it meanwhile: the page says so
    return _to_show(token)


def _join(act: Act, invited: Invited, application: Application, picture: Picture | None) -> bool:
    """Whether it was by the invitation; else a mail to the other address asks for confirmation.

    Another spelling of the same mailbox is another address: no mail has reached it yet.
    """
    photo = joining.rows_of(picture, act)
    if application.email.lower() != invited.email.lower():
        service.join(act, invited.campaign_id, application, photo)
        return False
    try:
        service.join_by(act, answering.named(act.session, invited.uid), application, photo)
    except Unknown:
        raise NoInvitation from None
    return True


def _stopped(problem: Exception) -> str:
    """Why somebody who is accepted already cannot take a prisoner over; everybody else is told later."""
    if isinstance(problem, TooMany):
        return _("You stand by as many prisoners as may be already. On your own page you can step down from one first.")
    return _("This cannot be handed over any more: it has ended meanwhile, or the prisoner takes nobody now.")


def _to_show(token: str) -> Response:
    return redirect(url_for(".show", token=token, lang=request.args.get("lang")), 303)


def _read(token: str) -> tuple[Invited, Offer | None]:
    """The invitation, and what its campaign offers; None if it takes no sign-ups now."""
    vault, language = web.vault(), page_language()
    try:
        uid = vault.redeem(token, INVITED)
    except BadToken:
        raise NoInvitation from None
    invited = answering.invited(db.session(), vault, uid, language, clock.now().date())
    if invited is None:
        raise NoInvitation
    slug = db.session().scalars(select(Campaign.slug).where(Campaign.id == invited.campaign_id)).one()
    return invited, joining.offer_of(slug)


def _prefilled(invited: Invited) -> JoinForm:
    seat = invited.seat
    if seat is not None:
        facts = joining.facts(seat)
        given, family = str(facts["given_name"]), str(facts["family_name"])
    else:
        given, _space, family = invited.name.rpartition(" ")
        given, family = (given, family) if given else (family, "")
    chamber = invited.chamber_id or (seat.chamber_id if seat else None)
    return JoinForm.empty(
        given_name=given,
        family_name=family,
        member=str(seat.member_id) if seat else "",
        chamber=str(chamber) if chamber else "",
        party=seat.party if seat else "",
        country=seat.country if seat else "",
        email=invited.email,
        prisoner=invited.prisoner.slug if invited.prisoner else ASSIGN,
    )


def _render(token: str, invited: Invited, offer: Offer, form: JoinForm, status: int = 200) -> Response:
    chosen = joining.wanted(offer, form)
    return joining.render(
        offer, form, chosen, template="godparents/invited.html", status=status, invited=invited, token=token
    )


def _answered(invited: Invited, offer: Offer | None, status: int = 200) -> Response:
    return web.page("godparents/answered.html", status=status, invited=invited, offer=offer)
