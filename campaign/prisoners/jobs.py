"""Background work of profiles: lists brought in at the desk, and what follows from logs and names every night."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator

from flask import current_app
from sqlalchemy import func, select

from campaign.db import atomic, db, is_unavailable, store
from campaign.jobs import Engine, Job
from campaign.kit import clock
from campaign.prisoners import service
from campaign.prisoners.importing import listed, running
from campaign.prisoners.importing.listed import ListFile, Unusable
from campaign.prisoners.importing.running import Work
from campaign.prisoners.importing.survey import Survey
from campaign.prisoners.models import ImportRun, Prisoner, RunState
from campaign.prisoners.service import Act

log = logging.getLogger(__name__)

CLAIM = "prisoners.import"
"""Held by who brings a list in: one at a time, over all processes."""

UPLOAD = "import_runs.content"
_SOME = 200
_TO_DO = (RunState.RUNNING.value, RunState.WAITING.value, RunState.PREVIEWING.value)


def bring_lists() -> None:
    """Look at, or write, the lists that were handed in at the desk, one after the other."""
    with store().exclusive(CLAIM) as ours:
        while ours and (run_id := _next()) is not None and not _stopping():
            try:
                _work_on(run_id)
            except Unusable as problem:
                _fail(run_id, problem.code, problem.values)
            except Exception as error:
                if is_unavailable(error):  # the database is away; the run goes on when it is back
                    raise
                log.error("import %d failed: %s", run_id, type(error).__name__)
                _fail(run_id, "unexpected", {})


def count_prisoners() -> int:
    """How many profiles there are."""
    return db.session.scalar(select(func.count()).select_from(Prisoner)) or 0


def refresh_some() -> Iterator[int]:
    """Write anew what follows from logs and names, some hundred profiles at a time; how many each time."""
    last = 0
    while True:
        query = select(Prisoner.id).where(Prisoner.id > last).order_by(Prisoner.id).limit(_SOME)
        ids = list(db.session.scalars(query))
        if not ids:
            return
        with atomic() as session:
            service.refresh(session, ids, Act("refresh", clock.now()))
        last = ids[-1]
        yield len(ids)


def refresh() -> None:
    """All profiles: folding rules may have changed with a new version, and a forgotten key is found again."""
    with store().exclusive("prisoners.refresh") as ours:
        if ours:
            for _ in refresh_some():
                if _stopping():
                    return


JOBS = [
    Job("prisoners.import", bring_lists),
    Job("prisoners.refresh", refresh, hour=2),
]


# ---------------------------------------------------------------------------------------------------------------------


def _next() -> int | None:
    """What was begun goes on first."""
    handed_in = (ImportRun.state.in_(_TO_DO), ImportRun.content.is_not(None))
    begun = ImportRun.state != RunState.RUNNING.value
    found: int | None = db.session.scalar(select(ImportRun.id).where(*handed_in).order_by(begun, ImportRun.id).limit(1))
    db.session.rollback()
    return found


def _work_on(run_id: int) -> None:
    with atomic() as session:
        run = session.get_one(ImportRun, run_id)
        if run.state == RunState.WAITING:
            running.begin(session, run, clock.now())
        file, done = _file(run), run.rows_done
        source, rules = running.source_of(run), running.rules_of(run, clock.now())
    whole = done == 0
    work = Work(current_app.extensions["campaign.vault"], source, rules, Survey.of(file.items()))
    met: set[bytes] = set()
    for items in running.chunks(file.items(), skip=done):
        if _stopping():
            return
        try:
            with atomic() as session:
                seen = running.step(session, run_id, work, items, done, clock.now())
        except running.NotRunning:
            return
        done += len(items)
        met |= {each.fingerprint for each in seen if each.outcome == "doubtful"}
    with atomic() as session:
        run = session.get_one(ImportRun, run_id)
        if run.rows_done == done:
            running.finish(session, run, met if whole else None, clock.now())


def _file(run: ImportRun) -> ListFile:
    vault = current_app.extensions["campaign.vault"]
    content = base64.b64decode(vault.open_optional(UPLOAD, run.uid, run.content))
    return ListFile(content, run.file_name, listed.mapping_in(run.settings), run.as_of, run.list_name)


def _fail(run_id: int, code: str, values: dict[str, str]) -> None:
    with atomic() as session:
        running.fail(session.get_one(ImportRun, run_id), code, values, clock.now())


def _stopping() -> bool:
    engine: Engine = current_app.extensions["campaign.jobs"]
    return engine.stopping.is_set()
