"""What of a profile is no page: the portrait's files and the posters.

Each asks whether the profile is shown, every time: nothing here may be kept longer than half a minute without asking.
"""

from __future__ import annotations

import hashlib
import json
import os

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug import Response

from campaign.accounts.access import public
from campaign.db import db
from campaign.i18n import page_language
from campaign.kit import clock
from campaign.kit.keep import Keep
from campaign.printing import Busy, MissingGlyph, Press
from campaign.prisoners import portraits, queries
from campaign.prisoners.poster import Paper, Poster, campaign_name, contents, render
from campaign.web import kernel as web
from campaign.web import printed

blueprint = Blueprint("prisoners", __name__)

POSTER_SECONDS = 60.0
_TYPES = {"webp": ("webp", "image/webp"), "jpg": ("jpeg", "image/jpeg")}

# A crowd that asks for one poster costs one setting; whoever asks for all of them never takes more than half the
# machine, nor more than a few of the threads.
_press = Press(at_once=max(1, (os.cpu_count() or 1) // 2), waiting=4)
_kept: Keep[tuple[object, ...], bytes] = Keep(POSTER_SECONDS, most=16)


@blueprint.get("/prisoners/<slug>/portrait-<version>-<int:size>.<any(webp, jpg):format>")
@public
def portrait(slug: str, version: str, size: int, format: str) -> Response:  # noqa: A002 - the word in the address
    """One file of the portrait: 410 when the profile is hidden, 404 when there is another portrait by now."""
    kind, content_type = _TYPES[format]
    found = portraits.find_file(db.session(), slug, version[:16], min(size, 10_000), kind)
    if isinstance(found, portraits.Hidden):
        abort(410)
    if found is None:
        abort(404)
    return printed.answer(found, content_type)


@blueprint.get("/prisoners/<slug>/poster-<any(a4, a3):size>.pdf")
@public
def poster(slug: str, size: Paper) -> Response:
    """The poster for today."""
    language, today = page_language(), clock.now().date()
    profile = queries.profile(db.session(), slug, language, today)
    if profile is None:
        abort(404)
    if isinstance(profile, queries.Hidden):
        abort(410)
    if isinstance(profile, queries.Moved):
        return redirect(url_for(".poster", slug=profile.slug, size=size, lang=request.args.get("lang")), 301)
    try:
        pdf = _pdf(profile, language, size)
    except Busy:
        return printed.busy()
    except MissingGlyph as missing:
        return printed.missing(missing)
    response = printed.answer(pdf, "application/pdf", name=f"{profile.slug}-{size}.pdf")
    response.headers["Vary"] = "Accept-Language"
    return response


def _pdf(profile: queries.Profile, language: str, size: Paper) -> bytes:
    """The poster's bytes: those set a moment ago if nothing on it has changed."""
    session = db.session()
    made_of = Poster(
        profile=profile,
        url=web.kernel().config.base_url + url_for("profiles.show", slug=profile.slug),
        language=language,
        today=clock.now().date(),
        campaign=campaign_name(session, profile.id),
        portrait=portraits.largest(session, profile.id) if profile.picture else b"",
    )
    db.session.remove()  # setting takes a while; the connection goes back first
    words = json.dumps(contents(made_of), sort_keys=True).encode()
    with _press.turn():
        return _kept.get((size, hashlib.sha256(words + made_of.portrait).digest()), lambda: render(made_of, size))
