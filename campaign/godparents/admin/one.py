"""One godparent at the desk: who, for whom and since when; put right, withheld, written to, erased."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.accounts import queries as organisers
from campaign.accounts.access import Permission, requires
from campaign.audit import queries as records
from campaign.audit.models import AuditEntry
from campaign.chambers import queries as rosters
from campaign.chambers.queries import Seat
from campaign.db import db
from campaign.godparents import applying, correcting, deeds, inviting, queries, service, standing, waiting
from campaign.godparents.acting import Act, AlreadyGodparent, Kind, NotPossible, Unknown, address, found, send_mail
from campaign.godparents.admin.deciding import bond_typed
from campaign.godparents.admin.forms import DetailsForm
from campaign.godparents.admin.loading import acting, done, godparent_by_number, permitted, record
from campaign.godparents.admin.releasing import seen
from campaign.godparents.admin.words import ACT, stopped
from campaign.godparents.correcting import Bond, Details, SlugTaken
from campaign.godparents.explaining import explain
from campaign.godparents.models import Godparent, State
from campaign.godparents.words import DEED, END
from campaign.i18n import page_language
from campaign.kit import clock, countries
from campaign.web import kernel as web

blueprint = Blueprint("godparents_admin", __name__, url_prefix="/admin/godparents")


@blueprint.get("/<int:number>")
@requires(Permission.GODPARENT_SEE, of=godparent_by_number)
def show(godparent: Godparent) -> ResponseReturnValue:
    """Everything about one, as far as this organiser may see it."""
    session, allowed = db.session(), permitted(godparent.campaign_id)
    pairs = waiting.pairs_of(session, godparent.id)
    private: dict[str, object] = {}
    if allowed["may_decide"] and godparent.state == State.ACCEPTED:
        private = _private(godparent)
    entries = records.latest(session, subject=f"godparent:{godparent.id}") if allowed["may_decide"] else []
    return render_template(
        "godparents/admin/show.html",
        godparent=godparent,
        programme=queries.programme(session, godparent.campaign_id),
        pairs=pairs,
        handovers={pair.id for pair in pairs if pair.active and inviting.handover_of(session, pair.id)},
        deeds=deeds.of(session, godparent.id),
        deed_words=DEED,
        end_words=END,
        entries=entries,
        act_words=ACT,
        explain=explain,
        by=_who(entries, godparent),
        seen=seen,
        photos=waiting.photo_ids(session, {godparent.id}, shown=False),
        **private,
        **allowed,
    )


@blueprint.route("/<int:number>/details", methods=["GET", "POST"])
@requires(Permission.GODPARENT_DECIDE, of=godparent_by_number)
def details(godparent: Godparent) -> ResponseReturnValue:
    """Put right what is public: name, office, party, country, the roster's member, the address of the page."""
    if godparent.state != State.ACCEPTED:
        flash(stopped("not_accepted"), "error")
        return redirect(url_for(".show", number=godparent.id), 303)
    seats = _seats(godparent)
    if request.method != "POST":
        names = ("given_name", "family_name", "office", "party", "country", "slug")
        typed = {name: [str(getattr(godparent, name) or "")] for name in names} | bond_typed(
            godparent.member_id, godparent.chamber_id, seats
        )
        return _details_page(godparent, seats, _form(typed))
    form = _form({name: request.form.getlist(name) for name in request.form})
    checked, bond, slug = form.check(), form.bond(seats), form.line("slug", 80)
    if checked is None or bond is None or form.errors:
        return _details_page(godparent, seats, form, 422)
    uid, number = godparent.uid, godparent.id
    try:
        changed = done(lambda act: _correct(act, uid, checked, bond, slug))
    except SlugTaken:
        form.errors["slug"] = _("Another page has this address. Please choose another.")
    except AlreadyGodparent:
        form.errors["who"] = _("This member is a godparent already, with another address.")
    except (NotPossible, Unknown):
        flash(stopped("not_accepted"), "error")
        return redirect(url_for(".show", number=number), 303)
    else:
        flash(_("Saved.") if changed else _("Nothing was changed."), "success")
        return redirect(url_for(".show", number=number), 303)
    again = db.session().get_one(Godparent, number)
    return _details_page(again, _seats(again), form, 409)


@blueprint.post("/<int:number>/withhold")
@requires(Permission.GODPARENT_DECIDE, of=godparent_by_number)
def withhold(godparent: Godparent) -> ResponseReturnValue:
    """Take a godparent out of the public's sight."""
    return _do(godparent, _withhold, _("Withheld. It is gone from every page within a minute."))


@blueprint.post("/<int:number>/link")
@requires(Permission.GODPARENT_DECIDE, of=godparent_by_number)
def link(godparent: Godparent) -> ResponseReturnValue:
    """Mail the link to the own page once more, to the confirmed address and no other."""
    return _do(godparent, _link, _("The link is on its way to the confirmed address."))


@blueprint.route("/<int:number>/erase", methods=["GET", "POST"])
@requires(Permission.GODPARENT_DECIDE, of=godparent_by_number)
def erase(godparent: Godparent) -> ResponseReturnValue:
    """Forget somebody on request, after a page that says what that means."""
    if request.method != "POST":
        active = standing.active_pairs(db.session(), godparent.id)
        return render_template("godparents/admin/erase.html", godparent=godparent, active=len(active))
    return _do(godparent, _erase, _("Erased. Of the godparenthoods, dates and prisoners stay."))


# ---------------------------------------------------------------------------------------------------------------------


def _do(godparent: Godparent, work: object, said: str) -> ResponseReturnValue:
    uid, number = godparent.uid, godparent.id
    try:
        done(lambda act: work(act, uid))  # type: ignore[operator]  # one of the functions below
    except (NotPossible, Unknown):
        flash(stopped("not_accepted"), "error")
    else:
        flash(said, "success")
    return redirect(url_for(".show", number=number), 303)


def _withhold(act: Act, uid: bytes) -> None:
    godparent = found(act, uid)
    standing.withhold(act, godparent)
    record(act, "withhold", f"godparent:{godparent.id}", godparent.campaign_id)


def _link(act: Act, uid: bytes) -> None:
    godparent = found(act, uid)
    if godparent.state != State.ACCEPTED:
        raise NotPossible("not_accepted")
    email, language = address(act, godparent)
    send_mail(act, Kind.LINK, godparent.campaign_id, godparent.uid, email, language)
    record(act, "link", f"godparent:{godparent.id}", godparent.campaign_id)


def _erase(act: Act, uid: bytes) -> None:
    godparent = found(act, uid)
    record(act, "erase", f"godparent:{godparent.id}", godparent.campaign_id)
    service.erase(act, godparent)


def _correct(act: Act, uid: bytes, checked: Details, bond: Bond, slug: str) -> list[str]:
    godparent = found(act, uid)
    changed = correcting.afterwards(act, godparent, checked, bond, slug)
    if changed:
        record(act, "correct", f"godparent:{godparent.id}", godparent.campaign_id, changed=changed)
    return changed


def _private(godparent: Godparent) -> dict[str, object]:
    """The confirmed address and the office's contact, opened."""
    session, vault = db.session(), web.vault()
    email, language = address(acting(session), godparent)
    contact = vault.open_optional(applying.CONTACT, godparent.uid, godparent.contact)
    return {"email": email, "language": language, "contact": contact}


def _who(entries: Sequence[AuditEntry], godparent: Godparent) -> dict[str, str]:
    """Addresses of the organisers that the page names."""
    return organisers.addresses(db.session(), {*(entry.actor for entry in entries), godparent.verified_by})


def _seats(godparent: Godparent) -> tuple[Seat, ...]:
    """Whom of rosters this may be: who it is taken for, and those who bear the name."""
    session, language = db.session(), page_language()
    found: dict[int, Seat] = {}
    if godparent.member_id and (seat := rosters.seat(session, godparent.member_id, clock.now().date(), language)):
        found[godparent.member_id] = seat
    for seat in rosters.named(session, godparent.given_name, godparent.family_name, language):
        found.setdefault(seat.member_id, seat)
    return tuple(found.values())


def _form(typed: dict[str, list[str]]) -> DetailsForm:
    chambers = [number for number, _name, _country in rosters.choices(db.session(), page_language())]
    return DetailsForm(typed, set(countries.names("en")), chambers)


def _details_page(
    godparent: Godparent, seats: tuple[Seat, ...], form: DetailsForm, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "godparents/admin/details.html",
        godparent=godparent,
        seats=seats,
        form=form,
        chambers=rosters.choices(db.session(), page_language()),
        countries=countries.names(page_language()).items(),
    )
    return page, status
