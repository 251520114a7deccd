"""Pairs made public together: looked at, released, and what can be posted about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from werkzeug import Response

from campaign.accounts import queries as organisers
from campaign.accounts.access import Permission, requires, requires_somewhere
from campaign.accounts.queries import Reach
from campaign.campaigns.models import Campaign
from campaign.db import db
from campaign.godparents import batch_texts, standing, waiting
from campaign.godparents.acting import Act, NotPossible, lock
from campaign.godparents.admin.loading import batch_by_number, done, record, row_id
from campaign.godparents.admin.words import stopped
from campaign.godparents.models import Godparenthood, ReleaseBatch
from campaign.i18n import page_language
from campaign.web import kernel as web

blueprint = Blueprint("godparents_releasing", __name__, url_prefix="/admin/godparents/release")

MOST = 100
"""Pairs on the page; what is beyond comes after these."""
BATCHES = 20


@blueprint.get("")
@requires_somewhere(Permission.GODPARENT_RELEASE)
def page(reach: Reach) -> ResponseReturnValue:
    """Everything that would become public, ticked; and what was released before."""
    session = db.session()
    query = waiting.unreleased(reach.campaign_ids).limit(MOST + 1)
    found = session.scalars(query.options(*waiting.BOTH)).all()
    pairs = found[:MOST]
    campaigns = session.scalars(select(Campaign).where(Campaign.id.in_({pair.campaign_id for pair in pairs}))).all()
    batches = _batches(reach)
    return render_template(
        "godparents/admin/release.html",
        groups=[(each, [pair for pair in pairs if pair.campaign_id == each.id]) for each in campaigns],
        photos=waiting.photo_ids(session, {pair.godparent_id for pair in pairs}, shown=False),
        seen=seen,
        more=len(found) > MOST,
        batches=batches,
        by=organisers.addresses(session, {batch.actor for batch, _pairs in batches}),
    )


@blueprint.post("")
@requires_somewhere(Permission.GODPARENT_RELEASE)
def release(reach: Reach) -> ResponseReturnValue:
    """Make the ticked pairs public, as they were looked at."""
    ticked = _ticked()
    if not ticked:
        flash(_("Nobody was ticked, so nothing was released."), "error")
        return redirect(url_for(".page"), 303)
    try:
        batch, made = done(lambda act: _release(act, reach, ticked))
    except NotPossible as error:
        flash(stopped(str(error)), "error")
        return redirect(url_for(".page"), 303)
    flash(ngettext("%(num)s pair is public now.", "%(num)s pairs are public now.", made), "success")
    if made < len(ticked):
        flash(_("Some were changed or released by somebody else meanwhile; please look at those again."), "error")
    return redirect(url_for(".show", number=batch), 303)


@blueprint.get("/<int:number>")
@requires(Permission.GODPARENT_RELEASE, of=batch_by_number)
def show(batch: ReleaseBatch) -> ResponseReturnValue:
    """What was released together, with texts to post and images."""
    session, language = db.session(), _language()
    return render_template(
        "godparents/admin/batch.html",
        batch=batch,
        campaign=session.get_one(Campaign, batch.campaign_id),
        texts=batch_texts.texts(session, batch.id, language),
        language=language,
        languages=web.kernel().config.languages,
        by=organisers.addresses(session, {batch.actor}),
    )


@blueprint.get("/<int:number>/material-<int:part>.zip")
@requires(Permission.GODPARENT_RELEASE, of=batch_by_number)
def material(batch: ReleaseBatch, part: int) -> ResponseReturnValue:
    """Texts, images, certificates and a list, for some of the pairs, as one file."""
    session, number, language = db.session(), batch.id, _language()
    if not 1 <= part <= batch_texts.texts(session, number, language).parts:
        abort(404)
    chunks = batch_texts.archive(session, number, language, part)
    db.session.remove()  # everything is read; the request's connection goes back while pages are set
    response = Response(chunks, content_type="application/zip")
    name = f"pairs-{number}-{part}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def seen(pair: Godparenthood, photos: Mapping[int, int]) -> str:
    """The value of a box: the pair, and the photo that becomes public with it."""
    first = pair.godparent.released_at is None
    return f"{pair.id}.{photos.get(pair.godparent_id, 0) if first else 0}"


# ---------------------------------------------------------------------------------------------------------------------


def _language() -> str:
    """The language of texts that was asked for, else that of the page."""
    asked = request.args.get("language", "")
    return asked if asked in web.kernel().config.languages else page_language()


def _ticked() -> dict[int, int]:
    """The photo that was looked at with each ticked pair."""
    ticked = {}
    for value in request.form.getlist("pair")[:MOST]:
        pair, _dot, photo = value.partition(".")
        ticked[row_id(pair)] = row_id(photo)
    return ticked


def _release(act: Act, reach: Reach, ticked: Mapping[int, int]) -> tuple[int, int]:
    """The batch and how many are public by it. Raises `NotPossible` if none is left to release."""
    query = waiting.unreleased(reach.campaign_ids).where(Godparenthood.id.in_(ticked)).options(*waiting.BOTH)
    wanted = act.session.scalars(query).all()
    campaigns = sorted({pair.campaign_id for pair in wanted})
    if not campaigns:
        raise NotPossible("changed")
    mine = [pair for pair in wanted if pair.campaign_id == campaigns[0]]  # the page has a form for each campaign
    lock(act.session, *{pair.godparent for pair in mine})
    photos = waiting.photo_ids(act.session, {pair.godparent_id for pair in mine}, shown=False)
    pairs = [pair for pair in mine if seen(pair, photos) == f"{pair.id}.{ticked[pair.id]}"]
    if not pairs:
        raise NotPossible("changed")
    batch = ReleaseBatch(campaign_id=campaigns[0], at=act.now, actor=act.actor)
    act.session.add(batch)
    act.session.flush()
    made = standing.release(act, pairs, batch.id)
    record(act, "release", f"release:{batch.id}", batch.campaign_id, pairs=len(made))
    return batch.id, len(made)


def _batches(reach: Reach) -> Sequence[tuple[ReleaseBatch, int]]:
    query = (
        select(ReleaseBatch, func.count(Godparenthood.id))
        .outerjoin(Godparenthood, Godparenthood.batch_id == ReleaseBatch.id)
        .where(waiting.within(ReleaseBatch.campaign_id, reach.campaign_ids))
        .group_by(ReleaseBatch.id)
        .order_by(ReleaseBatch.id.desc())
    )
    return [(row[0], row[1]) for row in db.session().execute(query.limit(BATCHES))]
