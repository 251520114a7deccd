"""The log of a profile at the desk: adding an event, taking one back, releasing one for publication.

What would follow is shown before anything is written. Nothing in the log is ever changed or removed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from campaign.accounts import drafts
from campaign.accounts import queries as organisers
from campaign.accounts.access import Permission, current_organiser, may, requires
from campaign.accounts.gate import gives_back_what_was_typed
from campaign.audit import service as audit
from campaign.db import atomic, db
from campaign.facilities import service as facilities
from campaign.facilities.models import FacilityName
from campaign.i18n import page_language
from campaign.kit import clock
from campaign.kit.partial_dates import PartialDate
from campaign.prisoners import service
from campaign.prisoners.admin.drafting import answer, opened, posted, pressed
from campaign.prisoners.admin.loading import prisoner_by_slug
from campaign.prisoners.foresight import NEW_FACILITY, Follows, foresee
from campaign.prisoners.forms import EventForm
from campaign.prisoners.forms.event import INTERNAL_AT_FIRST, Told, doubts
from campaign.prisoners.forms.fields import Typed, language_choices
from campaign.prisoners.life import Happened
from campaign.prisoners.models import Batch, Event, EventKind, Prisoner
from campaign.prisoners.service import Act, NewEvent
from campaign.prisoners.words import EVENT, SENTENCE, STATUS
from campaign.web import kernel as web

blueprint = Blueprint("prisoners_events", __name__, url_prefix="/admin/prisoners/<slug>/events")

REASON_LENGTH = 300
STAY = ("rows", "up", "remove", "kind", "edit")
"""Buttons that change the form and nothing else."""


@dataclass(frozen=True, slots=True)
class Logged:
    """An event as the desk shows it, with its words opened, who added it, and in which act for many."""

    event: Event
    told: NewEvent
    place: str
    actor: str
    retracted_by: str
    batch: Batch | None

    @property
    def kind(self) -> object:
        """What sort of event it is, in words."""
        return EVENT[self.told.kind]

    @property
    def sentence_word(self) -> object:
        """What sort of sentence it tells of, in words."""
        return sentence_word(self.told)


def sentence_word(told: NewEvent) -> object:
    """What sort of sentence an event tells of, in words; empty if it tells of none."""
    kind = (told.details.get("sentence") or {}).get("kind", "")
    return SENTENCE.get(kind, kind)


def logged(session: Session, prisoner: Prisoner, *, internal: bool) -> list[Logged]:
    """The whole log, newest first; without `internal` as if there were only public events."""
    query = select(Event).where(Event.prisoner_id == prisoner.id).options(selectinload(Event.texts))
    if not internal:
        query = query.where(Event.public)
    events = session.scalars(query).all()
    found = _logged(session, list(events))
    return sorted(found, key=lambda each: (_day(each.event), each.event.id), reverse=True)


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.PRISONER_EDIT, of=prisoner_by_slug)
@gives_back_what_was_typed
def new(prisoner: Prisoner) -> ResponseReturnValue:
    """Add an event: form, then a page that shows what follows, then it is written."""
    thing, act, today = f"prisoner:{prisoner.id}:event", pressed("look"), clock.now().date()
    if request.method != "POST":
        typed, notice = opened(thing)
        wanted = request.args.get("kind", "")
        kind = EventKind(wanted) if wanted in set(EventKind) else None
        form = _form(typed) if typed is not None else EventForm.empty(kind, today, page_language())
        return _form_page(prisoner, form, notice=notice)
    if (kept := answer(thing, act)) is not None:
        return kept
    form = _form(_retold(posted(), act), act)
    told = None if act.startswith(STAY) else form.check()
    if told is None:
        return _form_page(prisoner, form, status=422 if form.errors else 200)
    odd = doubts(told.new, today, PartialDate.parse_optional(prisoner.born), PartialDate.parse_optional(prisoner.died))
    moved_on = act == "save" and _stamp_of(form.values["stamp"]) != (prisoner.id, prisoner.version)
    if act != "save" or moved_on or (odd and not form.values["sure"]):
        return _look_page(prisoner, form, told, odd, moved_on=moved_on, unsure=act == "save" and not moved_on)
    return _add(prisoner, told, thing)


@blueprint.route("/<int:number>/retract", methods=["GET", "POST"])
@requires(Permission.PRISONER_EDIT, of=prisoner_by_slug)
@gives_back_what_was_typed
def retract(prisoner: Prisoner, number: int) -> ResponseReturnValue:
    """Take an event back, with a reason. It stays in the log, struck through."""
    event = _event(db.session(), prisoner, number)
    why, act, slug = " ".join(request.form.get("why", "").split()), _act(), prisoner.slug
    if request.method != "POST" or not 0 < len(why) <= REASON_LENGTH:
        error = (
            ""
            if request.method != "POST"
            else _("Please say why, in at most %(limit)s characters.", limit=REASON_LENGTH)
        )
        follows = foresee(db.session(), prisoner.id, without=number)
        return _one_page("retract", prisoner, event, follows, why=why, error=error), 422 if error else 200
    try:
        with atomic() as session:
            mine, event = _both(session, prisoner.id, number)
            service.retract_event(session, mine, event, why, act)
            _record(session, mine.id, "prisoner.event.retract", act, kind=event.kind)
    except service.AlreadyRetracted:
        flash(_("Somebody has taken this event back already."), "error")
    else:
        flash(_("The event is taken back. It stays in the log, struck through."), "success")
    return redirect(url_for("prisoners_admin.show", slug=slug), 303)


@blueprint.route("/<int:number>/release", methods=["GET", "POST"])
@requires(Permission.PRISONER_EDIT, of=prisoner_by_slug)
def release(prisoner: Prisoner, number: int) -> ResponseReturnValue:
    """Make one internal event public, after a page that shows every word of it."""
    event = _event(db.session(), prisoner, number)
    if event.public or event.retracted_at is not None:
        flash(_("This event is public already, or was taken back."), "error")
        return redirect(url_for("prisoners_admin.show", slug=prisoner.slug), 303)
    if request.method != "POST":
        told = service.open_event(web.vault(), event)
        coming = Happened(told.kind, told.day, told.as_of or event.created_at.date(), event.id, told.details)
        return _one_page("release", prisoner, event, foresee(db.session(), prisoner.id, add=[coming]))
    act, slug = _act(), prisoner.slug
    with atomic() as session:
        mine, event = _both(session, prisoner.id, number)
        session.refresh(event, with_for_update=True)
        if not event.public and event.retracted_at is None:
            service.release_event(session, web.vault(), mine, event, act)
            _record(session, mine.id, "prisoner.event.release", act, kind=event.kind)
    flash(_("The event is public now."), "success")
    return redirect(url_for("prisoners_admin.show", slug=slug), 303)


# ---------------------------------------------------------------------------------------------------------------------


def _act() -> Act:
    return Act(current_organiser().actor, clock.now())


def _record(session: Session, prisoner_id: int, action: str, act: Act, **details: object) -> None:
    audit.record(
        session, actor=act.actor, action=action, subject=f"prisoner:{prisoner_id}", details=details, now=act.now
    )


def _add(prisoner: Prisoner, told: Told, thing: str) -> ResponseReturnValue:
    act, organiser_id, number, slug = _act(), current_organiser().id, prisoner.id, prisoner.slug
    with atomic() as session:
        mine = session.get(Prisoner, number)
        if mine is None:
            abort(404)
        new = told.new
        if told.facility_name:
            facility = facilities.find_or_make(session, told.facility_name, now=act.now)
            new = replace(new, details={**new.details, "facility": facility.id})
        service.add_event(session, web.vault(), mine, new, act)
        drafts.drop(session, organiser_id, thing)
        _record(session, number, "prisoner.event.add", act, kind=new.kind.value, public=new.public)
    flash(_("The event is added."), "success")
    return redirect(url_for("prisoners_admin.show", slug=slug), 303)


def _both(session: Session, prisoner_id: int, number: int) -> tuple[Prisoner, Event]:
    """Profile and event, read anew inside of the transaction that changes them."""
    prisoner = session.get(Prisoner, prisoner_id)
    if prisoner is None:
        abort(404)
    return prisoner, _event(session, prisoner, number)


def _event(session: Session, prisoner: Prisoner, number: int) -> Event:
    """The event; of somebody else's, and of an internal one that may not be seen, there is none."""
    event = session.get(Event, number) if number < 2**31 else None
    if event is None or event.prisoner_id != prisoner.id:
        abort(404)
    if not event.public and not may(Permission.PRISONER_SEE_INTERNAL, *_campaign_ids(prisoner)):
        abort(404)
    return event


def _campaign_ids(prisoner: Prisoner) -> set[int]:
    found = prisoner_by_slug(prisoner.slug)
    return found[1] if found else set()


def _form(typed: Typed, act: str = "") -> EventForm:
    return EventForm(typed, {number for number, _name in _facility_choices()}, list(SENTENCE), act)


def _retold(typed: dict[str, list[str]], act: str) -> dict[str, list[str]]:
    """With a kind chosen, the rest of the form as it begins; health becomes internal, and nothing public, by itself."""
    if act != "kind":
        return typed
    kind = typed.get("kind", [""])[0]
    if "visibility" not in typed:
        start = EventForm.empty(
            EventKind(kind) if kind in set(EventKind) else None, clock.now().date(), page_language()
        )
        return {name: list(values) for name, values in start.typed.items()} | typed
    return typed | {"visibility": ["internal"]} if kind in INTERNAL_AT_FIRST else typed


def _facility_choices() -> list[tuple[int, str]]:
    query = select(FacilityName.facility_id, FacilityName.name).order_by(FacilityName.position, FacilityName.id)
    names: dict[int, str] = {}
    for row in db.session().execute(query):
        names.setdefault(row.facility_id, row.name)
    return sorted(names.items(), key=lambda pair: pair[1].casefold())


def _form_page(prisoner: Prisoner, form: EventForm, *, status: int = 200, notice: object = None) -> ResponseReturnValue:
    there = [value for name in form.typed if "-language-" in name for value in form.typed[name]]
    page = render_template(
        "prisoners/admin/event.html",
        prisoner=prisoner,
        form=form,
        notice=notice,
        kinds=[(kind.value, EVENT[kind]) for kind in EventKind],
        facilities=_facility_choices(),
        sentences=[(kind, words) for kind, words in SENTENCE.items()],
        languages=language_choices(page_language(), there),
    )
    return page, status


def _look_page(
    prisoner: Prisoner, form: EventForm, told: Told, odd: list[str], *, moved_on: bool, unsure: bool
) -> ResponseReturnValue:
    """The event as it would stand in the log, and what would follow."""
    new = told.new
    if told.facility_name:
        new = replace(new, details={**new.details, "facility": NEW_FACILITY})
    coming = Happened(new.kind, new.day, new.as_of or clock.now().date(), 2**60, new.details)
    follows = foresee(db.session(), prisoner.id, add=[coming] if new.public else [])
    places = dict(_facility_choices()) | {NEW_FACILITY: told.facility_name}
    page = render_template(
        "prisoners/admin/event_look.html",
        prisoner=prisoner,
        form=form,
        told=new,
        kind=EVENT[new.kind],
        place=places.get(new.details.get("facility", 0), ""),
        follows=follows,
        places=places,
        statuses=STATUS,
        doubts=odd,
        moved_on=moved_on,
        unsure=unsure and bool(odd),
        sentence_word=sentence_word(new),
        stamp=_stamper().dumps([prisoner.id, prisoner.version]),
    )
    return page, 409 if moved_on else 422 if unsure else 200


def _one_page(name: str, prisoner: Prisoner, event: Event, follows: Follows, **more: object) -> str:
    """The page before an event is taken back or released."""
    return render_template(
        f"prisoners/admin/event_{name}.html",
        prisoner=prisoner,
        item=_logged(db.session(), [event])[0],
        follows=follows,
        places=dict(_facility_choices()),
        statuses=STATUS,
        **more,
    )


def _logged(session: Session, events: list[Event]) -> list[Logged]:
    told = {event.id: service.open_event(web.vault(), event) for event in events}
    wanted = {each.details.get("facility") for each in told.values()}
    query = select(FacilityName.facility_id, FacilityName.name).where(FacilityName.facility_id.in_(wanted - {None}))
    places: dict[int, str] = {}
    for row in session.execute(query.order_by(FacilityName.position, FacilityName.id)):
        places.setdefault(row.facility_id, row.name)
    ids = {event.batch_id for event in events} - {None}
    batches = {batch.id: batch for batch in session.scalars(select(Batch).where(Batch.id.in_(ids)))}
    actors = {event.actor for event in events} | {event.retracted_by for event in events}
    known = organisers.addresses(session, actors)
    return [
        Logged(
            event,
            told[event.id],
            places.get(told[event.id].details.get("facility", 0), ""),
            known.get(event.actor, event.actor),
            known.get(event.retracted_by, event.retracted_by),
            batches.get(event.batch_id or 0),
        )
        for event in events
    ]


def _day(event: Event) -> str:
    """Where an event stands in the list: by its own day, else by the day it was told."""
    return event.day or str(event.as_of or event.created_at.date())


def _stamper() -> URLSafeSerializer:
    key = current_app.secret_key
    assert isinstance(key, str)
    return URLSafeSerializer(key, salt="event looked at")


def _stamp_of(text: str) -> tuple[int, int] | None:
    """Of which profile, in which version, somebody looked at what would follow."""
    try:
        prisoner_id, version = _stamper().loads(text)
    except BadSignature:
        return None
    return prisoner_id, version
