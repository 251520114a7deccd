"""The desk's start page and one's own password."""

from __future__ import annotations

from flask import Blueprint, after_this_request, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security.utils import login_user, verify_password
from markupsafe import Markup

from campaign.accounts import passwords, service
from campaign.accounts.access import current_organiser, for_every_organiser
from campaign.accounts.desk import panels_for
from campaign.accounts.door import door, too_often
from campaign.accounts.forms import TOO_OFTEN, PasswordForm
from campaign.accounts.models import Organiser
from campaign.accounts.security import DESK, Account, hashed
from campaign.db import atomic
from campaign.kit import clock

admin = Blueprint("admin", __name__, url_prefix=DESK)


@admin.get("/")
@for_every_organiser
def start() -> ResponseReturnValue:
    """What the organiser has a role in, by panels."""
    panels = [
        Markup(render_template(template, **content))  # noqa: S704 - our own templates escape
        for template, content in panels_for(current_organiser())
    ]
    return render_template("admin/start.html", panels=panels)


@admin.route("/password", methods=["GET", "POST"])
@for_every_organiser
def password() -> ResponseReturnValue:
    """Change one's own password; needs the present one, and ends all other sessions."""
    form = PasswordForm()
    organiser = current_organiser()
    if form.validate_on_submit() and _is_right(form, organiser) and _is_good(form, organiser):
        with atomic() as session:
            service.set_password(
                session,
                organiser,
                password_hash=hashed(form.new.data or ""),
                actor=organiser.actor,
                now=clock.now(),
            )
        login_user(Account(organiser), authn_via=["password"])
        flash(_("Your password is changed. Every other session of yours has ended."), "success")
        return redirect(url_for("admin.start"), 303)
    return render_template("accounts/password.html", form=form)


def _is_right(form: PasswordForm, organiser: Organiser) -> bool:
    """Whether the present password is; tried no more often than at the login."""
    attempt = door().attempt(request, organiser.email)
    with door().throttle.turn(attempt) as allowed:
        if not allowed:
            form.present.errors = (TOO_OFTEN,)
            after_this_request(too_often)
            return False
        if not verify_password(passwords.normalise(form.present.data or ""), organiser.password):
            door().throttle.failed(attempt)
            form.present.errors = (_("This is not your present password."),)
            return False
    return True


def _is_good(form: PasswordForm, organiser: Organiser) -> bool:
    """Whether the new password was typed twice alike and is one we take."""
    if form.new.data != form.again.data:
        form.again.errors = (_("The two new passwords differ."),)
        return False
    try:
        passwords.check(form.new.data or "", email=organiser.email)
    except passwords.PasswordProblem as problem:
        form.new.errors = (problem_text(problem),)
        return False
    return True


def problem_text(problem: passwords.PasswordProblem) -> str:
    """What to say about a password that is not taken."""
    return {
        "short": _("Take at least %(least)d characters; a few words in a row are fine.", least=passwords.SHORTEST),
        "long": _("Take at most %(most)d characters.", most=passwords.LONGEST),
        "common": _(
            "This is among the first that guessing programs try. Take a few words that nobody would put together."
        ),
        "address": _("This is little more than your address. Take a few words that nobody would put together."),
    }[problem.code]
