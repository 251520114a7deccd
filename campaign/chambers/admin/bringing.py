"""A roster at the desk: handed in, looked at, written.

Between looking and writing nothing is kept here: the page that shows what would be done carries the file itself,
packed, signed, and good for an hour and for this organiser only.
"""

from __future__ import annotations

import base64
import logging
import zlib
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadSignature, TimestampSigner

from campaign.accounts.access import Permission, current_organiser, requires_everywhere
from campaign.chambers import service, words
from campaign.chambers.bringing import CLAIM, bring
from campaign.chambers.planning import plan_import
from campaign.chambers.plans import Plan, Wishes
from campaign.chambers.rosters.listed import UnusableRoster
from campaign.chambers.rosters.opening import read_roster
from campaign.chambers.service import Act
from campaign.chambers.signals import Consequence, ask_what_follows
from campaign.db import atomic, db, is_unavailable, store
from campaign.i18n import page_language
from campaign.kit import clock, countries
from campaign.kit.domains import normal
from campaign.web import kernel as web

blueprint = Blueprint("chambers_import", __name__, url_prefix="/admin/chambers/import")
log = logging.getLogger(__name__)

_FIELDS = ("country", "chamber", "domains", "as_of")
_LONGEST = 300
_AN_HOUR = 3600
_MOST_CARRIED = 5_000_000
"""Characters of a packed file that a page carries."""

_FIELD_OF = {
    "no_country": "country",
    "bad_country": "country",
    "no_chamber": "chamber",
    "bad_domain": "domains",
    "no_domain": "domains",
    "older": "as_of",
    "future": "as_of",
    "members_missing": "missing",
}
"""Where a problem is shown; the others are the file's."""

Shown: TypeAlias = list[tuple[str, str, str, dict[str, object]]]


@dataclass
class BringForm:
    """What was filled in, and what is wrong with it by field."""

    values: dict[str, str] = field(default_factory=lambda: dict.fromkeys(_FIELDS, ""))
    missing: bool = False
    errors: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    file_name: str = ""


@blueprint.get("")
@requires_everywhere(Permission.CHAMBER_EDIT)
def start() -> ResponseReturnValue:
    """The form."""
    return _page(BringForm())


@blueprint.post("")
@requires_everywhere(Permission.CHAMBER_EDIT)
def preview() -> ResponseReturnValue:
    """Look at a file: what would be done. Nothing is written."""
    form = _read()
    file = request.files.get("file")
    form.file_name = (file.filename or "")[:200] if file else ""
    form.content = file.read() if file else b""
    if not form.content:
        form.errors["file"] = _("Please choose a file.")
    plan = _planned(form)
    if plan is None:
        return _page(form), 422
    carried = _pack(form.content)
    if len(carried) > _MOST_CARRIED:
        form.errors["file"] = _("The file is too large for the desk. Please use the command line.")
        return _page(form), 422
    follows = ask_what_follows(db.session(), plan.office_changes, clock.now())
    db.session.rollback()
    return render_template(
        "chambers/admin/preview.html",
        form=form,
        carried=carried,
        chambers=_shown(plan, follows),
        changes=plan.changes,
        words=words,
    )


@blueprint.post("/apply")
@requires_everywhere(Permission.CHAMBER_EDIT)
def apply() -> ResponseReturnValue:
    """Write what was looked at."""
    form = _read()
    form.file_name = request.form.get("file_name", "").replace("\0", "")[:200]
    try:
        form.content = _unpack(request.form.get("carried", ""))
    except BadSignature:
        form.errors["file"] = _("This page was open for too long. Please choose the file again.")
        return _page(form), 422
    with store().exclusive(CLAIM) as ours:
        if not ours:
            form.errors["file"] = words.unusable("busy", {})
            return _page(form), 409
        plan = _planned(form)
        if plan is None:
            return _page(form), 422
        try:
            done = bring(atomic, plan, form.file_name, Act(current_organiser().actor, clock.now()))
        except Exception as error:
            if is_unavailable(error):
                raise
            log.error("a roster could not be brought in: %s", type(error).__name__)
            form.errors["file"] = words.unusable("unexpected", {})
            return _page(form), 409
    flash(
        _("The roster is brought in.") if plan.changes else _("Nothing changed: all of it is here already."), "success"
    )
    slug, import_id = next(iter(done.import_ids.items()))
    if len(done.import_ids) > 1:
        return redirect(url_for("chambers_admin.index"), 303)
    return redirect(url_for("chambers_admin.brought", slug=slug, import_id=import_id), 303)


# ---------------------------------------------------------------------------------------------------------------------


def _page(form: BringForm) -> str:
    return render_template("chambers/admin/bring.html", form=form, countries=countries.choices(page_language()))


def _read() -> BringForm:
    form = BringForm({name: request.form.get(name, "").replace("\0", "").strip()[:_LONGEST] for name in _FIELDS})
    form.missing = request.form.get("missing") == "on"
    return form


def _planned(form: BringForm) -> Plan | None:
    """What would be done; None if something is wrong, which is then in the form."""
    wishes = _wishes(form)
    if form.errors:
        return None
    try:
        roster = read_roster(form.content, chamber=form.values["chamber"])
        return plan_import(db.session(), roster, wishes, clock.now().date())
    except UnusableRoster as problem:
        form.errors[_FIELD_OF.get(problem.code, "file")] = words.unusable(problem.code, problem.values)
        return None
    finally:
        db.session.rollback()


def _wishes(form: BringForm) -> Wishes:
    domains = []
    for each in form.values["domains"].replace(",", " ").split():
        try:
            domains.append(normal(each))
        except ValueError:
            form.errors["domains"] = words.unusable("no_domain", {"domain": each})
    return Wishes(form.values["country"], tuple(domains), _day(form), form.missing)


def _day(form: BringForm) -> date | None:
    text = form.values["as_of"]
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = date.max
    if day and day > clock.now().date():
        form.errors["as_of"] = _("Please give a day that has been, such as 2024-05-31.")
        return None
    return day


def _shown(plan: Plan, follows: tuple[Consequence, ...]) -> Shown:
    """Name, country, address and summary of each chamber."""
    said = [[str(each.text), each.count] for each in service.added_up(follows)]
    return [
        (chamber.name, chamber.country, chamber.slug, {**service.summary_of(plan, chamber), "consequences": said})
        for chamber in plan.chambers
    ]


def _signer() -> TimestampSigner:
    """Another organiser's page cannot be sent."""
    key = web.vault().derive(f"roster carried by {current_organiser().id}")
    return TimestampSigner(key, salt="chambers.import")


def _pack(content: bytes) -> str:
    return _signer().sign(base64.b64encode(zlib.compress(content, 6))).decode()


def _unpack(carried: str) -> bytes:
    """What `_pack` was given. Raises `BadSignature`, also when an hour has passed."""
    return zlib.decompress(base64.b64decode(_signer().unsign(carried, max_age=_AN_HOUR)))
