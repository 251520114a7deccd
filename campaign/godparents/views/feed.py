"""The feed of the newest pairs."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, abort, current_app, make_response, request
from werkzeug import Response

from campaign.accounts.access import public
from campaign.db import db
from campaign.godparents import queries
from campaign.godparents.feeds import CONTENT_TYPE, MOST, Feed, uids
from campaign.godparents.models import Role
from campaign.godparents.words import ROLE
from campaign.i18n import page_language
from campaign.kit.keep import Keep
from campaign.web import kernel as web
from campaign.web.headers import keep, open_to_all

blueprint = Blueprint("godparents_feed", __name__)

SECONDS = 10
OLDEST = 15.0
"""Seconds that a kept feed is used at most: part of the minute in `headers.KEPT_BY_OTHERS`."""
_feeds: Keep[tuple[int, str, str], bytes] = Keep(seconds=5.0, most=16)


@blueprint.get("/feeds/godparents.atom")
@public
def feed() -> Response:
    """Of all campaigns, or of one."""
    slug, language = request.args.get("campaign", ""), page_language()
    offered = [each for each in queries.programmes(db.session()) if not slug or each.slug == slug]
    if slug and not offered:
        abort(404)
    content, age = _feeds.get_aged((id(current_app.extensions), slug, language), lambda: _written(slug, offered))
    if age > OLDEST:
        abort(503)
    response = make_response(content, 200, {"Content-Type": CONTENT_TYPE})
    response.headers["Content-Disposition"] = 'inline; filename="godparents.atom"'
    return open_to_all(keep(response, SECONDS))


def _written(slug: str, offered: list[queries.Offered]) -> bytes:
    session, language = db.session(), page_language()
    roles = {each.role for each in offered}
    role = ROLE[roles.pop() if len(roles) == 1 else Role.GODPARENT]
    pairs = queries.newest_pairs(session, [each.campaign_id for each in offered], language, MOST)
    query = urlencode({"campaign": slug}) if slug else ""
    made = Feed(web.kernel().config.base_url, language, role, offered, query)
    return made.written(pairs, uids(session, pairs))
