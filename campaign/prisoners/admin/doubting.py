"""The queue of doubtful rows: each beside the people it may be, until somebody decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from campaign.accounts.access import Permission, current_organiser, requires_everywhere
from campaign.audit import service as audit
from campaign.db import atomic, db
from campaign.facilities.models import Facility
from campaign.kit import clock
from campaign.prisoners import import_words, words
from campaign.prisoners.admin.imports import blueprint as blueprint  # noqa: PLC0414 - both modules are one blueprint
from campaign.prisoners.admin.showing import gender_word
from campaign.prisoners.importing import doubts, kept, running
from campaign.prisoners.importing.events import in_words
from campaign.prisoners.importing.matching import Decision
from campaign.prisoners.importing.record import Record
from campaign.prisoners.models import Doubt, Event, EventKind, ImportRun, Prisoner, Status
from campaign.prisoners.service import Act
from campaign.web import kernel as web
from campaign.web.filters import country_name, partial_date

_ON_A_PAGE = 50
_MOST_CANDIDATES = 5


@dataclass(frozen=True)
class Line:
    """One field: what the row says, and what is known of each candidate."""

    label: str
    row: str
    here: list[str]


@blueprint.get("/doubts", endpoint="doubts")
@requires_everywhere(Permission.PRISONER_IMPORT)
def queue() -> ResponseReturnValue:
    """All that wait, in the order in which they came."""
    after = min(request.args.get("after", 0, type=int), 2**31 - 1)  # what an id can be
    found = doubts.open_ones(db.session(), after=after, limit=_ON_A_PAGE + 1)
    vault = web.vault()
    rows = [(doubt, doubts.record_of(vault, doubt).name, _reasons(doubt)) for doubt in found[:_ON_A_PAGE]]
    following = found[_ON_A_PAGE - 1].id if len(found) > _ON_A_PAGE else None
    waiting = doubts.count_open(db.session())
    return render_template(
        "prisoners/admin/imports/doubts.html", rows=rows, waiting=waiting, following=following, after=after
    )


@blueprint.get("/doubts/<int:doubt_id>")
@requires_everywhere(Permission.PRISONER_IMPORT)
def doubt(doubt_id: int) -> ResponseReturnValue:
    """One row beside those it may be."""
    return _page(_doubt(doubt_id))


@blueprint.post("/doubts/<int:doubt_id>")
@requires_everywhere(Permission.PRISONER_IMPORT)
def decide(doubt_id: int) -> ResponseReturnValue:
    """Do with the row what was chosen."""
    found = _doubt(doubt_id)
    choice = request.form.get("choice", "")
    decision = Decision.PERSON if choice.startswith("person-") or choice == "other" else _decision(choice)
    person = _person(choice, request.form.get("slug", "")) if decision is Decision.PERSON else None
    if decision is None or (decision is Decision.PERSON and person is None):
        error = _("There is no profile with this address.") if choice == "other" else _("Please choose one of these.")
        return _page(found, error), 422
    actor = current_organiser().actor
    try:
        with atomic() as session:
            doubt = session.get_one(Doubt, doubt_id)
            context = running.context_of(session.get_one(ImportRun, doubt.run_id))
            act = Act(actor, clock.now())
            doubts.decide(session, web.vault(), doubt, decision, person, context, act)
            details = {"list": doubt.list_name, "decision": decision.value}
            subject = f"doubt:{doubt_id}"
            audit.record(session, actor=actor, action="prisoner.doubt", subject=subject, details=details, now=act.now)
    except doubts.AlreadyDecided:
        flash(_("Somebody else has decided this row meanwhile. Your choice was not applied."), "error")
    except doubts.NoSuchPerson:
        flash(_("This profile is no longer there. Please choose again."), "error")
    except IntegrityError:
        flash(_("The list is being brought in at this moment. Please decide again when that is done."), "error")
    else:
        flash(_("The row is decided."), "success")
    return redirect(url_for(".doubts"), 303)


# ---------------------------------------------------------------------------------------------------------------------


def _doubt(doubt_id: int) -> Doubt:
    found = db.session.get(Doubt, doubt_id)
    if found is None:
        abort(404)
    return found


def _page(doubt: Doubt, error: str = "") -> str:
    record = doubts.record_of(web.vault(), doubt)
    people = _candidates(doubt.candidates)
    return render_template(
        "prisoners/admin/imports/doubt.html",
        doubt=doubt,
        record=record,
        reasons=_reasons(doubt),
        people=people,
        lines=list(_lines(record, people)),
        words=import_words,
        error=error,
        slug=request.form.get("slug", ""),
    )


def _reasons(doubt: Doubt) -> list[str]:
    return [import_words.reason(reason.code, reason.values) for reason in doubts.reasons_of(doubt)]


def _candidates(ids: Iterable[int]) -> list[Prisoner]:
    wanted = list(ids)[:_MOST_CANDIDATES]
    query = select(Prisoner).where(Prisoner.id.in_(wanted)).order_by(Prisoner.id)
    everything = selectinload(Prisoner.names), selectinload(Prisoner.events).selectinload(Event.texts)
    return list(db.session.scalars(query.options(*everything)))


def _decision(choice: str) -> Decision | None:
    return Decision(choice) if choice in {Decision.NEW, Decision.LEAVE_OUT} else None


def _person(choice: str, slug: str) -> int | None:
    """The id of the chosen profile, if it is there."""
    chosen = Prisoner.slug == slug.strip()
    if choice.startswith("person-"):
        number = choice.removeprefix("person-")
        if not (number.isascii() and number.isdigit() and len(number) < 10):  # noqa: PLR2004 - what an id can be
            return None
        chosen = Prisoner.id == int(number)
    found: int | None = db.session.scalar(select(Prisoner.id).where(chosen))
    return found


def _lines(record: Record, people: list[Prisoner]) -> Iterable[Line]:
    """Field by field; what neither the row nor anybody here has is left out."""
    of_person: list[tuple[str, str, Callable[[Prisoner], str]]] = [
        (import_words.field("names"), _joined(name.name for name in record.names),
         lambda person: _joined(name.name for name in person.names)),
        (import_words.field("born"), partial_date(record.born), lambda person: partial_date(person.born)),
        (import_words.field("gender"), _gender(record.gender), lambda person: _gender(person.gender)),
        (import_words.field("country"), country_name(record.country), lambda person: country_name(person.country)),
        (_("Status"), "", lambda person: str(words.STATUS[Status(person.status)])),
        (import_words.field("url"), record.url, lambda _person: ""),
    ]  # fmt: skip
    for label, row, read in of_person:
        yield from _line(label, row, [read(person) for person in people])
    told = [event for event in kept.said(record).get("events", []) if event.get("public", True)]
    for kind in EventKind:
        here = [_joined(_in_words(event) for event in person.events if _shown(event, kind)) for person in people]
        row = _joined(_told(event) for event in told if event["kind"] == kind)
        yield from _line(str(words.EVENT[kind]), row, here)
    for language, text in record.about.items():
        yield from _line(import_words.field(f"about.{language}"), text, [person.about(language) for person in people])


def _line(label: str, row: str, here: list[str]) -> Iterable[Line]:
    if row or any(here):
        yield Line(label, row, here)


def _shown(event: Event, kind: EventKind) -> bool:
    return event.kind == kind and event.public and event.retracted_at is None


def _in_words(event: Event) -> str:
    place = db.session.get(Facility, event.details["facility"]) if event.details.get("facility") else None
    told = {"day": event.day or "", "details": event.details, "texts": {"": event.text("en")}}
    return _told(told | {"facility": {"name": place.title if place else ""}})


def _told(event: Mapping[str, Any]) -> str:
    """An event in a few words, its day as people write it."""
    return in_words({**event, "day": partial_date(event.get("day"))})


def _gender(value: str) -> str:
    return gender_word(value) if value else ""


def _joined(parts: Iterable[str]) -> str:
    return " | ".join(parts)
