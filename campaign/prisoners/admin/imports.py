"""Lists at the desk: handed in, looked at, written or dropped. The work itself is done by a job."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import CursorResult, func, select, update

from campaign.accounts.access import Permission, current_organiser, requires_everywhere
from campaign.audit import service as audit
from campaign.db import atomic, db
from campaign.jobs import kick
from campaign.kit import clock
from campaign.kit.tokens import new_uid
from campaign.prisoners import import_words
from campaign.prisoners.importing import doubts, listed, running
from campaign.prisoners.importing.comparing import Outcome
from campaign.prisoners.importing.listed import ListFile
from campaign.prisoners.importing.mapping import (
    ListMapping,
    MappingProblem,
    find_mapping,
    known_mappings,
    parse_mapping,
)
from campaign.prisoners.models import Doubt, ImportRun, RunState
from campaign.web import kernel as web

blueprint = Blueprint("prisoners_imports", __name__, url_prefix="/admin/prisoners")

JOB = "prisoners.import"
UPLOAD = "import_runs.content"
_HISTORY = 30
_AT_WORK = frozenset({RunState.PREVIEWING, RunState.WAITING, RunState.RUNNING})
_LONGEST_LIST_NAME = 60
_LONGEST_URL = 500


@dataclass
class UploadForm:
    """What was filled in, and what is wrong with it by field."""

    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    file_name: str = ""
    mapping: ListMapping | None = None
    as_of: date | None = None
    notes: list[dict[str, Any]] = field(default_factory=list)
    list_name: str = ""


@blueprint.get("/import")
@requires_everywhere(Permission.PRISONER_IMPORT)
def start() -> ResponseReturnValue:
    """The form, and the lists that were brought in lately."""
    return _page(UploadForm({}))


@blueprint.post("/import")
@requires_everywhere(Permission.PRISONER_IMPORT)
def upload() -> ResponseReturnValue:
    """Take a list and have it looked at. Nothing of it is written before somebody says so."""
    form = _read_form()
    if form.errors:
        return _page(form), 422
    uid = new_uid()
    content = web.vault().seal(UPLOAD, uid, base64.b64encode(form.content).decode())
    settings = listed.settings_of(form.mapping, source=form.values["source"], campaigns=[], notes=form.notes)
    run = ImportRun(
        uid=uid,
        list_name=form.list_name,
        file_name=form.file_name,
        state=RunState.PREVIEWING.value,
        as_of=form.as_of,
        actor=current_organiser().actor,
        settings=settings,
        content=content,
        created_at=clock.now(),
    )
    with atomic() as session:
        session.add(run)
        session.flush()
        run_id = run.id
        _record(run, "prisoner.import_handed_in")
    kick(JOB)
    return redirect(url_for(".show", run_id=run_id), 303)


@blueprint.get("/import/<int:run_id>")
@requires_everywhere(Permission.PRISONER_IMPORT)
def show(run_id: int) -> ResponseReturnValue:
    """How far a run is, and what it found."""
    run = db.session.get(ImportRun, run_id)
    if run is None:
        abort(404)
    problem = json.loads(run.problem) if run.problem else None
    waiting = select(func.count()).where(Doubt.run_id == run.id, Doubt.decided_at.is_(None))
    return render_template(
        "prisoners/admin/imports/run.html",
        run=run,
        state=RunState(run.state),
        at_work=run.state in _AT_WORK,
        words=import_words,
        outcomes=list(Outcome),
        shown=running.MOST_SHOWN,
        problem=import_words.reason(problem["code"], problem["values"]) if problem else "",
        waiting=db.session.scalar(waiting),
    )


@blueprint.post("/import/<int:run_id>/apply")
@requires_everywhere(Permission.PRISONER_IMPORT)
def apply(run_id: int) -> ResponseReturnValue:
    """Have a list written that was looked at."""
    if _move(run_id, {RunState.PREVIEW}, RunState.WAITING, "prisoner.import_wanted"):
        kick(JOB)
    else:
        flash(_("This list was already written or dropped."), "error")
    return redirect(url_for(".show", run_id=run_id), 303)


@blueprint.post("/import/<int:run_id>/drop")
@requires_everywhere(Permission.PRISONER_IMPORT)
def drop(run_id: int) -> ResponseReturnValue:
    """Forget a list that was not written yet."""
    if _move(
        run_id, {RunState.PREVIEW, RunState.PREVIEWING, RunState.WAITING}, RunState.DROPPED, "prisoner.import_dropped"
    ):
        flash(_("The list was dropped. Nothing of it was written."), "success")
        return redirect(url_for(".start"), 303)
    flash(_("This list was already written or dropped."), "error")
    return redirect(url_for(".show", run_id=run_id), 303)


# ---------------------------------------------------------------------------------------------------------------------


def _page(form: UploadForm) -> str:
    columns = (ImportRun.id, ImportRun.list_name, ImportRun.file_name, ImportRun.state, ImportRun.counts,
               ImportRun.created_at, ImportRun.as_of)  # fmt: skip
    runs = db.session.execute(select(*columns).order_by(ImportRun.id.desc()).limit(_HISTORY)).all()
    return render_template(
        "prisoners/admin/imports/start.html",
        form=form,
        runs=runs,
        mappings=known_mappings(),
        words=import_words,
        waiting=sum(doubts.count_open(db.session()).values()),
    )


def _read_form() -> UploadForm:
    names = ("list_name", "as_of", "source", "mapping", "mapping_text")
    form = UploadForm({name: request.form.get(name, "").replace("\0", "").strip() for name in names})
    file = request.files.get("file")
    form.file_name = (file.filename or "")[:200] if file else ""
    form.content = file.read() if file else b""
    if not form.content:
        form.errors["file"] = _("Please choose a file.")
    form.as_of = _day(form)
    form.mapping = _mapping(form)
    if len(form.values["list_name"]) > _LONGEST_LIST_NAME:
        form.errors["list_name"] = _("At most %(limit)s characters, please.", limit=_LONGEST_LIST_NAME)
    source = form.values["source"]
    if source and (not source.startswith(("https://", "http://")) or len(source) > _LONGEST_URL):
        form.errors["source"] = _("Please give the whole address, beginning with https://")
    if not form.errors:
        _open(form)
    return form


def _day(form: UploadForm) -> date | None:
    text = form.values["as_of"]
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = date.max
    if day and day > clock.now().date():
        form.errors["as_of"] = _("Please give a day that has been, such as 2024-05-31.")
        return None
    return day


def _mapping(form: UploadForm) -> ListMapping | None:
    name, text = form.values["mapping"], form.values["mapping_text"]
    try:
        if text:
            return parse_mapping(text)
        return find_mapping(name) if name in known_mappings() else None
    except MappingProblem as problem:
        form.errors["mapping_text"] = import_words.reason(problem.code, problem.values)
        return None


def _open(form: UploadForm) -> None:
    """Read the beginning of the list: whether it is one, and what is guessed about it."""
    file = ListFile(form.content, form.file_name, form.mapping, form.as_of, form.values["list_name"])
    try:
        reading = file.opened()
    except MappingProblem as problem:
        form.errors["mapping_text"] = import_words.reason(problem.code, problem.values)
    except listed.Unusable as problem:
        form.errors["file"] = import_words.reason(problem.code, problem.values)
    else:
        form.mapping, form.as_of = form.mapping or reading.mapping, reading.as_of
        form.list_name = reading.list_name[:_LONGEST_LIST_NAME]
        form.notes = [{"code": note.code, "values": dict(note.values)} for note in reading.notes]


def _move(run_id: int, before: set[RunState], after: RunState, action: str) -> bool:
    """Give a run another state, unless somebody was first."""
    if db.session.get(ImportRun, run_id) is None:
        abort(404)
    claim = update(ImportRun).where(ImportRun.id == run_id, ImportRun.state.in_([state.value for state in before]))
    with atomic() as session:
        moved = session.execute(claim.values(state=after.value))
        assert isinstance(moved, CursorResult)
        if moved.rowcount != 1:
            return False
        run = session.get_one(ImportRun, run_id)
        if after is RunState.DROPPED:
            running.drop(run, clock.now())
        _record(run, action)
    return True


def _record(run: ImportRun, action: str) -> None:
    details: dict[str, Any] = {"list": run.list_name}
    actor = current_organiser().actor
    audit.record(db.session(), actor=actor, action=action, subject=f"import:{run.id}", details=details, now=clock.now())
