"""Joining: the form, the page that says what comes next, and the roster while somebody types."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug import Response
from werkzeug.exceptions import RequestEntityTooLarge

from campaign.accounts.access import public
from campaign.chambers import queries as rosters
from campaign.chambers.queries import Seat
from campaign.db import db, is_unavailable
from campaign.godparents import offering, photos, service
from campaign.godparents.acting import Act
from campaign.godparents.applying import Application
from campaign.godparents.forms import ASSIGN, CONTACT_LENGTH, OTHER, STATEMENT_LENGTH, JoinForm, Known
from campaign.godparents.models import Photo
from campaign.godparents.offering import Offer, Wanted
from campaign.godparents.views.acts import perform
from campaign.godparents.words import ROLE
from campaign.i18n import page_language
from campaign.kit import clock, countries
from campaign.kit.keep import Keep
from campaign.people import wordings
from campaign.pictures import MOST_BYTES, BadPicture, Picture, make
from campaign.prisoners.forms.portrait import picture_message
from campaign.web import kernel as web
from campaign.web.errors import error_page, unavailable_words
from campaign.web.headers import keep
from campaign.web.limits import JOIN, LOOK_UP

PAGE_SECONDS = 5
OFFER_SECONDS = 5.0
"""Part of the minute in `headers.KEPT_BY_OTHERS`: an offer names prisoners."""
MEMBERS_SECONDS = 300
FEWEST_LETTERS = 2
EVEN_SECONDS = 0.1
"""No sign-up is answered sooner, so that the time does not tell a known mailbox from a new one."""
LARGEST_PHOTO = MOST_BYTES // (1024 * 1024) - 1
"""Megabytes that the form promises: what a request may have, less the other fields."""

blueprint = Blueprint("joining", __name__)
blueprint.record(lambda state: state.app.extensions.update({"campaign.godparent_offers": Keep(OFFER_SECONDS)}))


@blueprint.get("/godparents/join")
@public
def join() -> Response:
    """What it means, and the form; `?prisoner=` chooses one, `?campaign=` another campaign than the first."""
    offer = _offer(request.args.get("campaign", ""), request.args.get("prisoner", ""))
    if offer is None:
        return closed()
    form = JoinForm.empty(prisoner=request.args.get("prisoner", "") or ASSIGN)
    chosen = wanted(offer, form)
    if form.prisoner and chosen is None:
        form.values["prisoner"] = ASSIGN
    return render(offer, form, chosen, seconds=PAGE_SECONDS)


@blueprint.post("/godparents/join")
@public
def send() -> Response:
    """Store an unconfirmed sign-up. Neither the answer nor its time tells whether the mailbox was known."""
    web.demand_own_page()
    form = JoinForm.read(request.form, photo_sent=bool(request.files.get("photo")))
    offer = _offer(request.form.get("campaign", ""), form.prisoner)
    if offer is None:
        return closed()
    chosen = wanted(offer, form)
    application, photo, status = entered(form, known(offer, form, chosen), purpose(offer))
    if application is None:
        return render(offer, form, chosen, status=status)
    status = stored(form, lambda act: service.join(act, offer.campaign_id, application, rows_of(photo, act)))
    if status:
        return render(offer, form, chosen, status=status)
    return to_thanks(offer)


@blueprint.get("/godparents/join/thanks")
@public
def thanks() -> Response:
    """Look into your mailbox: the same page for everybody who sent the form."""
    offer = _offer(request.args.get("campaign", ""), "")
    if offer is None:
        return closed()
    return web.page("godparents/thanks.html", seconds=PAGE_SECONDS, offer=offer)


@blueprint.get("/godparents/members.json")
@public
def members() -> Response:
    """Who sits in a parliament today and has a name that begins so: what parliaments publish, without addresses."""
    query, chamber = request.args.get("q", "").strip(), request.args.get("chamber", "")
    if not web.allowed(LOOK_UP):
        answer = jsonify({"members": []})
        answer.status_code = 429
        return answer
    language, chamber_id = page_language(), JoinForm.empty(member=chamber).member
    found: list[Seat] = []
    if len(query) >= FEWEST_LETTERS and "\0" not in query:
        today = clock.now().date()
        found = rosters.search_members(db.session(), query, today, language, chamber_id=chamber_id)
    answer = keep(jsonify({"members": [facts(seat) for seat in found]}), MEMBERS_SECONDS, names_prisoners=False)
    # There is no end of such questions: they would push the pages of many out of the cache.
    answer.headers["Cache-Control"] = f"private, max-age={MEMBERS_SECONDS}"
    return answer


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Response:
    """Telephones take photos that are larger; their owners should learn what to do."""
    return photo_too_large()


# ---------------------------------------------------------------------------------------------------------------------
# What the form of an invitation needs, too


def photo_too_large() -> Response:
    """A whole form came that we did not read because of its photo."""
    return error_page(
        413,
        _("This photo is too large"),
        _(
            "A photo may have %(limit)s MB. Nothing was stored. Go back, what you typed is probably still there, and "
            "choose a smaller photo or none: it can be added later.",
            limit=LARGEST_PHOTO,
        ),
    )


def to_thanks(offer: Offer) -> Response:
    """On to the page that is the same for everybody who sent the form."""
    first = offer_of("")
    campaign = offer.slug if first is None or first.slug != offer.slug else None
    return redirect(url_for("joining.thanks", campaign=campaign, lang=request.args.get("lang")), 303)


def closed() -> Response:
    """No campaign takes sign-ups, or not this one."""
    return web.page("godparents/closed.html", status=404)


def purpose(offer: Offer) -> str:
    """What the form's token is for: this campaign, with the wordings that the page showed."""
    return f"join:{offer.slug}:{wordings.version(wordings.JOIN)}:{wordings.version(wordings.PUBLISH)}"


def wanted(offer: Offer, form: JoinForm) -> Wanted | None:
    """The prisoner who was chosen, if that one can be."""
    return offering.wanted(db.session(), offer.campaign_id, form.prisoner) if form.prisoner else None


def known(offer: Offer, form: JoinForm, chosen: Wanted | None) -> Known:
    """What the database says about what was typed."""
    seat = None
    if form.member is not None:
        seat = rosters.seat(db.session(), form.member, clock.now().date(), page_language())
    return Known(offer.chamber_ids, seat, chosen.id if chosen else None)


def entered(form: JoinForm, facts: Known, wanted_token: str) -> tuple[Application | None, Picture | None, int]:
    """What the form says and the photo made anew; or None, and the status to answer with: `form.errors` say why."""
    application = form.check(page_language(), facts)
    if not web.token_valid(wanted_token):
        form.errors["form"] = _(
            "This page was open for long, or its text has changed. Please read it and press the button again."
        )
    if application is None or form.errors:
        return None, None, 422
    if not (web.allowed(JOIN) or web.work_done()):
        form.errors["form"] = _("Many sign-ups came from your network in a short time.")
        return None, None, 429
    sent = request.files.get("photo")
    content = sent.read() if sent else b""
    try:  # last of all, for it costs most
        return application, make(content) if content else None, 200
    except BadPicture as problem:
        form.errors["photo"] = picture_message(problem)
        return None, None, 422


def rows_of(picture: Picture | None, act: Act) -> Photo | None:
    """The photo as it is stored; new rows for each try."""
    return photos.made(picture, "", act.now) if picture else None


def stored(form: JoinForm, verb: Callable[[Act], object]) -> int:
    """Run `verb`; 0, or the status to answer with if the database is away: the form comes back with what was typed."""
    started = time.monotonic()  # what came before took the same time for all
    try:
        perform(verb)
    except Exception as error:
        if not is_unavailable(error):
            raise
        form.errors["form"] = " ".join(unavailable_words())
        return 503
    _wait_until(started + EVEN_SECONDS)
    return 0


def render(
    offer: Offer,
    form: JoinForm,
    chosen: Wanted | None,
    *,
    template: str = "godparents/join.html",
    status: int = 200,
    seconds: int = 0,
    **more: Any,
) -> Response:
    """A page with the form in some state. `chosen` stands first among the prisoners if it is not there anyway."""
    language = page_language()
    needy = offer.needy if chosen is None or chosen in offer.needy else (chosen, *offer.needy)
    return web.page(
        template,
        status=status,
        seconds=seconds,
        offer=offer,
        role=ROLE[offer.role],
        form=form,
        needy=needy,
        form_token=web.form_token(purpose(offer)),
        countries=countries.choices(language),
        wordings=wordings.CURRENT,
        limits={"contact": CONTACT_LENGTH, "statement": STATEMENT_LENGTH, "photo": LARGEST_PHOTO},
        other=OTHER,
        assign=ASSIGN,
        today=clock.now().date(),
        work=web.new_work() if status == 429 else None,  # noqa: PLR2004 - too many requests
        **more,
    )


def offer_of(slug: str) -> Offer | None:
    """What a campaign offers, as of some seconds ago."""
    language = page_language()
    offers: Keep[tuple[str, str], Offer | None] = current_app.extensions["campaign.godparent_offers"]
    return offers.get((slug, language), lambda: offering.offer(db.session(), slug, language))


def _offer(campaign: str, prisoner: str) -> Offer | None:
    """Of the campaign; else of the first that names the prisoner; else of the first."""
    return offer_of(campaign or (offering.campaign_for(db.session(), prisoner) if prisoner else ""))


def _wait_until(moment: float) -> None:
    rest = moment - time.monotonic()
    if rest > 0:
        time.sleep(rest)


def facts(seat: Seat) -> dict[str, object]:
    """What is told of a member: what the parliament publishes, without the address. The name has both its parts."""
    given, family = seat.given_name, seat.family_name
    if not given or not family:
        given, _space, family = seat.name.rpartition(" ")
    return {
        "id": seat.member_id,
        "name": seat.name,
        "given_name": given or family,
        "family_name": family if given else "-",
        "chamber_id": seat.chamber_id,
        "chamber": seat.chamber,
        "country": seat.country,
        "party": seat.party,
        "area": seat.area,
    }
