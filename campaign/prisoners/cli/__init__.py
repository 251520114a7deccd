"""Commands: `prisoners import`, `prisoners export`, `prisoners event`, and what belongs to them."""

from __future__ import annotations

import click

from campaign.prisoners.cli import bulk, exports, imports


@click.group()
def prisoners() -> None:
    """Prisoner profiles: lists brought in and written out."""


for command in (imports.import_, imports.mapping, imports.doubts_, imports.refresh, exports.export):
    prisoners.add_command(command)
prisoners.add_command(bulk.event)
prisoners.add_command(bulk.undo)

commands: list[click.Command] = [prisoners]
