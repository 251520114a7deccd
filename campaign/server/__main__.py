"""`python -m campaign.server web|worker|serve`: the same commands without the application's import."""

from __future__ import annotations

import click

from campaign.server.cli import commands

if __name__ == "__main__":
    click.Group("campaign", commands=commands)(prog_name="campaign")
