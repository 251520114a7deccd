"""What of a godparent is no page: the photo's files, certificates, and pictures made for sharing.

Each asks whether godparent and prisoner are shown, every time: nothing here may be kept longer than half a minute
without asking.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from flask import Blueprint, abort, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug import Response

from campaign.accounts.access import public
from campaign.db import db
from campaign.godparents import certificate as certificates
from campaign.godparents import papers, photos
from campaign.godparents import share as pictures
from campaign.godparents.models import Godparent, Godparenthood
from campaign.godparents.papers import Sheet, Where
from campaign.i18n import page_language
from campaign.kit import clock
from campaign.kit.keep import Keep
from campaign.printing import Busy, MissingGlyph, Press
from campaign.prisoners import queries as prisoners
from campaign.web import kernel as web
from campaign.web import printed

blueprint = Blueprint("godparents_documents", __name__)

KEPT_SECONDS = 60.0
_TYPES = {"webp": ("webp", "image/webp"), "jpg": ("jpeg", "image/jpeg")}

# As with posters: a crowd that asks for one costs one setting, and whoever asks for all never takes the whole machine.
_press = Press(at_once=max(1, (os.cpu_count() or 1) // 2), waiting=4)
_kept: Keep[bytes, bytes] = Keep(KEPT_SECONDS, most=32)


@blueprint.get("/godparents/<slug>/photo-<version>-<int:size>.<any(webp, jpg):format>")
@public
def photo(slug: str, version: str, size: int, format: str) -> Response:  # noqa: A002 - the word in the address
    """One file of the photo. Whoever is not public is not there, and neither is a photo that nobody has looked at."""
    kind, content_type = _TYPES[format]
    found = photos.find_file(db.session(), slug, version[:16], min(size, 10_000), kind)
    if found is None:
        abort(404)
    return printed.answer(found, content_type)


@blueprint.get("/godparents/<slug>/certificate-<prisoner>.pdf")
@public
def certificate(slug: str, prisoner: str) -> Response:
    """The certificate for today, also of a godparenthood that ended."""
    session, where = db.session(), _where()
    godparent = papers.public_godparent(session, slug) or abort(404)
    found = _pair(session, godparent, prisoner)
    if isinstance(found, Response):
        return found
    paper = papers.of_pair(session, found, where, most=certificates.PORTRAIT) or abort(410)
    name = f"{slug}-{prisoner}.pdf"
    return set_page(lambda: certificates.sheet(paper), Sheet.printed, "application/pdf", name)


@blueprint.get("/godparents/<slug>/share.png")
@public
def share(slug: str) -> Response:
    """The picture of a godparent, with the prisoner they stand by since the shortest time."""
    session, where = db.session(), _where()
    godparent = papers.public_godparent(session, slug) or abort(404)
    pair = papers.public_pair(session, godparent)
    paper = (papers.of_pair(session, pair, where) if pair else None) or papers.of_godparent(session, godparent, where)
    return set_page(lambda: pictures.sheet(paper), pictures.printed, "image/png", f"{slug}.png")


@blueprint.get("/godparents/<slug>/share-<prisoner>.png")
@public
def share_pair(slug: str, prisoner: str) -> Response:
    """The picture of a godparent and one prisoner."""
    session, where = db.session(), _where()
    godparent = papers.public_godparent(session, slug) or abort(404)
    found = _pair(session, godparent, prisoner)
    if isinstance(found, Response):
        return found
    paper = papers.of_pair(session, found, where) or abort(410)
    return set_page(lambda: pictures.sheet(paper), pictures.printed, "image/png", f"{slug}-{prisoner}.png")


def _where() -> Where:
    return Where(web.kernel().config.base_url, page_language(), clock.now().date())


def _pair(session: Session, godparent: Godparent, slug: str) -> Godparenthood | Response:
    """The public pair with that prisoner; 410 for a hidden profile, 404 for nobody; a former address leads on."""
    pair = papers.public_pair(session, godparent, slug)
    if pair is not None:
        return pair
    found = prisoners.profile(session, slug, page_language(), clock.now().date())
    if not isinstance(found, prisoners.Moved):
        abort(410 if isinstance(found, prisoners.Hidden) else 404)
    wish = request.args.get("lang")
    return redirect(url_for(str(request.endpoint), slug=godparent.slug, prisoner=found.slug, lang=wish), 301)


def set_page(ready: Callable[[], Sheet], make: Callable[[Sheet], bytes], content_type: str, name: str) -> Response:
    """The answer with a page, set a moment ago if nothing on it has changed."""
    db.session.remove()  # setting takes a while; the connection goes back first
    try:
        sheet = ready()
        with _press.turn():
            content = _kept.get(sheet.key, lambda: make(sheet))
    except Busy:
        return printed.busy()
    except MissingGlyph as glyph:
        return printed.missing(glyph)
    response = printed.answer(content, content_type, name=name)
    response.headers["Vary"] = "Accept-Language"
    return response
