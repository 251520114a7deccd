"""The command `demo`."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from campaign.db import atomic
from campaign.demo.parliament import load_parliament
from campaign.demo.service import load
from campaign.kit import clock


@click.command()
@with_appcontext
def demo() -> None:
    """Load the demo campaign #FreeViasna, and an invented parliament to try joining with. Safe to repeat."""
    with atomic() as session:
        added = load(session, clock.now())
        founded = load_parliament(session, clock.now())
    click.echo("The demo campaign was added." if added else "The demo campaign is there already; nothing was changed.")
    if founded:
        click.echo("An invented parliament was added, and the demo campaign takes sign-ups of its members.")


commands: list[click.Command] = [demo]
