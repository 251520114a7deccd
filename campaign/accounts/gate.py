"""The gate of /admin.

What has no rule is refused, who is not logged in is sent to the login, what is posted carries a form token.
"""

from __future__ import annotations

import logging
import re
import time

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import logout_user
from flask_wtf.csrf import CSRFError

from campaign.accounts.access import Rule, Scope, View, rule_of, who_is_logged_in, write_rule
from campaign.accounts.security import DESK, SESSION_HOURS, is_desk
from campaign.web import kernel

MOST_FIELDS = 1_000
"""Of a form at the desk: a profile has rows and rows. Far fewer than a bot would send, and all are read at once."""
OWN_PAGE = re.compile(r"/admin(?:/[\w.~-]+)*/?(?:\?[\w.~=&%+-]*)?", re.ASCII)
"""An address at the desk. Nothing else is ever a place to go after the login."""

SECURITY_RULES = {
    "security.login": Rule(Scope.PUBLIC),
    "security.logout": Rule(Scope.ORGANISER),
}
"""Flask-Security's own views. What else of it is switched on stays shut until it has a rule here."""

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Shut the gate; give Flask-Security's views their rules."""
    for endpoint, rule in SECURITY_RULES.items():
        write_rule(app.view_functions[endpoint], rule)
    app.before_request(_guard)
    app.after_request(_keep_nothing)
    app.register_error_handler(CSRFError, _explain_form_token)


def gives_back_what_was_typed(view: View) -> View:
    """Mark a view whose form may take an hour to fill in: a login that ran out meanwhile loses nothing of it.

    Whoever posts without a login, or with another login's form token, gets a page that holds what was posted, to be
    sent again after logging in. The server keeps none of it.
    """
    view.gives_back = True  # type: ignore[attr-defined]  # functions do take attributes
    return view


def _guard() -> ResponseReturnValue | None:
    if not is_desk(request.path) or request.endpoint is None:
        return None
    if request.endpoint != "security.login":
        request.max_form_parts = MOST_FIELDS
    rule = rule_of(current_app.view_functions[request.endpoint])
    if rule is None:
        log.error("refused %s: its view has no access rule", request.endpoint)
        abort(403)
    _end_old_session()
    if not all(OWN_PAGE.fullmatch(place) for place in request.values.getlist("next") if place):
        return redirect(url_for("security.login"), 303)
    if rule.scope is not Scope.PUBLIC and who_is_logged_in() is None:
        return _to_login()
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        kernel.demand_own_page()
        current_app.extensions["csrf"].protect()
    return None


def _to_login() -> ResponseReturnValue:
    """Back to the page after the login; where something was sent, to the start, for nothing was done."""
    if request.method in {"GET", "HEAD"}:
        here = request.full_path.removesuffix("?")
        place = here if OWN_PAGE.fullmatch(here) and here.rstrip("/") != DESK else None
        return redirect(url_for("security.login", next=place), 303)
    if typed := _typed():
        kernel.demand_own_page()
        return render_template("accounts/typed.html", typed=typed, logged_in=False), 401
    flash(_("You were not logged in (any more), so nothing was changed. Log in and do it again."), "error")
    return redirect(url_for("security.login"), 303)


def _typed() -> list[tuple[str, str]]:
    """What was posted, where the view gives that back; files cannot be given back."""
    view = current_app.view_functions[request.endpoint or ""]
    if not getattr(view, "gives_back", False):
        return []
    return [pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token"]


def _end_old_session() -> None:
    """A session ends some hours after its login, however busy it was."""
    if "_user_id" in session and time.time() - float(session.get("fs_paa", 0)) > SESSION_HOURS * 3600:
        logout_user()
        session.clear()


def _keep_nothing(response: Response) -> Response:
    if is_desk(request.path):
        response.headers["Cache-Control"] = "no-store"
    return response


def _explain_form_token(_error: CSRFError) -> ResponseReturnValue:
    if typed := _typed():
        return render_template("accounts/typed.html", typed=typed, logged_in=True), 400
    return render_template("accounts/form_token.html"), 400
