"""Commands: `prisoners event`, `prisoners undo`: one event for many."""

from __future__ import annotations

from typing import IO

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from campaign.audit import service as audit
from campaign.db import atomic
from campaign.kit import clock
from campaign.kit.partial_dates import BadDate, PartialDate
from campaign.prisoners import bulk, choosing
from campaign.prisoners.models import Batch, EventKind
from campaign.prisoners.service import Act, NewEvent

ACTOR = "command line"
KINDS = [kind.value for kind in EventKind if kind not in {EventKind.CHARGE, EventKind.TRANSFER, EventKind.VERDICT}]
"""Without those that need more than a date: a place, articles, a sentence."""


@click.command("event")
@click.argument("kind", type=click.Choice(KINDS))
@click.option(
    "--names", type=click.File(encoding="utf-8"), required=True, help="A file with one name per line; - reads."
)
@click.option("--date", "day", required=True, help="When: 2025-12-13, 2025-12 or 2025.")
@click.option("--source", default="", help="Who says so.")
@click.option("--url", default="", help="Where it says so.")
@click.option("--text", "told", default="", help="What is told of it, in English, in each of the profiles.")
@click.option("--dry-run", is_flag=True, help="Only show who and what follows.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_appcontext
def event(*, kind: str, names: IO[str], day: str, source: str, url: str, told: str, dry_run: bool, yes: bool) -> None:
    """Set one event of KIND for many prisoners at once. Lines that mean nobody, or several, are shown and left out."""
    if not (source or url):
        raise click.UsageError("Say who says so: --source or --url.")
    new = NewEvent(
        EventKind(kind),
        _day(day),
        as_of=clock.now().date(),
        texts={"en": told} if told else {},
        source=source,
        url=url,
    )
    lines = list(names)
    if len(lines) > choosing.MOST_LINES:
        raise click.UsageError(f"At most {choosing.MOST_LINES} names at once; this file has {len(lines)} lines.")
    with atomic() as session:
        preview = _shown(session, lines, new)
    people = [outcome.person for outcome in preview.outcomes if outcome.remark is None]
    if dry_run or not people:
        click.echo("Nothing was written.")
        return
    if not yes:
        click.confirm(f"Set it for {len(people)} people?", abort=True)
    with atomic() as session:
        again = choosing.by_ids(session, [person.id for person in people])
        if bulk.seen(again) != bulk.seen(people):
            raise click.ClickException(
                "Somebody changed one of these profiles meanwhile. Nothing was set; run it again."
            )
        batch_id = bulk.apply(session, current_app.extensions["campaign.vault"], people, new, _act()).id
        _record(session, "prisoner.bulk", batch_id, {"event": kind, "people": len(people)})
    click.echo(f"Set for {len(people)} people. Within the hour `campaign prisoners undo {batch_id}` takes it back.")


@click.command("undo")
@click.argument("batch_id", type=int)
@with_appcontext
def undo(batch_id: int) -> None:
    """Take back what was set for many, within the hour."""
    with atomic() as session:
        batch = session.get(Batch, batch_id)
        if batch is None or batch.kind != bulk.KIND:
            raise click.ClickException(f"There is no act for many with the number {batch_id}.")
        try:
            count = bulk.undo(session, batch, _act())
        except bulk.TooLate as error:
            raise click.ClickException("The hour is over. Retract the event in each profile instead.") from error
        except bulk.AlreadyUndone as error:
            raise click.ClickException("This was taken back already.") from error
        _record(session, "prisoner.bulk_undone", batch_id, {"people": count})
    click.echo(f"Taken back for {count} people.")


def _day(text: str) -> PartialDate:
    try:
        return PartialDate.parse(text)
    except BadDate as error:
        raise click.UsageError(f"{text!r} is no date. Write it like 2025-12-13, 2025-12 or 2025.") from error


def _shown(session: Session, lines: list[str], new: NewEvent) -> bulk.Preview:
    choice = choosing.by_names(session, lines)
    preview = bulk.preview(session, choice.people, new, _act())
    for outcome in preview.outcomes:
        follows = f"left out: {outcome.remark.replace('_', ' ')}" if outcome.remark else f"becomes {outcome.after}"
        click.echo(f"{outcome.person.name}: {outcome.before}, {follows}")
    for unsure in choice.unsure:
        slugs = ", ".join(person.slug for person in unsure.candidates)
        click.echo(f"{unsure.line}: may be several people ({slugs}); left out. Write the right one instead.")
    for line in choice.missing:
        click.echo(f"{line[:120]}: nobody here has this name; left out.")
    for consequence in preview.consequences:
        click.echo(str(consequence.text) % {"count": consequence.count})
    return preview


def _act() -> Act:
    return Act(ACTOR, clock.now())


def _record(session: Session, action: str, batch_id: int, details: dict[str, object]) -> None:
    audit.record(session, actor=ACTOR, action=action, subject=f"batch:{batch_id}", now=clock.now(), details=details)
