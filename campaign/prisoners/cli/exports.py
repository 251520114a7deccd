"""Command: `prisoners export`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click
from flask import current_app
from flask.cli import with_appcontext

from campaign.accounts import queries as accounts
from campaign.audit import service as audit
from campaign.db import atomic, db, store
from campaign.kit import clock
from campaign.kit.draft_file import draft_of
from campaign.prisoners.documents import Scope
from campaign.prisoners.export import chunks, count


@click.command("export")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="json", show_default=True)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Where to; an older list of that name is replaced whole.",
)
@click.option("--internal", is_flag=True, help="All there is: internal and retracted events, hidden profiles, consent.")
@click.option("--portraits", is_flag=True, help="With the portraits' files (JSON only).")
@click.option("--campaign", metavar="SLUG", help="Only the prisoners of this campaign.")
@with_appcontext
def export(form: str, output: Path, *, internal: bool, portraits: bool, campaign: str | None) -> None:
    """Write the list of prisoners to a file that only you can read.

    With --internal --portraits and the JSON form it is a whole copy, which `prisoners import` brings back.
    """
    if portraits and form != "json":
        raise click.UsageError("Portraits are only written as JSON.")
    campaign_id = _campaign_id(campaign)
    scope = Scope(internal, portraits, None if campaign_id is None else frozenset({campaign_id}))
    with draft_of(output) as draft, _written(output):
        with draft.open() as file:
            rows = _write(form, scope, file)
        details = {"format": form, "rows": rows, "internal": internal, "portraits": portraits}
        with atomic() as session:  # the record first: no list is ever there without it
            audit.record(
                session,
                actor="command line",
                action="prisoner.export",
                subject=f"campaign:{campaign_id}" if campaign_id is not None else "prisoners",
                campaign_id=campaign_id,
                details=details,
                now=clock.now(),
            )
        draft.keep()
    click.echo(f"{rows} prisoners written to {output}.")


def _campaign_id(slug: str | None) -> int | None:
    if slug is None:
        return None
    found = accounts.campaign_id(db.session(), slug)
    if found is None:
        raise click.ClickException(f"There is no campaign {slug!r}.")
    return found


@contextmanager
def _written(output: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"{output} could not be written: {error.strerror}.") from error


def _write(form: str, scope: Scope, file: BinaryIO) -> int:
    """Write the list; the number of prisoners."""
    engine = store().engine
    with engine.connect() as connection:
        expected = count(connection, scope)
    db.session.remove()  # writing takes its own short reads
    rows = 0
    with click.progressbar(length=expected, label="Writing") as bar:
        for chunk in chunks(form, engine, current_app.extensions["campaign.vault"], scope, clock.now()):
            file.write(chunk.data)
            rows += chunk.rows
            bar.update(chunk.rows)
    return rows
