"""Pages that span features: home, a campaign, how data is used; and what operators ask."""

from __future__ import annotations

from flask import Blueprint, abort, jsonify, make_response
from sqlalchemy import text
from werkzeug import Response

from campaign.accounts.access import public
from campaign.campaigns import queries as campaigns
from campaign.db import db
from campaign.db.versions import newest_migration
from campaign.godparents import queries as godparents
from campaign.godparents.models import Role
from campaign.godparents.words import ROLE
from campaign.i18n import page_language
from campaign.kit import clock
from campaign.petitions import queries as petitions
from campaign.petitions.models import Stage
from campaign.web import kernel as web

blueprint = Blueprint("site", __name__)

HOME_SECONDS = 10
NEWEST_PAIRS = 3


@blueprint.get("/")
@public
def home() -> Response:
    """What is going on."""
    language = page_language()
    return web.page(
        "site/home.html",
        seconds=HOME_SECONDS,
        campaigns=campaigns.presented(db.session(), language),
        petitions=_public_petitions(language),
        godparents=_godparents(language),
    )


@blueprint.get("/campaigns/<slug>")
@public
def campaign(slug: str) -> Response:
    """One campaign with its prisoners and actions."""
    language = page_language()
    found = campaigns.presentation(db.session(), slug, language)
    if found is None:
        abort(404)
    actions = [petition for petition in _public_petitions(language) if petition.campaign_slug == slug]
    return web.page(
        "site/campaign.html",
        seconds=HOME_SECONDS,
        campaign=found,
        petitions=actions,
        godparents=_godparents(language, slug),
    )


@blueprint.get("/privacy")
@public
def privacy() -> Response:
    """How data is used, in plain words."""
    return web.page("site/privacy.html", seconds=3600, names_prisoners=False)


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """This process answers."""
    return make_response("ok\n", 200, {"Content-Type": "text/plain"})


@blueprint.get("/readyz")
@public
def readyz() -> Response:
    """This process can read its database at the expected version."""
    try:
        with db.engine.connect() as connection:
            version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    except Exception as error:  # noqa: BLE001 - not ready is the answer, whatever the reason
        response = jsonify(ready=False, reason=type(error).__name__)
        response.status_code = 503
        return response
    if version != newest_migration():
        response = jsonify(ready=False, reason="not migrated")
        response.status_code = 503
        return response
    return jsonify(ready=True)


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    """Personal pages and the desk are nobody's to index."""
    personal = ("/admin/", "/confirm/", "/receipt/", "/godparents/own/", "/godparents/invited/")
    lines = ("User-agent: *", *(f"Disallow: {path}" for path in personal), "")
    return make_response("\n".join(lines), 200, {"Content-Type": "text/plain"})


def _godparents(language: str, slug: str = "") -> dict[str, object] | None:
    """How many, of how many countries, and the newest; of one campaign or of all. None without a programme."""
    session = db.session()
    offered = [each for each in godparents.programmes(session) if not slug or each.slug == slug]
    ids = [each.campaign_id for each in offered]
    groups = godparents.groups(session, ids)
    if not groups and not any(each.open for each in offered):
        return None
    roles = {each.role for each in offered}
    return {
        "campaign": slug,
        "words": ROLE[roles.pop() if len(roles) == 1 else Role.GODPARENT],
        "open": any(each.open for each in offered),
        "count": sum(group.count for group in groups),
        "countries": len({group.country for group in groups}),
        "newest": godparents.newest_pairs(session, ids, language, NEWEST_PAIRS),
    }


def _public_petitions(language: str) -> list[petitions.Listed]:
    found = petitions.listed(db.session(), language, clock.now())
    return [petition for petition in found if petition.stage is not Stage.DRAFT]
