"""Commands: `godparents list`, `godparents set`, `godparents export`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, cast

import click
from flask import current_app
from flask.cli import with_appcontext

from campaign.audit import service as audit
from campaign.campaigns import queries as campaigns
from campaign.campaigns.models import Campaign
from campaign.db import again, atomic, db, store
from campaign.godparents import programmes, waiting
from campaign.godparents.acting import Act
from campaign.godparents.export import COLUMNS, Chunk, Scope, Table, csv_chunks, json_chunks
from campaign.godparents.models import Role
from campaign.godparents.programmes import MOST, BadSetting, Settings
from campaign.kit import clock
from campaign.kit.draft_file import draft_of

ACTOR = "command line"
_LIMIT = click.IntRange(1, MOST)


@click.group()
def godparents() -> None:
    """Godparents: programmes of campaigns, and the list."""


@godparents.command("list")
@with_appcontext
def list_programmes() -> None:
    """Show every campaign with its programme, and what waits there."""
    for campaign, programme in programmes.of_campaigns(db.session()):
        click.echo(f"{campaign.slug}  {campaign.name}")
        if programme is None:
            click.echo("  no programme")
            continue
        settings, work = Settings.of(programme), waiting.counts(db.session(), [campaign.id])
        click.echo(f"  {'open' if settings.open else 'closed'}, called {settings.role.value}")
        click.echo(f"  at most {settings.per_prisoner} for a prisoner, {settings.per_godparent} prisoners for one")
        click.echo(f"  released by {'verified mailboxes themselves' if settings.releases_itself else 'organisers'}")
        click.echo(f"  {work.accepted} accepted, {work.signups} wait, {work.unreleased} pairs not yet public")


@godparents.command("set")
@click.argument("slug")
@click.option("--open/--closed", "open", default=None, help="Whether the pages take sign-ups.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="What they are called.")
@click.option("--per-prisoner", type=_LIMIT, help="How many may stand by one prisoner.")
@click.option("--per-godparent", type=_LIMIT, help="How many prisoners one may stand by.")
@click.option(
    "--releases-itself/--released-by-organisers",
    "releases_itself",
    default=None,
    help="Whether pairs of verified mailboxes are public without anybody looking.",
)
@with_appcontext
def set_programme(slug: str, **given: Any) -> None:
    """Change the programme of the campaign SLUG; what is not named stays. Without one, it is made."""
    changed = again(lambda: _set(slug, {name: value for name, value in given.items() if value is not None}))
    click.echo(f"{slug}: {', '.join(changed) or 'nothing'} changed.")


@godparents.command("export")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="json", show_default=True)
@click.option("--table", type=click.Choice(list(COLUMNS)), default="godparents", show_default=True, help="Of CSV.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Where to; an older list of that name is replaced whole.",
)
@click.option(
    "--private", is_flag=True, help="With confirmed addresses, offices' contacts, and whom invitations are to."
)
@click.option("--campaign", metavar="SLUG", help="Only those of this campaign.")
@with_appcontext
def export(form: str, table: str, output: Path, *, private: bool, campaign: str | None) -> None:
    """Write the list of godparents to a file that only you can read."""
    number = None if campaign is None else _campaign(campaign).id
    scope = Scope(None if number is None else frozenset({number}), private=private)
    with draft_of(output) as draft, _written(output):
        with draft.open() as file:
            rows = _write(file, form, cast("Table", table), scope)
        with atomic() as session:  # the record first: no list is ever there without it
            audit.record(
                session,
                actor=ACTOR,
                action="godparent.export",
                subject="godparents" if campaign is None else f"campaign:{number}",
                campaign_id=number,
                details={"format": form, "table": table if form == "csv" else "all", "private": private, "rows": rows},
                now=clock.now(),
            )
        draft.keep()
    click.echo(f"{rows} rows written to {output}.")


# ---------------------------------------------------------------------------------------------------------------------


def _set(slug: str, given: dict[str, Any]) -> list[str]:
    extensions = current_app.extensions
    with atomic() as session:
        campaign = _campaign(slug)
        act = Act(session, extensions["campaign.vault"], extensions["campaign.godparent_mails"], clock.now(), ACTOR)
        wanted = Settings.of(programmes.of_campaigns(session, frozenset({campaign.id}))[0][1])
        given |= {"role": Role(given["role"])} if "role" in given else {}
        wanted = replace(wanted, **given)
        try:
            changed = programmes.change(act, campaign, wanted)
        except BadSetting as error:
            raise click.ClickException(f"{error} makes no sense.") from error
        if changed:
            audit.record(
                session,
                actor=ACTOR,
                action="godparent.settings",
                subject=f"campaign:{campaign.id}",
                campaign_id=campaign.id,
                details={"changed": changed},
                now=act.now,
            )
        return changed


def _campaign(slug: str) -> Campaign:
    found = campaigns.campaign_by_slug(db.session(), slug)
    if found is None:
        raise click.ClickException(f"There is no campaign {slug!r}.")
    return found


def _write(file: BinaryIO, form: str, table: Table, scope: Scope) -> int:
    """Write the list; the number of rows."""
    engine, vault = store().engine, current_app.extensions["campaign.vault"]
    chunks: Iterator[Chunk] = (
        csv_chunks(engine, vault, scope, table) if form == "csv" else json_chunks(engine, vault, scope, clock.now())
    )
    rows = 0
    with click.progressbar(chunks, label="Writing") as shown:
        for chunk in shown:
            file.write(chunk.data)
            rows += chunk.rows
    return rows


@contextmanager
def _written(output: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"{output} could not be written: {error.strerror}.") from error


commands: list[click.Command] = [godparents]
