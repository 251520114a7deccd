"""The programmes of campaigns: opened, named, limited."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.accounts.access import Permission, requires, requires_somewhere
from campaign.accounts.queries import Reach
from campaign.campaigns.models import Campaign
from campaign.db import db
from campaign.godparents import programmes, queries
from campaign.godparents.acting import Act
from campaign.godparents.admin.loading import campaign_by_slug, done, record
from campaign.godparents.models import Role
from campaign.godparents.programmes import MOST, Settings
from campaign.godparents.words import ROLE
from campaign.prisoners.forms.fields import DeskForm

blueprint = Blueprint("godparents_settings", __name__, url_prefix="/admin/godparents/settings")


@blueprint.get("")
@requires_somewhere(Permission.GODPARENT_SETTINGS)
def listing(reach: Reach) -> ResponseReturnValue:
    """Every campaign within reach with its programme, or the way to one."""
    found = programmes.of_campaigns(db.session(), reach.campaign_ids)
    return render_template("godparents/admin/programmes.html", programmes=found, roles=ROLE)


@blueprint.route("/<slug>", methods=["GET", "POST"])
@requires(Permission.GODPARENT_SETTINGS, of=campaign_by_slug)
def edit(campaign: Campaign) -> ResponseReturnValue:
    """One campaign's programme."""
    if request.method != "POST":
        now = Settings.of(queries.programme(db.session(), campaign.id))
        ticks = {name: ["on"] for name in ("open", "releases_itself") if getattr(now, name)}
        numbers = {name: [str(getattr(now, name))] for name in ("per_prisoner", "per_godparent")}
        return _page(campaign, DeskForm({"role": [now.role.value], **numbers, **ticks}))
    form = DeskForm({name: request.form.getlist(name) for name in request.form})
    role = form.choice("role", set(Role))
    limits = {name: _number(form, name) for name in ("per_prisoner", "per_godparent")}
    if form.errors:
        return _page(campaign, form, 422)
    wanted = Settings(
        open=bool(form.values["open"]), role=Role(role), **limits, releases_itself=bool(form.values["releases_itself"])
    )
    number = campaign.id
    changed = done(lambda act: _change(act, number, wanted))
    flash(_("Saved.") if changed else _("Nothing was changed."), "success")
    return redirect(url_for(".listing"), 303)


def _change(act: Act, number: int, wanted: Settings) -> list[str]:
    campaign = act.session.get_one(Campaign, number)
    changed = programmes.change(act, campaign, wanted)
    if changed:
        record(act, "settings", f"campaign:{number}", number, changed=changed)
    return changed


def _number(form: DeskForm, name: str) -> int:
    value = form.values[name].strip()
    if value.isdecimal() and len(value) <= len(str(MOST)) and 1 <= int(value) <= MOST:
        return int(value)
    form.errors[name] = _("Please type a number from 1 to %(most)s.", most=MOST)
    return 1


def _page(campaign: Campaign, form: DeskForm, status: int = 200) -> ResponseReturnValue:
    there = queries.programme(db.session(), campaign.id) is not None
    page = render_template("godparents/admin/programme.html", campaign=campaign, form=form, roles=ROLE, there=there)
    return page, status
