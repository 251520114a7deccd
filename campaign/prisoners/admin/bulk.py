"""One event for many at the desk: form, preview, setting it, taking it back within the hour.

Nothing is kept between the pages: the preview carries what was typed and a stamp of what was looked at. If a profile
changed between looking and setting, the preview is shown again.
"""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.accounts.access import Permission, current_organiser, requires_somewhere
from campaign.accounts.queries import Reach
from campaign.audit import service as audit
from campaign.db import atomic, db
from campaign.facilities.models import Facility
from campaign.i18n import page_language
from campaign.kit import clock
from campaign.prisoners import bulk, choosing, search
from campaign.prisoners.admin.bulk_form import FILTERS, KINDS, BulkForm
from campaign.prisoners.models import Batch, Event, Status
from campaign.prisoners.service import Act, NewEvent
from campaign.prisoners.words import EVENT, STATUS
from campaign.web import kernel as web

blueprint = Blueprint("prisoners_bulk", __name__, url_prefix="/admin/prisoners/many")


@blueprint.get("")
@requires_somewhere(Permission.PRISONER_EDIT)
def form(reach: Reach) -> ResponseReturnValue:
    """Choose people and say what happened; and what was done lately."""
    return _form_page(reach, BulkForm.read(request.args, []))


@blueprint.post("")
@requires_somewhere(Permission.PRISONER_EDIT)
def preview(reach: Reach) -> ResponseReturnValue:
    """Who and what would follow. Changes nothing."""
    asked = BulkForm.read(request.form, request.form.getlist("left_out"))
    new = _event(asked)
    if new is None or request.form.get("back"):
        return _form_page(reach, asked, 200 if request.form.get("back") else 422)
    return _preview_page(db.session(), reach, asked, new)


@blueprint.post("/set")
@requires_somewhere(Permission.PRISONER_EDIT)
def apply(reach: Reach) -> ResponseReturnValue:
    """Set the event for all who were looked at, in one transaction."""
    asked = BulkForm.read(request.form, request.form.getlist("left_out"))
    new = _event(asked)
    if new is None:
        return _form_page(reach, asked, 422)
    actor = current_organiser().actor
    with atomic() as session:
        people = _chosen(session, reach, asked).people
        kept = [person for person in people if person.id not in asked.left_out]
        if bulk.seen(people) != request.form.get("stamp"):
            flash(_("Somebody changed one of these profiles meanwhile. Nothing was set; please look again."), "error")
            return _preview_page(session, reach, asked, new, 409)
        if not kept:
            flash(_("Nobody is left in the list, so nothing was set."), "error")
            return _preview_page(session, reach, asked, new, 422)
        batch_id = bulk.apply(session, web.vault(), kept, new, Act(actor, clock.now())).id
        _record(session, actor, "prisoner.bulk", batch_id, {"event": new.kind.value, "people": len(kept)})
    flash(_("The event was set for %(count)s people.", count=len(kept)), "success")
    return redirect(url_for(".show", batch_id=batch_id), 303)


@blueprint.get("/<int:batch_id>")
@requires_somewhere(Permission.PRISONER_EDIT)
def show(reach: Reach, batch_id: int) -> ResponseReturnValue:
    """What was set for whom, and whether it can still be taken back."""
    session = db.session()
    batch, people = _batch(session, reach, batch_id)
    return render_template(
        "prisoners/admin/bulk/done.html",
        batch=batch,
        people=people,
        event=EVENT,
        states=STATUS,
        until=batch.at + bulk.UNDO_TIME,
        undoable=bulk.may_be_undone(batch, clock.now()),
    )


@blueprint.post("/<int:batch_id>/undo")
@requires_somewhere(Permission.PRISONER_EDIT)
def undo(reach: Reach, batch_id: int) -> ResponseReturnValue:
    """Take it back."""
    actor = current_organiser().actor
    try:
        with atomic() as session:
            batch, _people = _batch(session, reach, batch_id)
            count = bulk.undo(session, batch, Act(actor, clock.now()))
            _record(session, actor, "prisoner.bulk_undone", batch_id, {"people": count})
    except bulk.TooLate:
        flash(_("The hour is over. Retract the event in each profile instead."), "error")
    except bulk.AlreadyUndone:
        flash(_("This was taken back already."), "error")
    else:
        flash(_("Taken back for %(count)s people. The history of each profile keeps both.", count=count), "success")
    return redirect(url_for(".show", batch_id=batch_id), 303)


def _batch(session: Session, reach: Reach, batch_id: int) -> tuple[Batch, tuple[choosing.Person, ...]]:
    """An act for many whose people are all within reach; others do not exist for this organiser."""
    batch = session.get(Batch, batch_id)
    if batch is None or batch.kind != bulk.KIND:
        abort(404)
    ids = set(session.scalars(select(Event.prisoner_id).where(Event.batch_id == batch_id)))
    people = choosing.by_ids(session, ids, reach.campaign_ids)
    if len(people) != len(ids):
        abort(404)
    return batch, people


def _event(asked: BulkForm) -> NewEvent | None:
    return asked.check(clock.now().date(), page_language(), set(dict(_facilities(db.session()))))


def _chosen(session: Session, reach: Reach, asked: BulkForm) -> choosing.Choice:
    if not asked.filtered:
        return choosing.by_names(session, asked.names(), reach.campaign_ids)
    values = asked.values
    month = values["birth_month"]
    wanted = search.Filters(
        q=values["q"],
        status=tuple(Status(name) for name in values["status"].split(",") if name in set(Status)),
        facility=values["facility"],
        campaign=values["campaign"],
        article=values["article"],
        birth_month=int(month) if month.isdecimal() and len(month) < 3 else None,  # noqa: PLR2004 - digits of a month
    )
    ids = search.matching_ids(session, wanted, campaign_ids=reach.campaign_ids, limit=choosing.MOST_LINES)
    return choosing.Choice(choosing.by_ids(session, ids, reach.campaign_ids))


def _form_page(reach: Reach, asked: BulkForm, status: int = 200) -> ResponseReturnValue:
    session = db.session()
    page = render_template(
        "prisoners/admin/bulk/form.html",
        form=asked,
        kinds=[(kind.value, EVENT[kind]) for kind in KINDS],
        facilities=_facilities(session),
        chosen=len(_chosen(session, reach, asked).people) if asked.filtered else None,
        filters=FILTERS,
        lately=[batch for batch in bulk.latest(session) if _within_reach(session, reach, batch)],
        event=EVENT,
    )
    return page, status


def _preview_page(
    session: Session, reach: Reach, asked: BulkForm, new: NewEvent, status: int = 200
) -> ResponseReturnValue:
    choice = _chosen(session, reach, asked)
    looked = bulk.preview(session, choice.people, new, Act(current_organiser().actor, clock.now()))
    page = render_template(
        "prisoners/admin/bulk/preview.html",
        form=asked,
        new=new,
        choice=choice,
        preview=looked,
        # everybody is stamped, the left out as well: who changed is looked at anew either way
        seen=bulk.seen(choice.people),
        facilities=dict(_facilities(session)),
        states=STATUS,
        event=EVENT,
    )
    return page, status


def _within_reach(session: Session, reach: Reach, batch: Batch) -> bool:
    if reach.everywhere:
        return True
    ids = set(session.scalars(select(Event.prisoner_id).where(Event.batch_id == batch.id)))
    return len(choosing.by_ids(session, ids, reach.campaign_ids)) == len(ids)


def _facilities(session: Session) -> list[tuple[int, str]]:
    found = [(place.id, place.name(page_language())) for place in session.scalars(select(Facility))]
    return sorted(found, key=lambda place: place[1])


def _record(session: Session, actor: str, action: str, batch_id: int, details: dict[str, object]) -> None:
    audit.record(session, actor=actor, action=action, subject=f"batch:{batch_id}", now=clock.now(), details=details)
