"""Organisers in a test: made with a cheap hash, logged in through the real login."""

from __future__ import annotations

from flask import Flask

from campaign.accounts import service
from campaign.accounts.models import Role
from campaign.accounts.security import hashed
from campaign.db import atomic
from campaign.kit import clock
from tests.accounts.browser import PASSWORD, Browser

_CHEAP = {"argon2__memory_cost": 64, "argon2__time_cost": 1, "argon2__parallelism": 1}


def logged_in(app: Flask, role: Role | None, campaign_id: int | None = None) -> Browser:
    """A browser at the desk of somebody with that role there; `campaign_id` None means everywhere."""
    app.extensions["security"].pwd_context.update(**_CHEAP)
    email = f"{role or 'nothing'}-{campaign_id or 'everywhere'}@example.org"
    with app.app_context(), atomic() as session:
        made = service.create(session, email=email, password_hash=hashed(PASSWORD), actor="test", now=clock.now())
        if role:
            service.grant(session, made, role, campaign_id=campaign_id, actor="test", now=clock.now())
    browser = Browser(app.test_client())
    assert browser.log_in(email=email).location == "/admin/"
    return browser
