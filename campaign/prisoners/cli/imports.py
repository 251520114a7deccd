"""Commands: `prisoners import`, `prisoners mapping`, `prisoners doubts`, `prisoners refresh`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import force_locale
from sqlalchemy import update
from sqlalchemy.orm import Session

from campaign.db import atomic, db, store
from campaign.kit import clock
from campaign.kit.tokens import new_uid
from campaign.prisoners import import_words, jobs
from campaign.prisoners.cli.findings import Findings
from campaign.prisoners.importing import doubts, listed, running
from campaign.prisoners.importing.guessing import propose_toml
from campaign.prisoners.importing.listed import ListFile, Unusable
from campaign.prisoners.importing.mapping import find_mapping
from campaign.prisoners.importing.own import Item
from campaign.prisoners.importing.running import Seen, Work
from campaign.prisoners.importing.survey import Survey
from campaign.prisoners.models import ImportRun, RunState

ACTOR = "command line"
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False, readable=True)


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What was said on the command line about how to bring the list in."""

    source: str
    campaigns: list[int]
    dry_run: bool
    yes: bool
    report: Path | None


@click.command("import")
@click.argument("file", type=_FILE)
@click.option("--mapping", metavar="FILE|NAME", help="What the columns mean: a mapping file, or one that is built in.")
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.option(
    "--list", "list_name", metavar="NAME", default="", help="The list's name; the same for each version of it."
)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day the list is of.")
@click.option("--source", metavar="URL", default="", help="Where the list is published.")
@click.option("--campaign", "campaign_slugs", metavar="SLUG", multiple=True, help="Put everybody into this campaign.")
@click.option("--encoding", default="", help="The file's encoding, if it is not recognised.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write what became of each row as CSV.")
@click.option("--yes", is_flag=True, help="Do not ask after showing what would be done.")
@with_appcontext
def import_(  # noqa: PLR0913 - one for each option of the command
    file: Path, mapping: str | None, *, list_name: str, as_of: datetime | None, encoding: str,
    campaign_slugs: Sequence[str], source: str, dry_run: bool, report: Path | None, yes: bool,
) -> None:  # fmt: skip
    """Bring in a list of prisoners from FILE (CSV or JSON).

    Nothing is overwritten: what changed becomes further events. Doubtful rows wait for a human, see `prisoners doubts`
    and the desk. Bringing in the same list again changes nothing.
    """
    wishes = _Wishes(source, [_campaign(slug) for slug in campaign_slugs], dry_run, yes, report)
    with force_locale("en"), _in_plain_words(), ExitStack() as stack:
        if not stack.enter_context(store().exclusive(jobs.CLAIM)):
            raise click.ClickException("Another list is being brought in. Please try again when that is done.")
        path = stack.enter_context(_as_utf8(file, encoding))
        found = find_mapping(mapping) if mapping else None
        if found and encoding:
            found = replace(found, layout=replace(found.layout, encoding=""))
        _bring(ListFile(path, file.name, found, as_of.date() if as_of else None, list_name[:60]), wishes)


@click.command("mapping")
@click.argument("file", type=_FILE)
@click.option("--list", "list_name", metavar="NAME", default="", help="The list's name.")
@with_appcontext
def mapping(file: Path, list_name: str) -> None:
    """Print a mapping for FILE, to be saved, improved and used with `prisoners import --mapping`."""
    with force_locale("en"), _in_plain_words():
        click.echo(propose_toml(file, list_name=list_name), nl=False)


@click.command("doubts")
@with_appcontext
def doubts_() -> None:
    """List the rows that wait for a human. They are decided at the desk."""
    vault, after, count = current_app.extensions["campaign.vault"], 0, 0
    with force_locale("en"):
        while waiting := doubts.open_ones(db.session(), after=after, limit=200):
            for doubt in waiting:
                record = doubts.record_of(vault, doubt)
                click.echo(f"{doubt.id}  {doubt.list_name}, row {doubt.row}: {record.name}")
                for reason in doubts.reasons_of(doubt):
                    click.echo(f"      {import_words.reason(reason.code, reason.values)}")
            count, after = count + len(waiting), waiting[-1].id
            db.session.rollback()
    click.echo(f"{count} rows wait. Decide them at /admin/prisoners/doubts." if count else "No row waits.")


@click.command("refresh")
@with_appcontext
def refresh() -> None:
    """Work out anew what follows from logs and names: status, order, search. Also done every night."""
    total = jobs.count_prisoners()
    with click.progressbar(length=total, label="Working out") as bar:
        for done in jobs.refresh_some():
            bar.update(done)
    click.echo(f"{total} prisoners are up to date.")


# ---------------------------------------------------------------------------------------------------------------------


def _bring(file: ListFile, wishes: _Wishes) -> None:
    reading = file.opened()
    for each in reading.notes:
        click.echo(import_words.note(each.code, each.values))
    file = replace(file, mapping=file.mapping or reading.mapping, list_name=reading.list_name, as_of=reading.as_of)
    with click.progressbar(file.items(), label="Reading", length=None) as items:
        survey = Survey.of(items)
    run = _run(file, wishes)
    work = _work(run, survey)
    asks = not (wishes.yes or wishes.dry_run) and sys.stdin.isatty() and sys.stdout.isatty()
    if wishes.dry_run or asks:
        with Findings(wishes.report) as findings:
            _go_through(file, work, "Looking", findings, lambda _at, items: _looked(work, items))
            findings.tell("would be ")
            findings.demand_some()
        if wishes.dry_run or not click.confirm("Write this?"):
            click.echo("Nothing was written.")
            return
    with Findings(wishes.report) as findings:
        _write(file, run, work, findings)
        findings.tell("")
        findings.demand_some()


def _run(file: ListFile, wishes: _Wishes) -> ImportRun:
    settings = listed.settings_of(file.mapping, source=wishes.source, campaigns=wishes.campaigns)
    return ImportRun(
        uid=new_uid(),
        list_name=file.list_name,
        file_name=file.file_name[:200],
        state=RunState.RUNNING.value,
        as_of=file.as_of,
        actor=ACTOR,
        settings=settings,
        created_at=clock.now(),
    )


def _work(run: ImportRun, survey: Survey) -> Work:
    vault = current_app.extensions["campaign.vault"]
    return Work(vault, running.source_of(run), running.rules_of(run, clock.now()), survey)


def _looked(work: Work, items: Sequence[Item]) -> list[Seen]:
    try:
        return running.look(db.session(), work, items)
    finally:
        db.session.rollback()


def _write(file: ListFile, run: ImportRun, work: Work, findings: Findings) -> None:
    with atomic() as session:
        _forget_the_dead(session)
        session.add(run)
        running.begin(session, run, clock.now())
        run_id = run.id
    met: set[bytes] = set()

    def step(at: int, items: Sequence[Item]) -> list[Seen]:
        with atomic() as session:
            seen = running.step(session, run_id, work, items, at, clock.now())
        met.update(each.fingerprint for each in seen if each.outcome == "doubtful")
        return seen

    _go_through(file, work, "Writing", findings, step)
    with atomic() as session:
        running.finish(session, session.get_one(ImportRun, run_id), met, clock.now())


def _go_through(
    file: ListFile, work: Work, label: str, findings: Findings, do: Callable[[int, Sequence[Item]], list[Seen]]
) -> None:
    """All chunks of the list, one after the other, with progress."""
    with click.progressbar(length=work.survey.rows, label=label) as bar:
        done = 0
        for items in running.chunks(file.items()):
            findings.add(do(done, items))
            done += len(items)
            bar.update(len(items))


def _forget_the_dead(session: Session) -> None:
    """Runs of this command that were killed: we hold the claim, so nobody works on them."""
    dead = update(ImportRun).where(ImportRun.state == RunState.RUNNING.value, ImportRun.content.is_(None))
    problem = running.problem_of("interrupted", {})
    session.execute(dead.values(state=RunState.FAILED.value, problem=problem, finished_at=clock.now()))


def _campaign(slug: str) -> int:
    try:
        return running.campaign_id(db.session(), slug)
    except running.UnknownCampaign:
        raise click.ClickException(f"There is no campaign {slug!r}.") from None


@contextmanager
def _as_utf8(file: Path, encoding: str) -> Iterator[Path]:
    if not encoding:
        yield file
        return
    with tempfile.NamedTemporaryFile(suffix=file.suffix) as copy:
        listed.recoded(file, copy.file, encoding)
        yield Path(copy.name)


@contextmanager
def _in_plain_words() -> Iterator[None]:
    """A list that cannot be read ends with a sentence and exit code 1."""
    try:
        yield
    except Unusable as problem:
        raise click.ClickException(import_words.reason(problem.code, problem.values)) from problem
