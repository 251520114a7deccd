"""Organisers: accounts, roles and the login."""

from __future__ import annotations

from flask import Flask

from campaign.accounts import door, gate, security
from campaign.accounts.access import current_organiser
from campaign.accounts.admin import admin
from campaign.accounts.desk import entries_for
from campaign.config import Config
from campaign.vault import Vault


def init_app(app: Flask, config: Config, vault: Vault) -> None:
    """Put the desk behind its gate. Needs database, languages and kernel; comes before what adds panels."""
    app.extensions[door.EXTENSION] = door.Door(config, vault)
    security.init_app(app, config, vault)
    gate.init_app(app)
    app.register_blueprint(admin)
    app.jinja_env.globals["desk_entries"] = lambda: entries_for(current_organiser())
