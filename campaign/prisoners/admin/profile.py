"""One profile at the desk: looked at, edited by several people without losing a word, moved, hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaign.accounts import drafts
from campaign.accounts import queries as organisers
from campaign.accounts.access import Permission, current_organiser, may, reach_of, requires, requires_somewhere
from campaign.accounts.gate import gives_back_what_was_typed
from campaign.accounts.queries import Reach
from campaign.audit import service as audit
from campaign.db import atomic, db
from campaign.i18n import page_language
from campaign.kit import clock, countries
from campaign.prisoners import doubles, editing, mentions, service
from campaign.prisoners.admin import showing
from campaign.prisoners.admin.drafting import answer, opened, posted, pressed
from campaign.prisoners.admin.events import logged
from campaign.prisoners.admin.loading import prisoner_by_slug
from campaign.prisoners.editing import CampaignName, Fields
from campaign.prisoners.forms import ProfileForm, typed_from
from campaign.prisoners.forms.fields import Typed, language_choices
from campaign.prisoners.models import Consent, Gender, NameKind, Prisoner
from campaign.prisoners.service import Act
from campaign.prisoners.words import CONSENT, NAME, STATUS

blueprint = Blueprint("prisoners_admin", __name__, url_prefix="/admin/prisoners")

NEW = "prisoner:new"
STAY = ("rows", "up", "remove", "preview")
"""Buttons that change the form and nothing else."""


@dataclass(frozen=True, slots=True)
class Read:
    """The profile as whoever edits it has read it: carried by the form, signed."""

    version: int
    fields: Fields


@blueprint.get("/<slug>")
@requires(Permission.PRISONER_SEE, of=prisoner_by_slug)
def show(prisoner: Prisoner) -> ResponseReturnValue:
    """The profile with its whole log, and what this organiser may do with it."""
    ids = campaigns_of(prisoner)
    events = logged(db.session(), prisoner, internal=may(Permission.PRISONER_SEE_INTERNAL, *ids))
    campaigns = editing.campaign_names(db.session(), None)
    fields = editing.fields_of(db.session(), prisoner, campaigns)
    fields["campaigns"] = [campaign.name for campaign in campaigns if campaign.slug in fields["campaigns"]]
    shown = [(showing.label(name), showing.lines(name, value)) for name, value in sorted_fields(fields)]
    return render_template(
        "prisoners/admin/show.html",
        prisoner=prisoner,
        facts=[(name, lines) for name, lines in shown if lines],
        events=events,
        statuses=STATUS,
        may_edit=may(Permission.PRISONER_EDIT, *ids),
        may_hide=may(Permission.PRISONER_HIDE, *ids),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires_somewhere(Permission.PRISONER_EDIT)
@gives_back_what_was_typed
def new(reach: Reach) -> ResponseReturnValue:
    """A new profile: names first, and nobody twice."""
    campaigns = editing.campaign_names(db.session(), reach.campaign_ids)
    act = pressed()
    if request.method != "POST":
        typed, notice = opened(NEW)
        start = typed_from({"family_consent": Consent.UNKNOWN.value, "campaigns": _only(campaigns)})
        return _new_page(_form(typed if typed is not None else start, campaigns, reach), campaigns, notice=notice)
    if (kept := answer(NEW, act)) is not None:
        return kept
    form = _form(posted(), campaigns, reach, act)
    if act.startswith(STAY):
        return _new_page(form, campaigns)
    fields = form.check()
    if fields is None:
        return _new_page(form, campaigns, status=422)
    names = [name["name"] for name in fields["names"]]
    found = doubles.likely(db.session(), names, reach.campaign_ids)
    looked_at = act == "create" and {str(double.id) for double in found} <= set(request.form.getlist("not"))
    if found and not looked_at:
        return _new_page(form, campaigns, doubles=found)
    return _create(fields, campaigns)


@blueprint.route("/<slug>/edit", methods=["GET", "POST"])
@requires(Permission.PRISONER_EDIT, of=prisoner_by_slug)
@gives_back_what_was_typed
def edit(prisoner: Prisoner) -> ResponseReturnValue:
    """The form of a profile. Who saves after somebody else is shown what both changed, and chooses."""
    reach = reach_of(current_organiser(), Permission.PRISONER_EDIT)
    campaigns = editing.campaign_names(db.session(), reach.campaign_ids)
    thing, act = f"prisoner:{prisoner.id}:profile", pressed()
    if request.method != "POST":
        typed, notice = opened(thing)
        if typed is None:
            now = editing.fields_of(db.session(), prisoner, campaigns)
            typed = typed_from(now) | {"read": [_sign(prisoner.id, Read(prisoner.version, now))]}
        return _edit_page(prisoner, _form(typed, campaigns, reach), campaigns, notice=notice)
    if (kept := answer(thing, act)) is not None:
        return kept
    form = _form(posted(), campaigns, reach, act)
    fields = None if act.startswith(STAY) else form.check()
    if fields is None:
        return _edit_page(prisoner, form, campaigns, status=422 if form.errors else 200)
    if act in {"resolve", "again"}:
        resolved, unresolved = _resolved(prisoner, form, fields)
        if unresolved and act == "resolve":
            return _conflict_page(prisoner, form, fields, campaigns, unresolved)
        fields = resolved
        if act == "again":
            typed = typed_from(fields) | {"read": [form.values["read"]]}
            return _edit_page(prisoner, _form(typed, campaigns, reach), campaigns)
    return _save(prisoner, form, fields, campaigns, thing)


@blueprint.post("/<slug>/address")
@requires(Permission.PRISONER_EDIT, of=prisoner_by_slug)
def move(prisoner: Prisoner) -> ResponseReturnValue:
    """Give the page another address. The old one leads there for good."""
    wanted, act = request.form.get("address", "").strip()[:200], _act()
    old = prisoner.slug
    if not any(character.isalnum() for character in wanted):
        flash(_("Please type an address: letters, digits and hyphens."), "error")
        return redirect(url_for(".edit", slug=old), 303)
    try:
        with atomic() as session:
            mine = _again(session, prisoner.id)
            service.change_slug(session, mine, wanted, act)
            session.flush()
            moved = mine.slug
            _record(session, mine.id, "prisoner.move", act)
    except IntegrityError:  # somebody took the same address in the same moment
        flash(_("This address was taken a moment ago. Please choose another."), "error")
        return redirect(url_for(".edit", slug=old), 303)
    flash(_("The page’s address is now /prisoners/%(slug)s. The old one leads there.", slug=moved), "success")
    return redirect(url_for(".show", slug=moved), 303)


@blueprint.route("/<slug>/visibility", methods=["GET", "POST"])
@requires(Permission.PRISONER_HIDE, of=prisoner_by_slug)
def visibility(prisoner: Prisoner) -> ResponseReturnValue:
    """Hide the profile from the public, or show it again, after a page that says what that means."""
    if request.method != "POST":
        named = mentions.of(db.session(), prisoner)
        return render_template("prisoners/admin/visibility.html", prisoner=prisoner, mentions=named)
    wanted, act, slug = request.form.get("visibility"), _act(), prisoner.slug
    if wanted not in {"hidden", "shown"}:
        return redirect(url_for(".visibility", slug=slug), 303)
    with atomic() as session:
        mine = _again(session, prisoner.id)
        (service.hide if wanted == "hidden" else service.show)(session, mine, act)
        _record(session, mine.id, "prisoner.hide" if wanted == "hidden" else "prisoner.show", act)
    if wanted == "hidden":
        flash(_("The profile is hidden. It is gone from every page within a minute."), "success")
        return redirect(url_for(".visibility", slug=slug), 303)
    flash(_("The profile is shown again."), "success")
    return redirect(url_for(".show", slug=slug), 303)


def campaigns_of(prisoner: Prisoner) -> set[int]:
    """The ids of the campaigns that name the prisoner."""
    found = prisoner_by_slug(prisoner.slug)
    return found[1] if found else set()


def sorted_fields(fields: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Fields with their values in the order of the form."""
    return [(each.field, each.now) for each in editing.differences({}, fields, fields)]


# ---------------------------------------------------------------------------------------------------------------------


def _act() -> Act:
    return Act(current_organiser().actor, clock.now())


def _again(session: Session, prisoner_id: int) -> Prisoner:
    """The profile, read anew inside of the transaction that changes it."""
    prisoner = session.get(Prisoner, prisoner_id)
    if prisoner is None:
        abort(404)
    return prisoner


def _record(session: Session, prisoner_id: int, action: str, act: Act, **details: object) -> None:
    audit.record(
        session, actor=act.actor, action=action, subject=f"prisoner:{prisoner_id}", details=details, now=act.now
    )


def _form(typed: Typed, campaigns: Sequence[CampaignName], reach: Reach, act: str = "") -> ProfileForm:
    slugs = [campaign.slug for campaign in campaigns]
    return ProfileForm(typed, slugs, act, may_have_none=reach.everywhere)


def _only(campaigns: Sequence[CampaignName]) -> list[str]:
    """A new profile is most likely for the one campaign there is."""
    return [campaign.slug for campaign in campaigns] if len(campaigns) == 1 else []


def _create(fields: Fields, campaigns: Sequence[CampaignName]) -> ResponseReturnValue:
    act, organiser_id = _act(), current_organiser().id
    with atomic() as session:
        prisoner = editing.create(session, fields, campaigns, act)
        drafts.drop(session, organiser_id, NEW)
        _record(session, prisoner.id, "prisoner.create", act)
        slug = prisoner.slug
    flash(_("The profile is made. Add what happened, or go on with the rest of the profile."), "success")
    return redirect(url_for(".show", slug=slug), 303)


def _save(
    prisoner: Prisoner, form: ProfileForm, fields: Fields, campaigns: Sequence[CampaignName], thing: str
) -> ResponseReturnValue:
    read, act, organiser_id = _read(prisoner.id, form.values["read"]), _act(), current_organiser().id
    number, slug = prisoner.id, prisoner.slug
    try:
        with atomic() as session:
            mine = _again(session, number)
            changed = editing.write(session, mine, read.version, fields, campaigns, act)
            drafts.drop(session, organiser_id, thing)
            if changed:
                _record(session, number, "prisoner.edit", act, fields=changed)
    except service.Conflict:
        return _conflict_page(_again(db.session(), number), form, fields, campaigns, ())
    flash(_("Saved.") if changed else _("Nothing was changed."), "success")
    return redirect(url_for(".show", slug=slug), 303)


def _resolved(prisoner: Prisoner, form: ProfileForm, fields: Fields) -> tuple[Fields, list[str]]:
    """What was typed with what was chosen on the conflict's page; and the fields on which nothing was chosen."""
    read, was = _read(prisoner.id, form.values["read"]), _read(prisoner.id, form.values["was"])
    found = editing.differences(was.fields, read.fields, fields)
    chosen = {each.field: form.values[f"choice-{each.field}"] for each in found}
    keep = [each.field for each in found if not each.mine and chosen[each.field] != "typed"]
    unresolved = [each.field for each in found if each.both and chosen[each.field] not in {"typed", "now"}]
    return editing.merged(read.fields, fields, [field for field in keep if field not in unresolved]), unresolved


def _conflict_page(
    prisoner: Prisoner,
    form: ProfileForm,
    fields: Fields,
    campaigns: Sequence[CampaignName],
    unresolved: Sequence[str],
) -> ResponseReturnValue:
    """Nothing was saved: what was read, what is there now and by whom, what was typed."""
    now = editing.fields_of(db.session(), prisoner, campaigns)
    was = _read(prisoner.id, form.values["was"] or form.values["read"])
    found = editing.differences(was.fields, now, fields)
    changes = editing.last_changes(db.session(), prisoner.id, [each.field for each in found])
    typed = {name: values for name, values in typed_from(fields).items() if values}
    page = render_template(
        "prisoners/admin/conflict.html",
        prisoner=prisoner,
        differences=sorted(found, key=lambda each: not each.both),
        changes=changes,
        addresses=organisers.addresses(db.session(), {change.actor for change in changes.values()}),
        chosen={each.field: form.values[f"choice-{each.field}"] for each in found},
        unresolved=unresolved,
        label=showing.label,
        lines=showing.lines,
        typed=typed,
        read=_sign(prisoner.id, Read(prisoner.version, now)),
        was=_sign(prisoner.id, was),
    )
    return page, 422 if unresolved else 409


def _edit_page(
    prisoner: Prisoner,
    form: ProfileForm,
    campaigns: Sequence[CampaignName],
    *,
    status: int = 200,
    notice: object = None,
) -> ResponseReturnValue:
    page = render_template(
        "prisoners/admin/edit.html",
        prisoner=prisoner,
        form=form,
        notice=notice,
        previewing=pressed("") == "preview",
        **_choices(form, campaigns),
    )
    return page, status


def _new_page(
    form: ProfileForm,
    campaigns: Sequence[CampaignName],
    *,
    status: int = 200,
    notice: object = None,
    doubles: Sequence[doubles.Double] = (),
) -> ResponseReturnValue:
    page = render_template(
        "prisoners/admin/new.html",
        form=form,
        notice=notice,
        doubles=doubles,
        statuses=STATUS,
        **_choices(form, campaigns),
    )
    return page, status


def _choices(form: ProfileForm, campaigns: Sequence[CampaignName]) -> dict[str, object]:
    language = page_language()
    there = [value for name in form.typed if "-language-" in name for value in form.typed[name]]
    return {
        "campaigns": campaigns,
        "languages": language_choices(language, there),
        "countries": countries.choices(language),
        "name_kinds": [(kind.value, NAME[kind]) for kind in NameKind],
        "genders": [(gender.value, showing.gender_word(gender.value)) for gender in Gender],
        "script_name": showing.script,
        "consents": [(consent.value, CONSENT[consent]) for consent in Consent],
    }


def _sign(prisoner_id: int, read: Read) -> str:
    return str(_signer(prisoner_id).dumps({"version": read.version, "fields": read.fields}))


def _read(prisoner_id: int, text: str) -> Read:
    """What the form says was read. If that cannot be known, as if nothing was: then everything has to be chosen."""
    try:
        found = _signer(prisoner_id).loads(text)
    except BadSignature:
        return Read(-1, {})
    return Read(found["version"], found["fields"])


def _signer(prisoner_id: int) -> URLSafeSerializer:
    key = current_app.secret_key
    assert isinstance(key, str)
    return URLSafeSerializer(key, salt=f"profile {prisoner_id}")
