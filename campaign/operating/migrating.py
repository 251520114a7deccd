"""Bringing a database to the newest version."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask_migrate import downgrade, upgrade

from campaign.config import ROOT, Config
from campaign.db import sqlite

FOLDER = str(ROOT / "migrations")


def migrate(app: Flask, revision: str = "head") -> None:
    """Run the migrations up to `revision`. Makes the SQLite file, readable by this user only, if there is none."""
    config: Config = app.extensions["campaign.config"]
    if app.extensions["campaign.store"].embedded:
        sqlite.create_file(Path(config.database_url.removeprefix("sqlite:///")))
    with app.app_context():
        upgrade(directory=FOLDER, revision=revision)
    app.extensions["campaign.jobs"].make_tables()


def go_back(app: Flask, revision: str) -> None:
    """Undo migrations down to `revision`."""
    with app.app_context():
        downgrade(directory=FOLDER, revision=revision)
