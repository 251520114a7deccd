"""Invitations: chosen from a chamber or pasted, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from campaign.accounts.access import Permission, requires, requires_somewhere
from campaign.accounts.queries import Reach
from campaign.campaigns.models import Campaign
from campaign.chambers import queries as rosters
from campaign.db import db
from campaign.godparents import inviting, inviting_many, waiting
from campaign.godparents.acting import Act, NotPossible
from campaign.godparents.admin.forms import InviteForm
from campaign.godparents.admin.loading import done, invitation_by_number, record, row_id
from campaign.godparents.admin.words import INVITATION, stopped
from campaign.godparents.inviting_many import Candidate, Invitee, Outcome, Words
from campaign.godparents.models import Invitation, Programme
from campaign.godparents.standing import OPEN
from campaign.i18n import page_language
from campaign.kit import addresses, clock
from campaign.web import kernel as web

blueprint = Blueprint("godparents_invitations", __name__, url_prefix="/admin/godparents/invitations")


@blueprint.get("")
@requires_somewhere(Permission.GODPARENT_INVITE)
def listing(reach: Reach) -> ResponseReturnValue:
    """Who was invited, and what came of it. That somebody opened a link is not known: nothing counts that."""
    session, vault, asked = db.session(), web.vault(), request.args
    found, more = inviting_many.listed(
        session,
        reach.campaign_ids,
        state=asked.get("state", ""),
        before=row_id(asked.get("before", "")),
    )
    now = clock.now()
    return render_template(
        "godparents/admin/invitations.html",
        invitations=[
            (each, inviting.name_of(vault, each), inviting.email_of(vault, each), inviting.may_remind(each, now))
            for each in found
        ],
        more=more,
        asked=asked,
        words=INVITATION,
        numbers=inviting_many.numbers(session, reach.campaign_ids),
        campaigns=_campaigns(reach),
        per_minute=inviting.PER_MINUTE,
        open_states=OPEN,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires_somewhere(Permission.GODPARENT_INVITE)
def new(reach: Reach) -> ResponseReturnValue:
    """Choose members, or paste a list; then a message, and perhaps a prisoner."""
    campaigns = _campaigns(reach)
    if not campaigns:
        return render_template("godparents/admin/invite.html", campaigns=[], form=None)
    form = InviteForm({name: request.values.getlist(name) for name in request.values}, web.kernel().config.languages)
    campaign = form.campaign(campaigns)
    people = _candidates(form, campaign)
    if request.method != "POST":
        return _page(form, campaigns, campaign, people)
    words, invitees = form.words(db.session(), campaign.id), [*_chosen(form, people), *form.pasted()]
    if not invitees and not form.errors:
        form.errors["form"] = _("Please tick somebody, or paste addresses.")
    if form.errors or words is None:
        return _page(form, campaigns, campaign, people, 422)
    try:
        outcome = done(lambda act: _invite(act, campaign.id, invitees, words))
    except NotPossible as error:
        flash(stopped(str(error)), "error")
        return redirect(url_for(".new"), 303)
    flash(_said(outcome), "success")
    return redirect(url_for(".listing"), 303)


@blueprint.post("/remind")
@requires_somewhere(Permission.GODPARENT_INVITE)
def remind_all(reach: Reach) -> ResponseReturnValue:
    """Remind all whose turn it is."""
    ids = [campaign.id for campaign in _campaigns(reach)]
    reminded = done(lambda act: sum(_remind_all(act, campaign_id) for campaign_id in sorted(ids)))
    flash(ngettext("%(num)s reminder is on its way.", "%(num)s reminders are on their way.", reminded), "success")
    return redirect(url_for(".listing"), 303)


@blueprint.post("/<int:number>/remind")
@requires(Permission.GODPARENT_INVITE, of=invitation_by_number)
def remind(invitation: Invitation) -> ResponseReturnValue:
    """Send the mail once more."""
    number = invitation.id
    try:
        done(lambda act: _remind(act, number))
    except NotPossible as error:
        flash(stopped(str(error)), "error")
    else:
        flash(_("The reminder is on its way."), "success")
    return redirect(url_for(".listing"), 303)


@blueprint.post("/<int:number>/withdraw")
@requires(Permission.GODPARENT_INVITE, of=invitation_by_number)
def withdraw(invitation: Invitation) -> ResponseReturnValue:
    """Take an invitation back: its link leads nowhere from now on."""
    number = invitation.id
    done(lambda act: _withdraw(act, number))
    flash(_("The invitation is taken back."), "success")
    return redirect(url_for(".listing"), 303)


# ---------------------------------------------------------------------------------------------------------------------


def _invite(act: Act, campaign_id: int, invitees: Sequence[Invitee], words: Words) -> Outcome:
    outcome = inviting_many.invite_many(act, campaign_id, invitees, words)
    record(act, "invite", f"campaign:{campaign_id}", campaign_id, made=outcome.made)
    return outcome


def _remind_all(act: Act, campaign_id: int) -> int:
    count = inviting_many.remind_all(act, campaign_id)
    if count:
        record(act, "remind", f"campaign:{campaign_id}", campaign_id, reminded=count)
    return count


def _remind(act: Act, number: int) -> None:
    invitation = act.session.get_one(Invitation, number)
    inviting.remind(act, invitation)
    record(act, "remind", f"invitation:{number}", invitation.campaign_id)


def _withdraw(act: Act, number: int) -> None:
    invitation = act.session.get_one(Invitation, number)
    inviting.withdraw(act, invitation)
    record(act, "uninvite", f"invitation:{number}", invitation.campaign_id)


def _said(outcome: Outcome) -> str:
    said = [
        ngettext(
            "%(num)s invitation is made; its mail leaves soon.",
            "%(num)s invitations are made; their mails leave one after the other.",
            outcome.made,
        )
    ]
    if outcome.invited:
        said.append(ngettext("%(num)s was invited before.", "%(num)s were invited before.", outcome.invited))
    if outcome.godparents:
        said.append(ngettext("%(num)s has joined already.", "%(num)s have joined already.", outcome.godparents))
    return " ".join(said)


def _campaigns(reach: Reach) -> list[Campaign]:
    """Those within reach that have a programme, by name."""
    query = select(Campaign).join(Programme, Programme.campaign_id == Campaign.id)
    return list(
        db.session().scalars(query.where(waiting.within(Campaign.id, reach.campaign_ids)).order_by(Campaign.name))
    )


def _candidates(form: InviteForm, campaign: Campaign) -> list[Candidate]:
    """The members of the chosen chamber, all of them."""
    number = form.chamber([each[0] for each in rosters.choices(db.session(), page_language())])
    if number is None:
        return []
    today, language = clock.now().date(), page_language()
    return inviting_many.candidates(db.session(), web.vault(), campaign.id, number, today, language)


def _chosen(form: InviteForm, people: Sequence[Candidate]) -> list[Invitee]:
    """Those who were ticked. Addresses come from the roster, never from the form."""
    ticked, chosen = set(form.typed.get("member", ())), []
    everybody = form.narrowed(people) if form.values["all"] else []
    for person in people:
        if (str(person.member_id) in ticked or person in everybody) and person.email:
            try:
                email = addresses.parse(person.email)
            except addresses.AddressProblem:
                continue
            chosen.append(Invitee(person.name, email, person.member_id, int(form.values["chamber"])))
    return chosen


def _page(
    form: InviteForm, campaigns: Sequence[Campaign], campaign: Campaign, people: Sequence[Candidate], status: int = 200
) -> ResponseReturnValue:
    session, language = db.session(), page_language()
    page = render_template(
        "godparents/admin/invite.html",
        form=form,
        campaigns=campaigns,
        campaign=campaign,
        chambers=rosters.choices(session, language),
        parties=sorted({(each.party_id, each.party) for each in people if each.party_id}, key=lambda each: each[1]),
        people=form.narrowed(people),
        all_people=len(people),
        ticked=set(form.typed.get("member", ())),
        words=INVITATION,
        languages=web.kernel().config.languages,
        per_minute=inviting.PER_MINUTE,
    )
    return page, status
