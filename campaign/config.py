"""Settings: read once from the environment, checked at once, never changed afterwards."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent.parent
OFFERED_LANGUAGES = ("en",)
"""Languages whose translation is complete. Others are not offered."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ConfigError(Exception):
    """A setting is missing or makes no sense; the message says which and what to write instead."""


@dataclass(frozen=True, slots=True)
class Smtp:
    """Where mail is handed over. `implicit_tls` is `smtps://`; otherwise STARTTLS is used when offered."""

    host: str
    port: int
    implicit_tls: bool
    username: str | None
    password: str | None


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting of the application. Build it with `Config.from_env`."""

    instance: Path
    database_url: str
    jobs_url: str
    base_url: str
    secret_key: str | None
    keys_file: Path
    keys_file_given: bool
    smtp: Smtp
    mail_from: str
    languages: tuple[str, ...]
    trusted_proxies: tuple[Network, ...]
    rate_limits: bool

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Config:
        """Read the `CAMPAIGN_*` settings. Raises `ConfigError` at the first one that cannot be used."""
        instance = Path(env.get("CAMPAIGN_INSTANCE") or ROOT / "instance").resolve()
        base_url = _base_url(env.get("CAMPAIGN_BASE_URL") or "http://127.0.0.1:8000")
        database_url = _database_url(env.get("CAMPAIGN_DATABASE_URL") or f"sqlite:///{instance / 'campaign.db'}")
        keys_file = env.get("CAMPAIGN_KEYS_FILE")
        return cls(
            instance=instance,
            database_url=database_url,
            jobs_url=_jobs_url(env.get("CAMPAIGN_JOBS_URL"), database_url),
            base_url=base_url,
            secret_key=_secret_key(env.get("CAMPAIGN_SECRET_KEY")),
            keys_file=Path(keys_file or instance / "keys.json").resolve(),
            keys_file_given=bool(keys_file),
            smtp=_smtp(env.get("CAMPAIGN_SMTP_URL") or "smtp://127.0.0.1:1025"),
            mail_from=_mail_from(env.get("CAMPAIGN_MAIL_FROM"), base_url),
            languages=_languages(env.get("CAMPAIGN_LANGUAGES") or ",".join(OFFERED_LANGUAGES)),
            trusted_proxies=_networks(env.get("CAMPAIGN_TRUSTED_PROXIES") or ""),
            rate_limits=_switch("CAMPAIGN_RATE_LIMITS", env.get("CAMPAIGN_RATE_LIMITS") or "on"),
        )

    @property
    def host(self) -> str:
        """The host name of the site."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def secure(self) -> bool:
        """Whether the site is reached over TLS."""
        return self.base_url.startswith("https://")

    @property
    def production(self) -> bool:
        """Whether others than this machine's user can reach the site; then nothing is made up for missing keys."""
        return not _is_loopback(self.host)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _base_url(text: str) -> str:
    parts = _split(text)
    usable = parts is not None and parts.scheme in {"http", "https"} and parts.hostname and parts.username is None
    if parts is None or not usable or parts.query or parts.fragment or not text.isprintable():
        raise ConfigError(f"CAMPAIGN_BASE_URL must be like https://campaign.example.org, not {text!r}.")
    return text.rstrip("/")


def _split(text: str) -> SplitResult | None:
    """The parts of a URL; None if its brackets or its port make no sense."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # only now looked at
    except ValueError:
        return None
    return parts


def _database_url(text: str) -> str:
    if text.startswith("postgres://"):
        text = "postgresql://" + text.removeprefix("postgres://")
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise ConfigError(
            "CAMPAIGN_DATABASE_URL must be like sqlite:////var/lib/campaign/campaign.db or postgresql://user@host/name."
        ) from error
    if url.drivername in {"postgresql", "postgresql+psycopg"}:
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if url.drivername != "sqlite":
        raise ConfigError(f"CAMPAIGN_DATABASE_URL names {url.drivername!r}; this works with sqlite and postgresql.")
    if not url.database or url.database == ":memory:":
        raise ConfigError("CAMPAIGN_DATABASE_URL must name a file: web and worker share it.")
    return f"sqlite:///{Path(url.database).resolve()}"


def _jobs_url(text: str | None, database_url: str) -> str:
    if not text:
        if database_url.startswith("sqlite"):
            return database_url.removesuffix(".db") + "-jobs.db"
        return database_url.replace("postgresql+psycopg://", "postgresql://")
    if not text.startswith(("sqlite:///", "postgresql://")):
        raise ConfigError("CAMPAIGN_JOBS_URL must start with sqlite:/// or postgresql://.")
    return text


def _secret_key(text: str | None) -> str | None:
    if text is not None and len(text) < 32:  # noqa: PLR2004 - 32 characters, as the message says
        raise ConfigError("CAMPAIGN_SECRET_KEY must have at least 32 characters.")
    return text


def _smtp(text: str) -> Smtp:
    parts = _split(text)
    if parts is None or parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ConfigError("CAMPAIGN_SMTP_URL must be like smtps://user:password@mail.example.org:465.")
    implicit = parts.scheme == "smtps"
    port = parts.port or (465 if implicit else 25)
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    return Smtp(parts.hostname, port, implicit, user, password)


def _mail_from(text: str | None, base_url: str) -> str:
    host = urlsplit(base_url).hostname or ""
    address = text or f"campaign@{host if '.' in host and not _is_loopback(host) else 'example.org'}"
    plain = address.isprintable() and not any(sign in address for sign in " <>,")
    if not plain or address.count("@") != 1 or not all(address.split("@")):
        raise ConfigError("CAMPAIGN_MAIL_FROM must be one plain address, like campaign@example.org.")
    return address


def _languages(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    missing = [name for name in names if name not in OFFERED_LANGUAGES]
    if missing or not names:
        raise ConfigError(f"CAMPAIGN_LANGUAGES may name {', '.join(OFFERED_LANGUAGES)}; not {', '.join(missing)}.")
    return names


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise ConfigError(f"CAMPAIGN_TRUSTED_PROXIES must list addresses or networks: {error}.") from error


def _switch(name: str, text: str) -> bool:
    if text not in {"on", "off"}:
        raise ConfigError(f"{name} must be on or off.")
    return text == "on"
