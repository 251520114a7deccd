"""One run over one list, in chunks: looked at, or written. Whoever calls holds the transactions.

A run's progress is written in the transaction of the chunk it tells of, so that a run that was interrupted goes on
behind the last chunk that is in the database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.audit import service as audit
from campaign.db.base import Base
from campaign.prisoners.importing import (
    applying,
    doubts,
    kept,
    matching,
    own_comparing,
    own_facilities,
    own_restoring,
)
from campaign.prisoners.importing.applying import Source
from campaign.prisoners.importing.comparing import Delta, Outcome, Plan, Rules, compare
from campaign.prisoners.importing.doubts import Context, Waiting
from campaign.prisoners.importing.matching import Decision, Match, Row
from campaign.prisoners.importing.own import Item, OwnFacility
from campaign.prisoners.importing.record import Doubtful, Record, Refused
from campaign.prisoners.importing.survey import Survey
from campaign.prisoners.models import Batch, ImportRun, RunState
from campaign.prisoners.service import Act
from campaign.vault import Vault

CHUNK = 150
"""Rows in one transaction: so few that somebody who signs meanwhile waits for less than a second."""

MOST_SHOWN = 200
"""Rows of each kind that a run remembers for people to look at."""

BATCH_KIND = "import"


class NotRunning(Exception):
    """The run was dropped, or another worker goes on with it."""


class UnknownCampaign(Exception):
    """There is no campaign of that name."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of one row, or would."""

    row: int
    name: str
    outcome: Outcome
    deltas: Sequence[Delta] = ()
    reasons: Sequence[Doubtful] = ()
    slug: str = ""
    fingerprint: bytes = b""

    def shown(self) -> dict[str, Any]:
        """As a run remembers it."""
        return {
            "row": self.row,
            "name": self.name,
            "slug": self.slug,
            "fields": [[delta.field, delta.before, delta.after] for delta in self.deltas],
            "reasons": [{"code": each.code, "values": dict(each.values)} for each in self.reasons],
        }


@dataclass
class Tally:
    """How many rows of each kind there were, and the first of each."""

    counts: Counter[str] = field(default_factory=Counter)
    report: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    rows: int = 0

    @classmethod
    def of(cls, run: ImportRun) -> Tally:
        """What a run has counted so far."""
        return cls(Counter(run.counts), {kind: list(rows) for kind, rows in run.report.items()}, run.rows_done)

    def add(self, seen: Iterable[Seen], rows: int) -> bool:
        """Count; whether something was added to the rows that are shown."""
        self.rows += rows
        added = False
        for each in seen:
            self.counts[each.outcome.value] += 1
            shown = self.report.setdefault(each.outcome.value, [])
            if each.outcome not in {Outcome.UNCHANGED, Outcome.LEFT_OUT} and len(shown) < MOST_SHOWN:
                shown.append(each.shown())
                added = True
        return added


@dataclass(frozen=True, slots=True)
class Work:
    """What is the same for every chunk of a run."""

    vault: Vault
    source: Source
    rules: Rules
    survey: Survey


def chunks(items: Iterable[Item], *, skip: int = 0) -> Iterator[list[Item]]:
    """The items some hundred at a time, without those that were done before."""
    rest = iter(items)
    next(islice(rest, skip, skip), None)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def look(session: Session, work: Work, items: Sequence[Item]) -> list[Seen]:
    """What would become of these. Writes nothing."""
    return _Chunk(session, work, items).seen()


def write(session: Session, work: Work, items: Sequence[Item], run_id: int, act: Act) -> list[Seen]:
    """Write these; what became of them."""
    chunk = _Chunk(session, work, items)
    return chunk.write(run_id, act)


# --- runs ------------------------------------------------------------------------------------------------------------


def begin(session: Session, run: ImportRun, now: datetime) -> None:
    """Let a run write from now on."""
    batch = Batch(kind=BATCH_KIND, at=now, actor=run.actor, summary={"list": run.list_name})
    session.add(batch)
    session.flush()
    run.batch_id, run.state = batch.id, RunState.RUNNING.value
    run.counts, run.report, run.rows_done = {}, {}, 0


def step(session: Session, run_id: int, work: Work, items: Sequence[Item], at: int, now: datetime) -> list[Seen]:
    """One chunk of a run, which is looked at or written as its state says. Raises `NotRunning`.

    `at` is how many rows were done before: a second worker with the same run finds another number and stops.
    """
    run = session.get(ImportRun, run_id, with_for_update=True)
    if run is None or run.rows_done != at or run.state not in {RunState.PREVIEWING, RunState.RUNNING}:
        raise NotRunning
    if run.state == RunState.RUNNING:
        seen = write(session, work, items, run_id, Act(run.actor, now, run.batch_id))
    else:
        seen = look(session, work, items)
    tally = Tally.of(run)
    if tally.add(seen, len(items)):
        run.report = tally.report
    run.counts, run.rows_done, run.rows_total = dict(tally.counts), tally.rows, work.survey.rows
    return seen


def finish(session: Session, run: ImportRun, met: set[bytes] | None, now: datetime) -> None:
    """Everything is read: a preview waits for a human, what was written is done.

    `met` stands for all doubtful rows that the list has; None if they are not all known (the run was interrupted).
    """
    if run.state == RunState.PREVIEWING:
        run.state = RunState.PREVIEW.value
        return
    run.state, run.finished_at, run.content = RunState.DONE.value, now, None
    if met is not None:
        doubts.close_outdated(session, run.list_name, met, Act(run.actor, now))
    audit.record(
        session,
        actor=run.actor,
        action="prisoner.import",
        subject=f"import:{run.id}",
        details={"list": run.list_name, **run.counts},
        now=now,
    )


def fail(run: ImportRun, code: str, values: Mapping[str, str], now: datetime) -> None:
    """The list cannot be read, or something broke; what is written stays, and is unchanged the next time."""
    run.state, run.problem = RunState.FAILED.value, problem_of(code, values)
    run.finished_at, run.content = now, None


def drop(run: ImportRun, now: datetime) -> None:
    """Nobody wants what was looked at: the file is forgotten, and the rows that were shown."""
    run.state, run.finished_at, run.content, run.report = RunState.DROPPED.value, now, None, {}


def problem_of(code: str, values: Mapping[str, str]) -> str:
    """`ImportRun.problem`: why a run failed."""
    return kept.as_text({"code": code, "values": dict(values)})


def context_of(run: ImportRun) -> Context:
    """What a decision about a row of this run needs."""
    return Context(source_of(run), rules_of(run, run.created_at))


def source_of(run: ImportRun) -> Source:
    """The list that a run brings in."""
    settings = run.settings
    return Source(run.list_name, settings.get("organisation", ""), settings.get("source", ""), run.as_of)


def rules_of(run: ImportRun, now: datetime) -> Rules:
    """What is the same for all rows of a run."""
    return Rules(run.as_of or now.date(), all_join=frozenset(run.settings.get("campaigns", [])))


def campaign_id(session: Session, slug: str) -> int:
    """The campaign of that name; raises `UnknownCampaign`. Campaigns live above this room: their table is enough."""
    campaigns = Base.metadata.tables["campaigns"]
    found: int | None = session.scalar(select(campaigns.c.id).where(campaigns.c.slug == slug))
    if found is None:
        raise UnknownCampaign(slug)
    return found


# ---------------------------------------------------------------------------------------------------------------------


class _Chunk:
    """Some hundred items of a list, compared with what is here."""

    def __init__(self, session: Session, work: Work, items: Sequence[Item]) -> None:
        self._session, self._work = session, work
        self._refused: list[Seen] = []
        self._facilities = [item for item in items if isinstance(item, OwnFacility)]
        self._own = [item for item in items if isinstance(item, Record) and item.own is not None]
        rows = []
        for item in items:
            if isinstance(item, Refused):
                self._refused.append(_refused(item))
            elif isinstance(item, Record) and item.own is None:
                try:
                    rows.append(matching.row_of(work.vault, item))
                except ValueError:
                    self._refused.append(_refused(Refused(item.row, "not_unicode")))
        found = matching.match(session, work.source.list_name, rows, work.survey)
        self._plans = [compare(work.vault, match, work.rules) for match in found]

    def seen(self) -> list[Seen]:
        """What would become of it."""
        compared = self._compared()
        found = [*self._refused, *map(_planned, self._plans), *(seen for seen, _ in compared)]
        return sorted(found, key=lambda each: each.row)

    def write(self, run_id: int, act: Act) -> list[Seen]:
        """Write it."""
        session, work = self._session, self._work
        if self._facilities:
            own_facilities.restore_facilities(session, self._facilities, act)
        compared = self._compared()
        if chosen := [each for seen, each in compared if seen.outcome in _WRITTEN]:
            own_restoring.restore(session, work.vault, chosen, act)
        applying.apply(session, work.vault, self._plans, work.source, act)
        waiting = [_waiting(plan.match) for plan in self._plans if plan.outcome is Outcome.DOUBTFUL]
        for seen, each in compared:
            if seen.outcome is Outcome.DOUBTFUL:
                candidates = [each.prisoner_id] if each.prisoner_id else []
                waiting.append(Waiting(each.record, seen.fingerprint, each.doubts, candidates))
        doubts.keep(session, work.vault, work.source.list_name, run_id, waiting, act)
        found = [*self._refused, *map(_planned, self._plans), *(seen for seen, _ in compared)]
        return sorted(found, key=lambda each: each.row)

    def _compared(self) -> list[tuple[Seen, own_comparing.Comparison]]:
        """Rows of a list in our own form, which has rules of its own. What a human decided is not asked again."""
        if not self._own:
            return []
        session, work = self._session, self._work
        rows = [matching.row_of(work.vault, record) for record in self._own]
        decisions = matching.decisions(session, work.source.list_name, rows)
        facilities = frozenset(work.survey.facilities)
        compared = own_comparing.compare(session, work.vault, self._own, facilities=facilities)
        return [
            (_own(each, row, decisions.get(row.fingerprint, ("", None))[0]), each)
            for each, row in zip(compared, rows, strict=True)
        ]


_WRITTEN = frozenset({Outcome.NEW, Outcome.CHANGED})


def _planned(plan: Plan) -> Seen:
    profile = plan.match.profile
    slug = profile.slug if profile else ""
    row = plan.match.row
    return Seen(plan.record.row, plan.record.name, plan.outcome, plan.deltas, plan.match.doubts, slug, row.fingerprint)


def _refused(item: Refused) -> Seen:
    return Seen(item.row, item.start, Outcome.REFUSED, reasons=(Doubtful(item.code, item.values),))


def _own(compared: own_comparing.Comparison, row: Row, decision: str) -> Seen:
    outcome = Outcome(compared.outcome.value)
    if outcome is Outcome.DOUBTFUL and decision:
        outcome = Outcome.LEFT_OUT if decision == Decision.LEAVE_OUT else Outcome.UNCHANGED
    deltas = [Delta(each.path, _short(each.before), _short(each.after)) for each in compared.differences]
    record = compared.record
    slug = record.slug if compared.prisoner_id else ""
    return Seen(record.row, record.name, outcome, deltas, compared.doubts, slug, row.fingerprint)


def _short(value: Any) -> str:
    if isinstance(value, dict):
        value = kept.as_text({name: part for name, part in value.items() if name not in {"files", "uid", "record"}})
    return "" if value is None else str(value)[:200]


def _waiting(match: Match) -> Waiting:
    return Waiting(match.row.record, match.row.fingerprint, match.doubts, match.candidates)
