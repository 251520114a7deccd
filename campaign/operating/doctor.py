"""Looks at an installation and says what is wrong and what to do about it."""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from campaign.config import Config
from campaign.db.versions import newest_migration
from campaign.mailing.transport import is_loopback
from campaign.vault import KeyRingError, Vault, load

SMTP_SECONDS = 10.0
MOST_SKEW_SECONDS = 30.0
NOT_BEFORE = 1_763_000_000
"""A clock that shows a time before this was written is wrong."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `advice` says what to do when it is not `ok`."""

    topic: str
    ok: bool
    text: str
    advice: str = ""


def examine(config: Config, engine: Engine, vault: Vault) -> Iterator[Finding]:
    """All findings, one topic after the other; a check that breaks is itself a finding."""
    checks: list[tuple[str, Callable[[], Finding]]] = [
        ("keys", lambda: keys(config, vault)),
        ("database", lambda: database(engine)),
        ("durability", lambda: durability(engine)),
        ("mail", lambda: mail(config)),
        ("clock", lambda: clock(engine)),
        ("address", lambda: address(config)),
        ("languages", lambda: languages(config)),
    ]
    for topic, check in checks:
        try:
            yield check()
        except Exception as error:  # noqa: BLE001 - the doctor reports, whatever it meets
            yield Finding(
                topic,
                ok=False,
                text=f"The check itself failed: {type(error).__name__}.",
                advice="Report this.",
            )


def keys(config: Config, vault: Vault) -> Finding:
    """The key ring can be read, by nobody else, and is kept apart from the database."""
    try:
        ring = load(config.keys_file)
    except KeyRingError as error:
        return Finding("keys", ok=False, text=str(error), advice="Without its keys nothing stored can be read.")
    if ring.root != vault.ring.root:
        return Finding(
            "keys",
            ok=False,
            text="The key ring on disk is not the one in use.",
            advice="Restart all processes.",
        )
    if config.production and config.keys_file.is_relative_to(config.instance):
        return Finding(
            "keys",
            ok=False,
            text=f"{config.keys_file} lies beside the database.",
            advice="Keep the key ring on another disk or volume, so that a copy of the data is not a copy of the keys.",
        )
    return Finding(
        "keys",
        ok=True,
        text=f"{len(ring.keys)} field key(s), current number {ring.current}; keep a copy offline.",
    )


def database(engine: Engine) -> Finding:
    """The database answers and stands at the newest migration."""
    head = newest_migration()
    try:
        with engine.connect() as connection:
            version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError as error:
        reason = type(getattr(error, "orig", None) or error).__name__
        return Finding(
            "database",
            ok=False,
            text=f"No answer, or no tables ({reason}).",
            advice="Check CAMPAIGN_DATABASE_URL, then run `campaign migrate`.",
        )
    if version != head:
        return Finding(
            "database",
            ok=False,
            text=f"At version {version}, expected {head}.",
            advice="Run `campaign migrate`.",
        )
    return Finding("database", ok=True, text=f"{engine.dialect.name}, version {version}.")


def durability(engine: Engine) -> Finding:
    """What is acknowledged is on disk."""
    try:
        return _durability(engine)
    except SQLAlchemyError:
        advice = "See what is said of the database; then ask again."
        return Finding("durability", ok=False, text="Unknown until the database answers.", advice=advice)


def _durability(engine: Engine) -> Finding:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
            synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar()
            ok = mode == "wal" and synchronous == 2  # noqa: PLR2004 - 2 is FULL
            found = f"journal {mode}, synchronous {synchronous}."
        else:
            found_fsync = connection.exec_driver_sql("SHOW fsync").scalar()
            commit = connection.exec_driver_sql("SHOW synchronous_commit").scalar()
            ok = found_fsync == "on" and commit != "off"
            found = f"fsync {found_fsync}, synchronous_commit {commit}."
    return Finding(
        "durability",
        ok=ok,
        text=found,
        advice="" if ok else "Turn durable commits on in the database's settings.",
    )


def mail(config: Config, seconds: float = SMTP_SECONDS) -> Finding:
    """The mail server answers within `seconds` and, with a password, lets us in."""
    smtp = config.smtp
    where = f"{smtp.host}:{smtp.port}"
    try:
        context = ssl.create_default_context()
        trusted = is_loopback(smtp.host)
        if trusted:  # as when mail is sent
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if smtp.implicit_tls:
            client: smtplib.SMTP = smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=seconds, context=context)
        else:
            client = smtplib.SMTP(smtp.host, smtp.port, timeout=seconds)
        with client:
            client.ehlo_or_helo_if_needed()
            if not smtp.implicit_tls and client.has_extn("starttls"):
                client.starttls(context=context)
                client.ehlo_or_helo_if_needed()
            elif smtp.username and not smtp.implicit_tls and not trusted:
                raise smtplib.SMTPNotSupportedError("the password is not sent in clear")
            if smtp.username:
                client.login(smtp.username, smtp.password or "")
    except smtplib.SMTPAuthenticationError:
        return Finding(
            "mail",
            ok=False,
            text=f"{where} refuses the user name or password.",
            advice="Check CAMPAIGN_SMTP_URL.",
        )
    except (OSError, smtplib.SMTPException) as error:
        return Finding(
            "mail",
            ok=False,
            text=f"{where} does not answer as it should ({type(error).__name__}).",
            advice="Check CAMPAIGN_SMTP_URL and the firewall. Mail waits in the outbox meanwhile.",
        )
    return Finding("mail", ok=True, text=f"{where} answers; mail goes out as {config.mail_from}.")


def clock(engine: Engine) -> Finding:
    """The clock is plausible and agrees with the database's."""
    here = time.time()
    skew = 0.0
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            skew = abs(
                float(connection.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())").scalar_one()) - here
            )
    ok = here > NOT_BEFORE and skew < MOST_SKEW_SECONDS
    return Finding(
        "clock",
        ok=ok,
        text=time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(here)),
        advice="" if ok else "Set the clock (NTP): opening times, links and reminders depend on it.",
    )


def address(config: Config) -> Finding:
    """The site's own address is one that people can trust."""
    onion = config.host.endswith(".onion")
    if config.production and not config.secure and not onion:
        return Finding(
            "address",
            ok=False,
            text=f"{config.base_url} is not encrypted.",
            advice="Put TLS in front and set CAMPAIGN_BASE_URL to https://…",
        )
    if config.production and not config.rate_limits:
        return Finding(
            "address",
            ok=False,
            text="Rate limits are off.",
            advice="Unset CAMPAIGN_RATE_LIMITS; off is for load tests.",
        )
    kind = "production" if config.production else "this machine only"
    return Finding("address", ok=True, text=f"{config.base_url} ({kind}).")


def languages(config: Config) -> Finding:
    """Every configured language is complete."""
    folder = Path(__file__).parent.parent / "translations"
    missing = [
        name
        for name in config.languages
        if name != "en" and not (folder / name / "LC_MESSAGES" / "messages.mo").exists()
    ]
    if missing:
        return Finding(
            "languages",
            ok=False,
            text=f"No translation for {', '.join(missing)}.",
            advice="Take them out of CAMPAIGN_LANGUAGES.",
        )
    return Finding("languages", ok=True, text=", ".join(config.languages))
