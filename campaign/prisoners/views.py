"""What of a profile is no page: the portrait's files and the posters.

Each asks whether the profile is shown, every time: nothing here may be kept longer than half a minute without asking.
"""

from __future__ import annotations

import hashlib
import json
import os

from flask import Blueprint, abort, make_response, redirect, request, url_for
from flask_babel import gettext as _
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
from campaign.web.errors import error_page

blueprint = Blueprint("prisoners", __name__)

SECONDS = 30
"""With the second that `page_cache` adds, well below the minute in which a hidden profile is gone everywhere."""
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
    return _answer(found, content_type)


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
        return _busy()
    except MissingGlyph as missing:
        return _missing(missing)
    response = _answer(pdf, "application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{profile.slug}-{size}.pdf"'
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


def _answer(content: bytes, content_type: str) -> Response:
    response = make_response(content)
    response.content_type = content_type
    response.headers["Cache-Control"] = f"public, max-age={SECONDS}, must-revalidate"
    response.set_etag(hashlib.sha256(content).hexdigest()[:32])
    return response.make_conditional(request)


def _busy() -> Response:
    response = error_page(503, _("Many posters are being made at this moment"), _("Please try again in a few seconds."))
    response.headers["Retry-After"] = "5"
    return response


def _missing(missing: MissingGlyph) -> Response:
    """Instead of a poster with boxes: which character it is, and what whoever runs the site can do."""
    words = {"character": missing.character, "code": missing.code_point, "package": missing.package}
    text = (
        _("No font here has the character “%(character)s” (%(code)s), so the poster cannot be made. "
          "Whoever runs this site can install the Debian package %(package)s and start it again.", **words)
        if missing.package
        else _("No font here has the character “%(character)s” (%(code)s), so the poster cannot be made.", **words)
    )  # fmt: skip
    return error_page(501, _("The poster cannot be made"), text)
