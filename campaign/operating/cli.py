"""Commands for operators: `migrate`, `doctor`, `keys …`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from campaign.config import Config
from campaign.db import atomic, store
from campaign.operating import doctor as examination
from campaign.operating import migrating, rotation
from campaign.vault import KeyRing, Vault, changing, save

SETTLE_SECONDS = 10.0
"""After this long no process seals with the old key any more; they look at the ring every second."""


@click.command()
@with_appcontext
def migrate() -> None:
    """Bring the database to the newest version. Safe to run again."""
    migrating.migrate(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - the proxy's own way to the application
    click.echo("The database is at the newest version.")


@click.command()
@with_appcontext
def doctor() -> None:
    """Check keys, database, mail, clock and languages, and say what to do. Exit code 1 if something is wrong."""
    config: Config = current_app.extensions["campaign.config"]
    vault: Vault = current_app.extensions["campaign.vault"]
    wrong = 0
    for finding in examination.examine(config, store().engine, vault):
        click.echo(f"{'ok   ' if finding.ok else 'WRONG'}  {finding.topic:<11} {finding.text}")
        if not finding.ok:
            wrong += 1
            click.echo(f"                    → {finding.advice}")
    click.echo(f"{wrong} thing(s) need a hand." if wrong else "All is well.")
    sys.exit(1 if wrong else 0)


@click.group()
def keys() -> None:
    """The key ring: make one, rotate, retire."""


@keys.command("create")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
def create(path: Path) -> None:
    """Make a new key ring at PATH (mode 0600). An existing file is never overwritten."""
    try:
        save(path, KeyRing.fresh(), new=True)
    except FileExistsError:
        raise click.ClickException(
            f"{path} exists and is left alone: overwriting it would destroy every stored name."
        ) from None
    click.echo(f"{path} was made. Keep a copy offline: without it nothing stored can be read.")


@keys.command("rotate")
@with_appcontext
def rotate() -> None:
    """Add a new field key and seal every stored value anew with it. Safe to stop and to run again."""
    config: Config = current_app.extensions["campaign.config"]
    with changing(config.keys_file) as found:
        with store().engine.connect() as connection:
            unfinished = rotation.keys_in_use(connection, set(found.keys) - {found.current})
        ring = found if unfinished else found.with_new_key()
        if not unfinished:
            save(config.keys_file, ring)
            click.echo(f"Key {ring.current} is the current one now.")
        _reseal_all(Vault(ring))
    click.echo(
        "Every value is sealed with the current key. Running processes have noticed. `campaign keys retire` drops "
        "the old keys."
    )


def _reseal_all(vault: Vault) -> None:
    with store().engine.connect() as connection:
        plan = rotation.plan(connection)
    for work in plan:
        changed, after, seen = 0, 0, 1
        with click.progressbar(length=work.rows, label=f"{work.table.name:<12}") as bar:
            while seen:
                with atomic() as session:
                    after, seen, some = rotation.reseal(session.connection(), vault, work, after)
                changed += some
                bar.update(seen)
        click.echo(f"{work.table.name}: {changed} values sealed anew.")


@keys.command("retire")
@with_appcontext
def retire() -> None:
    """Drop keys that no stored value needs any more."""
    config: Config = current_app.extensions["campaign.config"]
    with changing(config.keys_file) as ring:
        old = set(ring.keys) - {ring.current}
        settling = ring.rotated_at + SETTLE_SECONDS - time.time()
        if old and settling > 0:
            click.echo(f"Waiting {settling:.0f} s until every running process has noticed the rotation …")
            time.sleep(settling)
        with store().engine.connect() as connection:
            needed = rotation.keys_in_use(connection, old)
        if old - needed:
            save(config.keys_file, ring.without(old - needed))
    click.echo(
        f"Dropped: {len(old - needed)}. Still needed: {len(needed)}{' (run `campaign keys rotate`)' if needed else ''}."
    )


commands: list[click.Command] = [migrate, doctor, keys]
