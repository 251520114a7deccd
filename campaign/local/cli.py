"""The command `local`."""

from __future__ import annotations

import os

import click

from campaign.config import ConfigError


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535), help="First port to try.")
def local(port: int) -> None:
    """Run everything on this machine, with the demo campaign and a mail server that delivers nowhere."""
    from campaign.local.run import CannotStart, run_local  # noqa: PLC0415 - other commands need none of it

    try:
        raise SystemExit(run_local(port, os.environ))
    except (CannotStart, ConfigError, OSError) as error:
        raise click.ClickException(str(error)) from error


commands: list[click.Command] = [local]
