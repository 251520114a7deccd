"""The godparent's own page: whoever has the link from a mail is the godparent. Reading changes nothing.

What is done about one godparenthood is in `own_pairs`, on the same blueprint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from flask import Blueprint, abort, jsonify, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug import Response
from werkzeug.exceptions import RequestEntityTooLarge

from campaign.accounts.access import public
from campaign.campaigns.models import Campaign
from campaign.db import db
from campaign.godparents import own, photos, queries, reminding, service
from campaign.godparents.acting import OWN as KIND
from campaign.godparents.acting import Act, NoSeat, NotPossible, TooMany, Unknown
from campaign.godparents.acting import found as found_by_uid
from campaign.godparents.explaining import explain
from campaign.godparents.inviting import AlreadyInvited
from campaign.godparents.models import Godparent, NoticeKind, Role, State
from campaign.godparents.own_forms import ContactForm, OwnForm
from campaign.godparents.views.acts import perform
from campaign.godparents.views.joining import LARGEST_PHOTO, photo_too_large
from campaign.godparents.words import DEED, END, REMINDER, ROLE
from campaign.i18n import page_language
from campaign.kit import clock
from campaign.kit.tokens import BadToken
from campaign.pictures import BadPicture, make
from campaign.prisoners.forms.portrait import picture_message
from campaign.web import kernel as web
from campaign.web.limits import JOIN
from campaign.web.links import DeadLink

blueprint = Blueprint("own", __name__, url_prefix="/godparents/own/<token>")
Result = TypeVar("Result")
PHOTO = 640
"""Longer side in pixels of the photo on these pages."""

DONE: Mapping[str, object] = {
    "statement": _l("Your words are kept. An organiser looks at them; until then nothing changes in public."),
    "unsaid": _l("Your statement is taken away."),
    "deed": _l("Thank you. It is recorded, and shown once an organiser has looked at it."),
    "deed-removed": _l("The record is deleted."),
    "asked": _l("We write to your successor now. Until they have taken over, you stay named."),
    "taken-back": _l("The invitation to your successor is taken back."),
    "stepped-down": _l("You have stepped down. Thank you for what you did."),
    "begun": _l("Thank you. You stand by one more prisoner; an organiser makes it public."),
    "waiting": _l("At the moment there is nobody for whom somebody is missing. We write to you as soon as there is."),
    "not-waiting": _l("You do not wait for a prisoner any more."),
    "photo": _l("The photo is kept. An organiser looks at it; until then nothing changes in public."),
    "no-photo": _l("There is no photo of you here any more."),
    "contact": _l("The contact of your office is changed."),
    "reminders": _l("Your reminders are changed."),
}
"""What the page says after something was done, by the code in the address."""

STOPPED: Mapping[str, object] = {
    "stale": _l("This page was open for long. Please press the button again."),
    "ended": _l("This has ended meanwhile, so nothing was done."),
    "taken": _l("Others were quicker: for this prisoner there is no place any more. Please choose another."),
    "full": _l("You stand by as many prisoners as one may here."),
    "invited": _l("This address cannot be asked now. Please name another one, or ask the organisers."),
    "handing_over": _l("A successor has been asked already. Take that invitation back first."),
    "yourself": _l("This is your own address. Please type that of your successor."),
    "too_often": _l("You have asked several people within a week. Please wait some days."),
    "too_many": _l("Many of your records wait for an organiser. Please wait until somebody has looked at them."),
    "closed": _l("This campaign takes nobody new at the moment."),
}
"""Why nothing was done, by the code of what was raised; the page shows it in full."""


class LinkProblem(DeadLink):
    """A link to somebody's own page that leads nowhere (any more)."""

    page = "godparents/own/dead_link.html"


class Stopped(Exception):
    """Something cannot be done now; the message is a code of `STOPPED`."""


@blueprint.after_request
def keep_out_of_indexes(response: Response) -> Response:
    """These pages belong to one person."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Response:
    """A photo that is larger than we read."""
    return photo_too_large()


@blueprint.get("")
@public
def page(token: str) -> Response:
    """Everything about one godparent, most needed first."""
    godparent = found(token)
    shown = own.page(db.session(), web.vault(), godparent, page_language(), today())
    template = "page" if godparent.state == State.ACCEPTED else "waiting"
    return render(
        template,
        token,
        godparent,
        own=shown,
        done=DONE.get(request.args.get("done", "")),
        stopped=STOPPED.get(request.args.get("stopped", "")),
        reminders=[(kind, REMINDER[kind], reminding.wanted(godparent, kind)) for kind in reminding.SWITCHES],
        deeds=DEED,
        ends=END,
    )


@blueprint.post("/reminders")
@public
def remind(token: str) -> Response:
    """Turn reminders on and off."""
    kinds = {kind for kind in reminding.SWITCHES if kind.value in request.form.getlist("remind")}
    return press(token, lambda _act, godparent: _choose(godparent, kinds), "reminders", "reminders")


@blueprint.get("/contact")
@public
def contact(token: str) -> Response:
    """The form for whom organisers call."""
    godparent = accepted(token)
    shown = own.page(db.session(), web.vault(), godparent, page_language(), today()).contact
    return render("contact", token, godparent, form=ContactForm({"contact": [shown]}))


@blueprint.post("/contact")
@public
def change_contact(token: str) -> Response:
    """Keep it."""
    form = ContactForm(dict(request.form.lists()))
    return hand_in(
        token,
        form,
        form.check(),
        own.set_contact,
        lambda godparent: render("contact", token, godparent, form=form, status=422),
        "contact",
    )


# ---------------------------------------------------------------------------------------------------------------------
# The photo


@blueprint.get("/photo")
@public
def photo(token: str) -> Response:
    """The photo that is shown, the one that waits, and the form for a new one."""
    return _photo_page(token, accepted(token), OwnForm({}))


@blueprint.post("/photo")
@public
def change_photo(token: str) -> Response:
    """Keep a new one until an organiser has looked at it."""
    web.demand_own_page()
    accepted(token)  # a picture is much work: not for anybody
    form, sent = OwnForm({}), request.files.get("photo")
    content = sent.read() if sent else b""
    picture = None
    if not web.allowed(JOIN):
        form.errors["photo"] = _("Many photos came from your network in a short time. Please wait some minutes.")
    else:
        try:
            picture = make(content)
        except BadPicture as problem:
            form.errors["photo"] = picture_message(problem)
    return hand_in(
        token,
        form,
        picture,
        lambda act, godparent, made: photos.put(act.session, godparent, photos.made(made, "", act.now)),
        lambda godparent: _photo_page(token, godparent, form, status=422),
        "photo",
    )


@blueprint.post("/photo/remove")
@public
def remove_photo(token: str) -> Response:
    """Take every photo away at once."""

    def remove(act: Act, godparent: Godparent) -> None:
        for shown in (True, False):
            photos.drop(act.session, godparent, shown=shown)

    return press(token, remove, "no-photo")


@blueprint.get("/photo/<any(shown, new):which>.jpg")
@public
def picture(token: str, which: str) -> Response:
    """The godparent's photo, public or not."""
    content = photos.largest(db.session(), found(token).id, shown=which == "shown", most=PHOTO)
    if not content:
        abort(404)
    return make_response(content, 200, {"Content-Type": "image/jpeg"})


# ---------------------------------------------------------------------------------------------------------------------
# What is stored, and the way out


@blueprint.get("/stored.json")
@public
def stored(token: str) -> Response:
    """Everything stored about the godparent, to take along (GDPR art. 20)."""
    response = jsonify(own.portable(db.session(), web.vault(), found(token)))
    response.headers["Content-Disposition"] = 'attachment; filename="my-godparenthood.json"'
    return response


@blueprint.get("/erase")
@public
def ask_to_erase(token: str) -> Response:
    """What erasing means, and the button."""
    return render("erase", token, found(token))


@blueprint.post("/erase")
@public
def erase(token: str) -> Response:
    """Forget the godparent; or, of somebody who was never accepted, the whole sign-up."""
    web.demand_own_page()
    godparent = found(token)
    if not web.token_valid(purpose(godparent)):
        return render("erase", token, godparent, stopped=STOPPED["stale"], status=422)
    campaign, role = campaign_of(godparent), role_of(godparent)
    act_on(token, service.erase)
    return web.page("godparents/own/erased.html", campaign=campaign, role=role)


# ---------------------------------------------------------------------------------------------------------------------
# What `own_pairs` needs, too


def today() -> date:
    """The day that the page speaks of."""
    return clock.now().date()


def found(token: str) -> Godparent:
    """The godparent whose link this is. Raises `LinkProblem`."""
    godparent = own.by_uid(db.session(), uid_of(token))
    if godparent is None:
        raise LinkProblem
    return godparent


def accepted(token: str) -> Godparent:
    """As `found`; for pages that are there for accepted godparents only (404)."""
    godparent = found(token)
    if godparent.state != State.ACCEPTED:
        abort(404)
    return godparent


def uid_of(token: str) -> bytes:
    """Raises `LinkProblem`."""
    try:
        return web.vault().redeem(token, KIND)
    except BadToken:
        raise LinkProblem from None


def act_on(token: str, verb: Callable[[Act, Godparent], Result]) -> Result:
    """Do something with the godparent, locked. Raises `LinkProblem`, or `Stopped` where it is not possible now."""
    uid = uid_of(token)
    try:
        return perform(lambda act: verb(act, found_by_uid(act, uid)))
    except Unknown:
        raise LinkProblem from None
    except NotPossible as problem:
        raise Stopped(str(problem)) from None
    except NoSeat:
        raise Stopped("taken") from None
    except TooMany:
        raise Stopped("full") from None
    except AlreadyInvited:
        raise Stopped("invited") from None


def press(token: str, verb: Callable[[Act, Godparent], object], done: str, anchor: str = "") -> Response:
    """One button: checked, done, and back to the page, which says what happened."""
    web.demand_own_page()
    godparent = accepted(token)
    if not web.token_valid(purpose(godparent)):
        return back(token, stopped="stale", anchor=anchor)
    try:
        act_on(token, verb)
    except Stopped as problem:
        return back(token, stopped=str(problem), anchor=anchor)
    return back(token, done=done)


def hand_in(
    token: str,
    form: OwnForm,
    wanted: Result | None,
    verb: Callable[[Act, Godparent, Result], object],
    again: Callable[[Godparent], Response],
    done: str,
) -> Response:
    """One form that was checked (`wanted` is None with `form.errors`): done and back to the page, or shown again."""
    web.demand_own_page()
    godparent = accepted(token)
    if not web.token_valid(purpose(godparent)):
        form.errors["form"] = str(STOPPED["stale"])
    if wanted is None or form.errors:
        return again(godparent)
    checked = wanted
    try:
        act_on(token, lambda act, mine: verb(act, mine, checked))
    except Stopped as problem:
        form.errors["form"] = words_for(str(problem))
        return again(accepted(token))
    return back(token, done=done)


def words_for(code: str) -> str:
    """Why nothing was done."""
    return str(STOPPED.get(code, STOPPED["ended"]))


def back(token: str, *, done: str = "", stopped: str = "", anchor: str = "") -> Response:
    """To the page, which says what was done or why not. The language that was asked for stays."""
    language = request.args.get("lang")
    there = url_for(
        "own.page", token=token, done=done or None, stopped=stopped or None, lang=language, _anchor=anchor or None
    )
    return redirect(there, 303)


def purpose(godparent: Godparent) -> str:
    """What the tokens of this page's forms are for."""
    return f"own:{godparent.uid.hex()}"


def campaign_of(godparent: Godparent) -> Campaign:
    """The campaign that the godparent belongs to."""
    return db.session().get_one(Campaign, godparent.campaign_id)


def role_of(godparent: Godparent) -> object:
    """What that campaign calls a godparent."""
    programme = queries.programme(db.session(), godparent.campaign_id)
    return ROLE[Role(programme.role) if programme else Role.GODPARENT]


def render(template: str, token: str, godparent: Godparent, *, status: int = 200, **more: Any) -> Response:
    """A page about this godparent. Nobody keeps it."""
    return web.page(
        f"godparents/own/{template}.html",
        status=status,
        token=token,
        godparent=godparent,
        campaign=campaign_of(godparent),
        role=role_of(godparent),
        form_token=web.form_token(purpose(godparent)),
        **more,
    )


def _choose(godparent: Godparent, kinds: set[NoticeKind]) -> None:
    reminding.choose(godparent, kinds)


def _photo_page(token: str, godparent: Godparent, form: OwnForm, *, status: int = 200) -> Response:
    there = {("shown" if each.shown else "new"): each for each in godparent.photos}
    return render("photo", token, godparent, form=form, photos=there, most=LARGEST_PHOTO, status=status)


@blueprint.app_template_global()
def why_words(why: Mapping[str, object], name: str) -> str:
    """Why somebody was given just this prisoner."""
    return explain(why, name)
