"""Bringing a file in, as commands and the desk do."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask

from campaign.chambers import bringing
from campaign.chambers.planning import plan_import
from campaign.chambers.plans import Plan, Wishes
from campaign.chambers.rosters.opening import read_roster
from campaign.chambers.service import Act
from campaign.db import atomic, db
from campaign.kit import clock
from tests.chambers.rosters import encoded

TODAY = date(2026, 5, 31)


def plan(app: Flask, said: Any, *, chamber: str = "", **wishes: Any) -> Plan:
    """What bringing it in would do. `said` is a document or the bytes of a file."""
    content = said if isinstance(said, bytes) else encoded(said)
    with app.app_context():
        try:
            return plan_import(db.session(), read_roster(content, chamber=chamber), Wishes(**wishes), TODAY)
        finally:
            db.session.rollback()


def bring(app: Flask, said: Any, *, chamber: str = "", **wishes: Any) -> Plan:
    """Bring it in."""
    made = plan(app, said, chamber=chamber, **wishes)
    with app.app_context():
        bringing.bring(atomic, made, "roster.json", Act("test", clock.now()))
    return made
