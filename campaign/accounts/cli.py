"""`campaign organiser …`: accounts and roles from the command line."""

from __future__ import annotations

import os

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from campaign.accounts import passwords, queries, service
from campaign.accounts.models import Organiser, Role
from campaign.accounts.security import hashed
from campaign.accounts.service import COMMAND_LINE
from campaign.db import atomic, db
from campaign.kit import clock

PASSWORD_VARIABLE = "CAMPAIGN_PASSWORD"  # noqa: S105 - the name of a setting, not a password
ROLES = click.Choice([role.value for role in Role])
IN_CAMPAIGNS = click.option(
    "--campaign", "slugs", multiple=True, metavar="SLUG", help="Only there; without it, in every campaign."
)

organiser = AppGroup("organiser", help="Organisers: who may log in, and with which roles.")
commands: list[click.Command] = [organiser]


@organiser.command("create")
@click.argument("email")
@click.option("--role", type=ROLES, default=Role.OWNER.value, show_default=True)
@IN_CAMPAIGNS
@click.option("--if-missing", is_flag=True, help="Do nothing if there is such an organiser already.")
@click.option("--reset-password", is_flag=True, help="With --if-missing: give an existing organiser this password.")
def create(email: str, role: str, slugs: tuple[str, ...], *, if_missing: bool, reset_password: bool) -> None:
    """Make an organiser. The password is read from CAMPAIGN_PASSWORD, else asked for."""
    address = _canonical(email)
    existing = queries.by_email(db.session(), address)
    if existing is not None:
        _create_again(address, if_missing=if_missing, reset_password=reset_password)
        return
    campaigns = _campaigns(slugs)
    password_hash = _password_hash(address)
    try:
        with atomic() as session:
            made = service.create(
                session, email=address, password_hash=password_hash, actor=COMMAND_LINE, now=clock.now()
            )
            for campaign_id in campaigns:
                service.grant(session, made, Role(role), campaign_id=campaign_id, actor=COMMAND_LINE, now=clock.now())
    except service.OrganiserExists:  # made by somebody else in this moment
        _create_again(address, if_missing=if_missing, reset_password=reset_password)
        return
    click.echo(f"Organiser {address} is {role} in {', '.join(slugs) or 'every campaign'}.")


@organiser.command("password")
@click.argument("email")
def password(email: str) -> None:
    """Give an organiser a new password and end all sessions. Read from CAMPAIGN_PASSWORD, else asked for."""
    _set_password(_found(db.session(), email).email)


@organiser.command("list")
def list_all() -> None:
    """Show all organisers with their roles."""
    session = db.session()
    slugs = queries.campaign_slugs(session)
    everybody = queries.everybody(session)
    for each in everybody:
        held = [f"{grant.role} in {slugs.get(grant.campaign_id, 'every campaign')}" for grant in each.grants]
        state = "" if each.active else " (disabled)"
        click.echo(f"{each.email}{state}: {', '.join(held) or 'no role'}")
    if not everybody:
        click.echo("There is no organiser yet. Make one with `campaign organiser create EMAIL`.")


@organiser.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Shut an organiser out: no login any more, and every open session ends at once."""
    with atomic() as session:
        found = _found(session, email)
        was_active = found.active
        service.disable(session, found, actor=COMMAND_LINE, now=clock.now())
    click.echo(f"{_canonical(email)} {'is disabled' if was_active else 'was disabled already'}.")


@organiser.command("enable")
@click.argument("email")
def enable(email: str) -> None:
    """Let a disabled organiser log in again."""
    with atomic() as session:
        service.enable(session, _found(session, email), actor=COMMAND_LINE, now=clock.now())
    click.echo(f"{_canonical(email)} may log in.")


@organiser.command("role")
@click.argument("email")
@click.argument("role", type=ROLES)
@IN_CAMPAIGNS
@click.option("--revoke", is_flag=True, help="Take the role back instead of giving it.")
def role(email: str, role: str, slugs: tuple[str, ...], *, revoke: bool) -> None:
    """Give an organiser a role, or take it back."""
    campaigns = _campaigns(slugs)
    change = service.revoke if revoke else service.grant
    with atomic() as session:
        found = _found(session, email)
        changed = [
            change(session, found, Role(role), campaign_id=campaign_id, actor=COMMAND_LINE, now=clock.now())
            for campaign_id in campaigns
        ]
    verb = "is no longer" if revoke else "is"
    already = "" if any(changed) else " (nothing to change)"
    click.echo(f"{_canonical(email)} {verb} {role} in {', '.join(slugs) or 'every campaign'}{already}.")


def _create_again(address: str, *, if_missing: bool, reset_password: bool) -> None:
    if not if_missing:
        raise click.ClickException(
            f"There is already an organiser {address}. To change one, see `campaign organiser --help`: "
            "password, role, disable, enable."
        )
    if reset_password:
        _set_password(address)
    else:
        click.echo(f"There is already an organiser {address}; nothing was changed.")


def _set_password(address: str) -> None:
    password_hash = _password_hash(address)
    with atomic() as session:
        service.set_password(
            session,
            _found(session, address),
            password_hash=password_hash,
            actor=COMMAND_LINE,
            now=clock.now(),
        )
    click.echo(f"{address} has a new password; open sessions have ended.")


def _canonical(email: str) -> str:
    try:
        return service.canonical_email(email)
    except service.BadEmail as error:
        raise click.ClickException(f"{email!r} is not an e-mail address: {error}") from error


def _found(session: Session, email: str) -> Organiser:
    found = queries.by_email(session, _canonical(email))
    if found is None:
        raise click.ClickException(f"There is no organiser {email}. See `campaign organiser list`.")
    return found


def _campaigns(slugs: tuple[str, ...]) -> list[int | None]:
    """The ids of the campaigns named; `[None]`, every campaign, if none is."""
    found: list[int | None] = []
    for slug in slugs:
        campaign_id = queries.campaign_id(db.session(), slug)
        if campaign_id is None:
            raise click.ClickException(f"There is no campaign {slug!r}.")
        found.append(campaign_id)
    return found or [None]


def _password_hash(address: str) -> str:
    password = os.environ.get(PASSWORD_VARIABLE) or click.prompt(
        "Password", hide_input=True, confirmation_prompt="Once more"
    )
    try:
        passwords.check(password, email=address)
    except passwords.PasswordProblem as problem:
        raise click.ClickException(_PROBLEMS[problem.code]) from None
    return hashed(password)


_PROBLEMS: dict[passwords.PasswordProblemCode, str] = {
    "short": f"The password is too short: at least {passwords.SHORTEST} characters; a few words are fine.",
    "long": f"The password is too long: at most {passwords.LONGEST} characters.",
    "common": "The password is among the first that guessing programs try. "
    "Take a few words that nobody would put together.",
    "address": "The password is little more than the address. Take a few words that nobody would put together.",
}
