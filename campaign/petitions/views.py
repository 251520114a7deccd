"""A petition's public pages: read, sign, count."""

from __future__ import annotations

import time

from flask import Blueprint, abort, current_app, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from campaign.accounts.access import public
from campaign.db import db, gather_together, is_unavailable
from campaign.i18n import page_language
from campaign.jobs import kick
from campaign.kit import clock, countries
from campaign.kit.keep import Keep
from campaign.people import wordings
from campaign.petitions import queries, service
from campaign.petitions.emails import PetitionMails
from campaign.petitions.forms import SignForm
from campaign.petitions.models import Stage
from campaign.petitions.queries import Snapshot, Text
from campaign.petitions.signing import prepare, sign_together
from campaign.web import kernel as web
from campaign.web.errors import unavailable_words
from campaign.web.headers import keep, open_to_all
from campaign.web.limits import SIGN

blueprint = Blueprint("petitions", __name__)

PAGE_SECONDS = 5
COUNT_SECONDS = 2
EVEN_SECONDS = 0.015
"""No signature is answered sooner: a known address takes a millisecond more than a new one, and this hides it.

`python -m bench.timing` measures whether it does. A busy server takes longer than this anyway and does not wait.
"""
LONGEST_WITH_PEOPLE = 10.0
"""Seconds. An older snapshot is shown without those whom it might have to show no more; see `_public`.

Part of the minute in `headers.KEPT_BY_OTHERS`.
"""
# Without a database the page is still shown, and a form that is posted comes back with what was typed.
_snapshots: Keep[tuple[int, str], Snapshot | None] = Keep(seconds=2.0, despite=is_unavailable)


def mails() -> PetitionMails:
    """The present application's petition mails."""
    found: PetitionMails = current_app.extensions["campaign.petition_mails"]
    return found


@blueprint.get("/petitions/<slug>")
@public
def show(slug: str) -> Response:
    """The text, for whom, to whom, progress, and the form while it is open."""
    return render(_public(slug), SignForm.empty(), seconds=PAGE_SECONDS)


@blueprint.post("/petitions/<slug>")
@public
def sign(slug: str) -> Response:
    """Store an unconfirmed signature. Neither the answer nor its time tells whether the address was known."""
    started = time.monotonic()
    web.demand_own_page()
    petition = _public(slug)
    form = SignForm.read(request.form)
    if petition.stage(clock.now()) is not Stage.OPEN:
        return render(petition, form, status=409)
    language = page_language()
    text = petition.text(language)
    submission = form.check(language)
    if not web.token_valid(_purpose(petition, text)):
        form.errors["form"] = _(
            "This page was open for long, or its text has changed. Please read it and press the button again."
        )
    if submission is None or form.errors:
        return render(petition, form, status=422)
    if not (web.allowed(SIGN) or web.work_done()):
        form.errors["form"] = _("Many signatures came from your network in a short time.")
        return render(petition, form, status=429, work=web.new_work())
    try:
        _store(petition, text, submission)
    except Exception as error:  # the form must come back with what was typed, whatever the database said
        if not is_unavailable(error):
            raise
        form.errors["form"] = " ".join(unavailable_words())
        return render(petition, form, status=503)
    kick("mailing.drain")
    _wait_until(started + EVEN_SECONDS)
    return redirect(url_for("petitions.thanks", slug=slug), 303)


@blueprint.get("/petitions/<slug>/thanks")
@public
def thanks(slug: str) -> Response:
    """Look into your mailbox: the same page for everybody who signed."""
    petition = _public(slug)
    text = petition.text(page_language())
    return web.page("petitions/thanks.html", seconds=PAGE_SECONDS, petition=petition, text=text)


@blueprint.get("/petitions/<slug>.json")
@public
def facts(slug: str) -> Response:
    """Public facts of a petition."""
    petition = _public(slug)
    with db.engine.connect() as connection:
        by_country = queries.countries(connection, petition.id)
    texts = [
        {"language": t.language, "version": t.version, "title": t.title, "body": t.body, "sha256": t.sha256}
        for t in petition.texts.values()
    ]
    body = {
        "slug": petition.slug,
        "campaign": petition.campaign_slug,
        "state": petition.stage(clock.now()).value,
        "count": petition.count,
        "goal": petition.goal,
        "as_of": clock.rfc3339(petition.counted_at),
        "opens_at": petition.opens_at and clock.rfc3339(petition.opens_at),
        "closes_at": petition.closes_at and clock.rfc3339(petition.closes_at),
        "countries": by_country,
        "texts": texts,
        "recipients": [
            {"name": r.name, "office": r.office, "organisation": r.organisation} for r in petition.recipients
        ],
        "prisoners": [{"slug": p.slug, "name": p.name} for p in petition.prisoners],
    }
    return open_to_all(keep(jsonify(body), PAGE_SECONDS))


@blueprint.get("/petitions/<slug>/count.json")
@public
def count(slug: str) -> Response:
    """The count alone: small, cacheable, one indexed read."""
    with db.engine.connect() as connection:
        found = queries.confirmed_count(connection, slug)
    if found is None:
        abort(404)
    body = {"count": found.count, "goal": found.goal, "as_of": clock.rfc3339(found.as_of)}
    return open_to_all(keep(jsonify(body), COUNT_SECONDS))


def render(
    petition: Snapshot,
    form: SignForm,
    *,
    status: int = 200,
    seconds: int = 0,
    work: dict[str, object] | None = None,
    preview: bool = False,
) -> Response:
    """The petition's page with a form in some state; also for the organisers' preview of a draft."""
    language = page_language()
    text = petition.text(language)
    return web.page(
        "petitions/petition.html",
        status=status,
        seconds=seconds,
        petition=petition,
        text=text,
        stage=petition.stage(clock.now()),
        form=form,
        form_token=web.form_token(_purpose(petition, text)),
        countries=countries.choices(language),
        wordings=wordings.CURRENT,
        work=work,
        preview=preview,
    )


def _wait_until(moment: float) -> None:
    rest = moment - time.monotonic()
    if rest > 0:  # even a sleep of nothing makes the thread queue up anew
        time.sleep(rest)


def _public(slug: str) -> Snapshot:
    """The petition as the public may see it.

    While the database is away nobody can ask whether a profile was hidden or a signature taken back meanwhile: soon the
    page stands without prisoners and signers, and everything else goes on.
    """
    petition, age = _snapshots.get_aged(
        (id(current_app.extensions), slug), lambda: queries.snapshot(db.session(), web.vault(), slug)
    )
    if petition is None or petition.stage(clock.now()) is Stage.DRAFT:
        abort(404)
    return petition if age <= LONGEST_WITH_PEOPLE else petition.without_people()


def _purpose(petition: Snapshot, text: Text) -> str:
    return f"sign:{petition.slug}:{text.sha256}"


def _store(petition: Snapshot, text: Text, submission: service.Submission) -> None:
    target = service.Target(petition.id, petition.campaign_id, text.id)
    gather_together(sign_together, prepare(web.vault(), mails(), target, submission, clock.now()))
