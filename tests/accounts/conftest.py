"""Two campaigns with a thing to guard in each, and people who try."""

from dataclasses import dataclass

import pytest
from flask import Blueprint
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy import insert

from campaign.accounts import service
from campaign.accounts.access import (
    Permission,
    for_every_organiser,
    public,
    requires,
    requires_everywhere,
    requires_somewhere,
)
from campaign.accounts.cli import commands
from campaign.accounts.desk import Panel, add_panel
from campaign.accounts.models import Role
from campaign.accounts.security import hashed
from campaign.campaigns.models import Campaign
from campaign.db import atomic
from campaign.kit import clock
from tests.accounts.browser import PASSWORD, Browser
from tests.applications import new_app
from tests.conftest import close

CHEAP = {"argon2__memory_cost": 64, "argon2__time_cost": 1, "argon2__parallelism": 1}

TEMPLATES = {
    "things_panel.html": "<h2>Things: {{ names|join(' ') }}</h2>",
}
CAMPAIGNS = {"belarus": 1, "elsewhere": 2}
THINGS = {"here": 1, "there": 2}


@dataclass
class Thing:
    name: str


def thing_by_slug(slug):
    return (Thing(slug), THINGS[slug]) if slug in THINGS else None


things = Blueprint("things", __name__, url_prefix="/admin/things")
pages = Blueprint("pages", __name__)


@things.get("/")
@requires_somewhere(Permission.PETITION_SEE_NUMBERS)
def listed(reach):
    return " ".join(name for name, campaign_id in THINGS.items() if campaign_id in reach)


@things.get("/all")
@requires_everywhere(Permission.AUDIT_SEE)
def everything():
    return "everything"


@things.get("/<slug>/numbers")
@requires(Permission.PETITION_SEE_NUMBERS, of=thing_by_slug)
def numbers(thing):
    return f"numbers of {thing.name}"


@things.get("/<slug>/export/<kind>")
@requires(Permission.PETITION_EXPORT, of=thing_by_slug)
def export(thing, kind):
    return f"{thing.name} as {kind}"


@things.post("/<slug>/state")
@requires(Permission.PETITION_SET_STATE, of=thing_by_slug)
def set_state(thing):
    return f"{thing.name} changed"


@things.get("/forgotten")
def forgotten():
    return "nobody said who may see this"


@things.get("/mine")
@for_every_organiser
def mine():
    return "mine"


@pages.get("/open")
@public
def opened():
    return "open"


@pytest.fixture
def env(env):
    return env | {"CAMPAIGN_RATE_LIMITS": "on"}


@pytest.fixture
def make_app():
    """Makes the application, with the things and the two campaigns, on an empty database."""
    made = []

    def make(config):
        app = new_app(config)
        made.append(app)
        app.extensions["security"].pwd_context.update(**CHEAP)
        app.jinja_env.loader = ChoiceLoader([DictLoader(TEMPLATES), app.jinja_env.loader])
        app.register_blueprint(things)
        app.register_blueprint(pages)
        for command in commands:
            app.cli.add_command(command)
        with app.app_context(), atomic() as session:
            session.execute(
                insert(Campaign),
                [
                    {"id": number, "slug": slug, "name": slug.title(), "created_at": clock.now()}
                    for slug, number in CAMPAIGNS.items()
                ],
            )
        return app

    yield make
    for app in made:
        close(app)


@pytest.fixture
def app(make_app, config):
    return make_app(config)


@pytest.fixture
def organiser(app):
    """Makes organisers: `organiser("a@example.org", Role.VIEWER, 1)`; campaign None means every one."""

    def make(email="ada@example.org", role=Role.OWNER, campaign_id=None, password=PASSWORD):
        with app.app_context(), atomic() as session:
            made = service.create(session, email=email, password_hash=hashed(password), actor="test", now=clock.now())
            if role:
                service.grant(session, made, role, campaign_id=campaign_id, actor="test", now=clock.now())
        return email

    return make


@pytest.fixture
def browser(app):
    return Browser(app.test_client())


@pytest.fixture
def another_browser(app):
    return Browser(app.test_client())


@pytest.fixture
def logged_in(browser, organiser):
    organiser()
    assert browser.log_in().status_code == 302
    return browser


@pytest.fixture
def with_panel(app):
    add_panel(
        app,
        Panel(
            template="things_panel.html",
            permission=Permission.PETITION_SEE_NUMBERS,
            load=lambda reach: {"names": [name for name, number in THINGS.items() if number in reach]},
        ),
    )
