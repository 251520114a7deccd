"""What was posted to a form of the desk, and keeping it as a draft: with a button, or by `static/desk.js`."""

from __future__ import annotations

from flask import flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_time
from flask_babel import gettext as _

from campaign.accounts import drafts
from campaign.accounts.access import current_organiser
from campaign.accounts.drafts import Kept
from campaign.db import atomic, db
from campaign.kit import clock
from campaign.prisoners.forms.fields import Typed
from campaign.web import kernel as web

NOT_TYPED = frozenset({"csrf_token", "act"})


def posted() -> dict[str, list[str]]:
    """The fields of the posted form with all their values, as a draft keeps them."""
    return {name: request.form.getlist(name) for name in request.form if name not in NOT_TYPED}


def pressed(default: str = "save") -> str:
    """Which button was pressed."""
    return request.form.get("act", default)


def draft_of(thing: str) -> Kept | None:
    """The present organiser's draft of `thing`."""
    return drafts.load(db.session(), web.vault(), current_organiser().id, thing)


def opened(thing: str) -> tuple[Typed | None, Kept | None]:
    """What to show in a form that is opened: `(typed, notice)`.

    The draft's fields if the organiser asked to go on with it (`?draft=continue`); else a draft to point to, or None.
    """
    kept = draft_of(thing)
    if kept is not None and request.args.get("draft") == "continue":
        return kept.fields, None
    return None, kept


def answer(thing: str, act: str) -> ResponseReturnValue | None:
    """Keep or discard the draft if that is what was asked for; None for every other button."""
    if act not in {"draft", "discard"}:
        return None
    organiser_id, now = current_organiser().id, clock.now()
    by_script = request.accept_mimetypes.best == "application/json"
    place = dict(request.view_args or {})
    try:
        with atomic() as session:
            if act == "draft":
                drafts.save(session, web.vault(), organiser_id, thing, posted(), now)
            else:
                drafts.drop(session, organiser_id, thing)
    except drafts.DraftTooLong:
        flash(_("This is too long for a draft. Nothing was kept; please go back and shorten it."), "error")
        return ("", 413) if by_script else redirect(url_for(request.endpoint or "", **place), 303)
    if by_script:
        return jsonify(saved_at=clock.rfc3339(now))
    if act == "discard":
        flash(_("The draft is discarded."), "success")
        return redirect(url_for(request.endpoint or "", **place), 303)
    flash(_("Draft saved at %(time)s UTC. Nobody else sees it.", time=format_time(now, "short")), "success")
    return redirect(url_for(request.endpoint or "", **place, draft="continue"), 303)
