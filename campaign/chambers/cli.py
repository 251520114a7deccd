"""Commands: `chambers import`, `chambers list`, `chambers set`, `chambers export`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from campaign.audit import service as audit
from campaign.chambers import queries, service, words
from campaign.chambers.bringing import CLAIM, bring
from campaign.chambers.models import Chamber
from campaign.chambers.planning import plan_import
from campaign.chambers.plans import ChamberPlan, Plan, Wishes
from campaign.chambers.rosters import writing
from campaign.chambers.rosters.listed import Roster, UnusableRoster
from campaign.chambers.rosters.opening import read_roster
from campaign.chambers.service import Act
from campaign.chambers.signals import Consequence, ask_what_follows
from campaign.db import atomic, db, store
from campaign.kit import clock
from campaign.kit.domains import normal
from campaign.kit.draft_file import draft_of

ACTOR = "command line"
_MOST_NAMES = 50
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False, readable=True)


@click.group()
def chambers() -> None:
    """Parliaments: who sits in them, and their official mail domains."""


@chambers.command("import")
@click.argument("file", type=_FILE)
@click.option("--country", metavar="CODE", default="", help="The country, if the file does not say: two letters.")
@click.option("--chamber", metavar="NAME", default="", help="The chamber, for a table without such a column.")
@click.option("--domain", "domains", metavar="DOMAIN", multiple=True, help="An official mail domain. May be repeated.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day the file speaks of; by default today.")
@click.option("--missing-have-left", is_flag=True, help="Members who are not in the file left, even if that is most.")
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@with_appcontext
def import_(
    file: Path, country: str, chamber: str, domains: Sequence[str], *, as_of: datetime | None, missing_have_left: bool,
    dry_run: bool,
) -> None:  # fmt: skip
    """Bring in a roster from FILE: Popolo JSON, as EveryPolitician has it, or CSV.

    Bringing in the same file again changes nothing. A newer one ends the mandates that ended, and tells who left
    office; it has to have all of the chamber.
    """
    with force_locale("en"), _in_plain_words(), store().exclusive(CLAIM) as ours:
        if not ours:
            raise UnusableRoster("busy")
        day = as_of.date() if as_of else None
        wishes = Wishes(country.strip().upper(), tuple(map(_domain, domains)), day, missing_have_left)
        plan = _planned(read_roster(file, chamber=chamber), wishes)
        if dry_run:
            follows = ask_what_follows(db.session(), plan.office_changes, clock.now())
            _tell(plan, follows, "would be ")
            click.echo("Nothing was written.")
            return
        with click.progressbar(length=len(plan.members), label="Writing") as bar:
            done = bring(atomic, plan, file.name, Act(ACTOR, clock.now()), bar.update)
        _tell(plan, done.consequences, "")


@chambers.command("list")
@with_appcontext
def list_() -> None:
    """All chambers: how many sit there now, the official domains, and those that wait for a yes or no."""
    with force_locale("en"):
        found = queries.overview(db.session(), clock.now().date(), "en")
    for each in found:
        click.echo(f"{each.slug}  {each.country}  {each.name}: {each.sitting} members now, as of {each.as_of or '–'}")
        click.echo(f"    official: {', '.join(each.official) or 'none'}")
        if each.waiting:
            click.echo(f"    waiting: {', '.join(each.waiting)}")
    if not found:
        click.echo("There is no chamber yet. Bring one in with `campaign chambers import FILE`.")


@chambers.command("set")
@click.argument("slug")
@click.option("--domain", "yes", metavar="DOMAIN", multiple=True, help="Mailboxes there, and below, are official.")
@click.option("--no-domain", "no", metavar="DOMAIN", multiple=True, help="They are not.")
@with_appcontext
def set_(slug: str, yes: Sequence[str], no: Sequence[str]) -> None:
    """Say which mail domains of the chamber SLUG are official. May be run again."""
    with force_locale("en"), _in_plain_words():
        wanted = [*((_domain(each), True) for each in yes), *((_domain(each), False) for each in no)]
        with atomic() as session:
            chamber = _chamber(slug)
            for domain, official in wanted:
                try:
                    service.set_domain(session, chamber, domain, Act(ACTOR, clock.now()), official=official)
                except service.UnsuitableDomain:
                    raise UnusableRoster("bad_domain", domain=domain) from None
        domains = queries.domains_of(db.session(), _chamber(slug).id)
        click.echo(f"{slug}: official: {', '.join(each.domain for each in domains if each.official) or 'none'}")


@chambers.command("export")
@click.argument("slug")
@click.option("--format", "form", type=click.Choice(["popolo", "csv"]), default="popolo", show_default=True)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to; an older file of that name is replaced whole. By default to the screen.",
)
@with_appcontext
def export(slug: str, form: str, output: Path | None) -> None:
    """Write the chamber SLUG as Popolo JSON or CSV. Bringing that in again changes nothing."""
    chamber = _chamber(slug)
    subject = f"chamber:{chamber.id}"
    pieces = writing.FORMS[form](db.session(), chamber.id)
    if output is None:
        for piece in pieces:
            click.echo(piece, nl=False)
    else:
        try:
            _write(output, pieces)
        except OSError as error:
            raise click.ClickException(f"{output} could not be written: {error.strerror}.") from error
        click.echo(f"{chamber.name} written to {output}.")
    with atomic() as session:
        details = {"format": form}
        audit.record(session, actor=ACTOR, action="chamber.export", subject=subject, details=details, now=clock.now())


commands: list[click.Command] = [chambers]

# ---------------------------------------------------------------------------------------------------------------------


def _planned(roster: Roster, wishes: Wishes) -> Plan:
    with click.progressbar(length=len(roster.persons), label="Comparing") as bar:
        try:
            return plan_import(db.session(), roster, wishes, clock.now().date(), bar.update)
        finally:
            db.session.rollback()


def _tell(plan: Plan, consequences: Sequence[Consequence], would: str) -> None:
    for each in plan.findings:
        section = words.SECTIONS.get(each.section, each.section)
        name = f" ({each.name})" if each.name else ""
        click.echo(f"{each.kind}: {section} {each.row or ''}{name}: {words.finding(each.code, each.values)}")
    for chamber in plan.chambers:
        _tell_of(chamber, would)
    for consequence in consequences:
        click.echo(str(consequence.text) % {"count": consequence.count})
    kinds = [each.kind for each in plan.findings]
    click.echo(f"{kinds.count('skipped')} skipped, {kinds.count('refused')} refused.")
    if not plan.changes:
        click.echo("Nothing changed: all of it is here already.")


def _tell_of(chamber: ChamberPlan, would: str) -> None:
    counts = chamber.counts
    click.echo(f"\n{chamber.name} ({chamber.slug}, {chamber.country}):")
    click.echo(
        f"  members: {counts['new']} {would}new, {counts['changed']} {would}changed, {counts['unchanged']} unchanged;"
        f" {counts['sitting']} sit now"
    )
    click.echo(f"  mandates: {counts['mandates_new']} {would}new, {counts['mandates_ended']} {would}ended")
    for label, names in (
        ("left office", [f"{name}, {day}" for _, name, day in chamber.left]),
        ("back in office", [name for _, name in chamber.back]),
    ):
        if names:
            click.echo(f"  {label}: {len(names)}")
            for name in names[:_MOST_NAMES]:
                click.echo(f"    {name}")
            if len(names) > _MOST_NAMES:
                click.echo(f"    … and {len(names) - _MOST_NAMES} more")
    official = [each.domain for each in chamber.domains if each.official]
    waiting = [f"{each.domain} ({each.bearers})" for each in chamber.domains if not (each.official or each.decided)]
    click.echo(f"  official domains: {', '.join(official) or 'none'}")
    if waiting:
        click.echo(f"  domains that wait: {', '.join(waiting)}")
        click.echo(f"  Say yes or no: campaign chambers set {chamber.slug} --domain … --no-domain …")
    if chamber.webmail:
        click.echo(f"  {chamber.webmail} addresses are at providers where anybody gets one: they prove nothing")


def _chamber(slug: str) -> Chamber:
    found = queries.by_slug(db.session(), slug)
    if found is None:
        raise click.ClickException(f"There is no chamber {slug!r}. See `campaign chambers list`.")
    return found


def _domain(text: str) -> str:
    try:
        return normal(text)
    except ValueError:
        raise UnusableRoster("no_domain", domain=text) from None


def _write(output: Path, pieces: Iterator[str]) -> None:
    with draft_of(output) as draft:
        with draft.open() as file:
            for piece in pieces:
                file.write(piece.encode())
        draft.keep()


@contextmanager
def _in_plain_words() -> Iterator[None]:
    """A file that cannot be brought in ends with a sentence and exit code 1."""
    try:
        yield
    except UnusableRoster as problem:
        said = words.unusable(problem.code, problem.values)
        raise click.ClickException(f"{said}{_OPTIONS.get(problem.code, '')}") from problem


_OPTIONS = {
    "no_country": " Use --country.",
    "no_chamber": " Use --chamber.",
    "members_missing": " Use --missing-have-left.",
}
"""How to say on the command line what is missing."""
