"""Commands: `campaigns list`, `campaigns set`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click
from flask.cli import with_appcontext

from campaign.audit import service as audit
from campaign.campaigns import queries, service
from campaign.db import atomic, db
from campaign.kit import clock


@click.group()
def campaigns() -> None:
    """Campaigns: their settings for mail and safety."""


@campaigns.command("list")
@with_appcontext
def list_campaigns() -> None:
    """Show every campaign with its settings."""
    for campaign in queries.all_campaigns(db.session()):
        settings = service.Settings.of(campaign)
        click.echo(f"{campaign.slug}  {campaign.name}")
        click.echo(f"  sender in mails   {settings.mail_sender or '(the campaign’s name)'}")
        click.echo(f"  subject of mails  {settings.mail_subject or '(each mail’s own)'}")
        click.echo(f"  risky countries   {', '.join(settings.risky_countries) or '(none)'}")
        click.echo(f"  reminders after   {', '.join(map(str, settings.reminder_days)) or '(none)'} days")
        click.echo(f"  purged after      {settings.purge_days} days")


def _codes(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(part.strip().upper() for part in value.split(",") if part.strip())


def _days(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[int, ...] | None:
    try:
        return None if value is None else tuple(int(part) for part in value.split(",") if part.strip())
    except ValueError:
        raise click.BadParameter("write days like 1,4") from None


@campaigns.command("set")
@click.argument("slug")
@click.option("--mail-sender", help="Name that mails come from; empty for the campaign's name.")
@click.option("--mail-subject", help="One subject for all mails, to say nothing; empty for each mail's own.")
@click.option("--risky-countries", callback=_codes, help="Codes like BY,RU: the form warns people there.")
@click.option("--reminder-days", callback=_days, help="Days like 1,4 after which the unconfirmed are reminded.")
@click.option("--purge-days", type=int, help="Days after which the unconfirmed are deleted.")
@with_appcontext
def set_campaign(slug: str, **given: Any) -> None:
    """Change settings of SLUG; what is not named stays."""
    with atomic() as session:
        campaign = queries.campaign_by_slug(session, slug)
        if campaign is None:
            raise click.ClickException(f"There is no campaign {slug!r}.")
        wanted = replace(service.Settings.of(campaign), **{k: v for k, v in given.items() if v is not None})
        try:
            changed = service.change(campaign, wanted)
        except service.BadSetting as error:
            raise click.ClickException(str(error)) from error
        audit.record(
            session,
            actor="command line",
            action="campaign.set",
            subject=slug,
            campaign_id=campaign.id,
            details={"changed": changed},
            now=clock.now(),
        )
    click.echo(f"{slug}: {', '.join(changed) or 'nothing'} changed. In force within ten seconds.")


commands: list[click.Command] = [campaigns]
