"""The composition root: the only module that knows every feature."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

import click
from flask import Flask
from flask.cli import FlaskGroup
from flask_migrate import Migrate

from campaign import accounts, db, i18n
from campaign.accounts import cli as accounts_cli
from campaign.accounts import jobs as accounts_jobs
from campaign.campaigns import cli as campaigns_cli
from campaign.campaigns import listening as campaigns_listening
from campaign.chambers import admin as chambers_admin
from campaign.chambers import cli as chambers_cli
from campaign.chambers import jobs as chambers_jobs
from campaign.config import ROOT, Config, ConfigError
from campaign.demo import cli as demo_cli
from campaign.facilities import admin as facilities_admin
from campaign.godparents import admin as godparents_admin
from campaign.godparents import cli as godparents_cli
from campaign.godparents import jobs as godparents_jobs
from campaign.godparents import listening as godparents_listening
from campaign.godparents.emails import GodparentMails
from campaign.godparents.views import documents, feed, invited, joining, own_pairs
from campaign.godparents.views import public as godparents
from campaign.jobs import Engine, make_huey
from campaign.local import cli as local_cli
from campaign.mailing import jobs as mailing_jobs
from campaign.operating import cli as operating_cli
from campaign.petitions import admin as petitions_admin
from campaign.petitions import cli as petitions_cli
from campaign.petitions import jobs as petitions_jobs
from campaign.petitions import listening as petitions_listening
from campaign.petitions import views as petitions
from campaign.petitions.emails import PetitionMails, Sender
from campaign.prisoners import admin as prisoners_admin
from campaign.prisoners import cli as prisoners_cli
from campaign.prisoners import jobs as prisoners_jobs
from campaign.prisoners import places
from campaign.prisoners import views as prisoners
from campaign.privacy import views as privacy
from campaign.server import cli as server_cli
from campaign.site import admin as site_admin
from campaign.site import calendars, profiles
from campaign.site import views as site
from campaign.vault import KeyFile, KeyRingError, Vault, load, load_or_create
from campaign.web import assets, errors, filters, headers, kernel, links, row_ids
from campaign.web.errors import QuietFlask
from campaign.web.page_cache import PageCache

MOST_BYTES = 8 * 1024 * 1024
"""Of a request: a form whose every field is far too long still comes back with messages instead of a bare refusal."""


def create_app(config: Config | None = None) -> Flask:
    """The application for `config`, by default that of the environment. Raises `ConfigError` or `KeyRingError`."""
    config = config or Config.from_env(os.environ)
    app = QuietFlask("campaign", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.update(MAX_CONTENT_LENGTH=MOST_BYTES, MAX_FORM_MEMORY_SIZE=MOST_BYTES, MAX_FORM_PARTS=100)
    app.extensions["campaign.config"] = config
    vault = open_vault(config)
    app.extensions["campaign.vault"] = vault
    app.secret_key = config.secret_key or vault.derive("session").hex()
    _machinery(app, config, vault)
    _features(app, config, vault)
    _jobs(app, config)
    app.wsgi_app = PageCache(app.wsgi_app, config.languages)  # type: ignore[method-assign]  # Flask's documented way to add a layer
    return app


def open_vault(config: Config) -> Vault:
    """The vault of `config`. Keys are only ever made up on a machine that nobody else can reach."""
    if config.production and not config.keys_file_given:
        raise KeyRingError("CAMPAIGN_KEYS_FILE must name the key ring. Make one with `campaign keys create PATH`.")
    read = load if config.production else load_or_create
    return Vault(read(config.keys_file), KeyFile(config.keys_file))


def _machinery(app: Flask, config: Config, vault: Vault) -> None:
    i18n.init_app(app, config)
    db.init_app(app, config.database_url)
    Migrate(app, db.db, directory=str(ROOT / "migrations"))
    kernel.init_app(app, config, vault)
    headers.init_app(app, config)
    errors.init_app(app)
    links.init_app(app)
    row_ids.init_app(app)
    assets.init_app(app)
    filters.init_app(app, config)


def _features(app: Flask, config: Config, vault: Vault) -> None:
    accounts.init_app(app, config, vault)
    mailing_jobs.init_app(app, config)
    sender = Sender(config.base_url, config.mail_from)
    app.extensions["campaign.petition_mails"] = PetitionMails(
        app, app.extensions["campaign.store"].engine, vault, sender
    )
    app.extensions["campaign.godparent_mails"] = GodparentMails(app, vault, config.base_url, config.mail_from)
    for blueprint in (site.blueprint, calendars.blueprint, profiles.blueprint, petitions.blueprint, privacy.blueprint):
        app.register_blueprint(blueprint)
    app.register_blueprint(prisoners.blueprint)
    for blueprint in (godparents.blueprint, joining.blueprint, invited.blueprint, documents.blueprint, feed.blueprint):
        app.register_blueprint(blueprint)
    app.register_blueprint(own_pairs.blueprint)
    campaigns_listening.connect()
    petitions_listening.connect()
    godparents_listening.connect()
    places.connect()
    petitions_admin.init_app(app)
    prisoners_admin.init_app(app)
    facilities_admin.init_app(app, places.held_in)
    chambers_admin.init_app(app)
    godparents_admin.init_app(app)
    site_admin.init_app(app)


def _jobs(app: Flask, config: Config) -> None:
    engine = Engine(make_huey(config.jobs_url))
    features = (accounts_jobs, mailing_jobs, petitions_jobs, godparents_jobs, prisoners_jobs, chambers_jobs)
    engine.add(app, [job for feature in features for job in feature.JOBS])
    app.extensions["campaign.jobs"] = engine


class CampaignGroup(FlaskGroup):
    """Flask's own group; a setting that makes no sense is a message, not a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Flask would build the application only to list commands, and fail where settings are missing."""
        self._load_plugin_commands()
        return sorted(click.Group.list_commands(self, ctx))

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command."""
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        try:
            return super().main(*args, **kwargs)
        except (ConfigError, KeyRingError) as error:
            click.echo(f"campaign: {error}", err=True)
            sys.exit(2)


cli = CampaignGroup(
    create_app=create_app, help="Solidarity campaigns for political prisoners.", add_default_commands=False
)
cli.params.clear()  # Flask's own: another application, a file of settings, debugging
for command in (
    *server_cli.commands,
    *local_cli.commands,
    *operating_cli.commands,
    *demo_cli.commands,
    *accounts_cli.commands,
    *campaigns_cli.commands,
    *petitions_cli.commands,
    *prisoners_cli.commands,
    *chambers_cli.commands,
    *godparents_cli.commands,
):
    cli.add_command(command)
