"""Commands: `petitions export`, `petitions count`, `petitions state`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click
from flask import current_app
from flask.cli import with_appcontext

from campaign.audit import service as audit
from campaign.db import atomic, db, store
from campaign.kit import clock
from campaign.kit.draft_file import draft_of
from campaign.petitions import jobs, queries
from campaign.petitions.export import csv_chunks
from campaign.petitions.models import Petition, Published


@click.group()
def petitions() -> None:
    """Petitions: lists, counts and states."""


@petitions.command("export")
@click.argument("slug")
@click.option("--format", "form", type=click.Choice(["csv"]), default="csv", show_default=True)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Where to; an older list of that name is replaced whole.",
)
@with_appcontext
def export(slug: str, form: str, output: Path) -> None:
    """Write the confirmed signatures of SLUG to a file that only you can read."""
    petition = _petition(slug)
    campaign_id = petition.campaign_id
    with draft_of(output) as draft, _written(output):
        with draft.open() as file:
            rows = _write(petition.id, file)
        with atomic() as session:  # the record first: no list is ever there without it
            audit.record(
                session,
                actor="command line",
                action="petition.export",
                subject=slug,
                campaign_id=campaign_id,
                details={"format": form, "rows": rows},
                now=clock.now(),
            )
        draft.keep()
    click.echo(f"{rows} confirmed signatures written to {output}.")


@contextmanager
def _written(output: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"{output} could not be written: {error.strerror}.") from error


def _write(petition_id: int, file: BinaryIO) -> int:
    """Write the list; the number of rows."""
    rows = 0
    chunks = csv_chunks(store().engine, current_app.extensions["campaign.vault"], petition_id)
    with click.progressbar(chunks, label="Writing") as shown:
        for chunk in shown:
            file.write(chunk.data)
            rows += chunk.rows
    return rows


@petitions.command("count")
@with_appcontext
def count() -> None:
    """Recount all petitions now, and repair what differs."""
    jobs.recount()
    for petition in queries.listed(db.session(), "en", clock.now()):
        click.echo(f"{petition.slug}: {petition.count} of {petition.goal}")


@petitions.command("state")
@click.argument("slug")
@click.argument("state", type=click.Choice([state.value for state in Published]))
@with_appcontext
def state(slug: str, state: str) -> None:
    """Make SLUG a draft, publish it or close it."""
    _petition(slug)
    with atomic() as session:
        petition = queries.petition_by_slug(session, slug)
        assert petition is not None
        petition.published = state
        audit.record(
            session,
            actor="command line",
            action="petition.state",
            subject=slug,
            campaign_id=petition.campaign_id,
            details={"state": state},
            now=clock.now(),
        )
    click.echo(f"{slug} is {state}.")


def _petition(slug: str) -> Petition:
    found = queries.petition_by_slug(db.session(), slug)
    if found is None:
        raise click.ClickException(f"There is no petition {slug!r}.")
    return found


commands: list[click.Command] = [petitions]
