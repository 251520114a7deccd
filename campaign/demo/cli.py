"""The command `demo`."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from campaign.db import atomic
from campaign.demo.service import load
from campaign.kit import clock


@click.command()
@with_appcontext
def demo() -> None:
    """Load the demo campaign #FreeViasna. Safe to repeat."""
    with atomic() as session:
        added = load(session, clock.now())
    click.echo("The demo campaign was added." if added else "The demo campaign is there already; nothing was changed.")


commands: list[click.Command] = [demo]
