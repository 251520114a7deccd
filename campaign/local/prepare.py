"""The process that makes the data ready: `python -m campaign.local.prepare EMAIL`.

It runs several commands of `campaign` in one process, for most of the time of each goes into importing the
application. They are found like the shell finds them, by the entry point: this room is below the one that
knows them all.
"""

from __future__ import annotations

import sys
from importlib.metadata import entry_points


def main(email: str) -> None:
    """Bring the database up to date, load the demo and see to the login. All is safe to repeat.

    The password is taken from CAMPAIGN_PASSWORD. The first command that fails ends it, with its exit code.
    """
    (script,) = entry_points(group="console_scripts", name="campaign")
    campaign = script.load()
    for command in (["migrate"], ["demo"], ["organiser", "create", email, "--if-missing"]):
        try:
            campaign.main(args=command, prog_name="campaign")
        except SystemExit as end:  # how every command ends
            if end.code:
                sys.stdout.flush()
                sys.stderr.write(f"`campaign {' '.join(command)}` failed.\n")
                raise


if __name__ == "__main__":
    main(sys.argv[1])
