"""The forms for logging in and for a new password."""

from __future__ import annotations

from functools import partial
from typing import Any

import flask_security
from flask import after_this_request, g, request, session
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, SubmitField
from wtforms.validators import InputRequired, Length

from campaign.accounts.door import door, too_often
from campaign.accounts.passwords import LONGEST
from campaign.accounts.service import LONGEST_EMAIL

TOO_OFTEN = _l(
    "Too many attempts from here or for this account. Wait a quarter of an hour and try again. "
    "A browser in which you have logged in before is not held up by the attempts of others."
)


class LoginForm(flask_security.LoginForm):
    """Address and password. A wrong address and a wrong password cost and answer the same."""

    email = EmailField(_l("E-mail address"), validators=[InputRequired(), Length(max=LONGEST_EMAIL)])
    password = PasswordField(_l("Password"), validators=[InputRequired(), Length(max=LONGEST)])
    remember: Any = None  # sessions end with the browser
    submit = SubmitField(_l("Log in"))

    def validate(self, extra_validators: Any = None, **kwargs: Any) -> bool:
        """Ask the throttle, then look at the password. A success starts a new session."""
        entrance = door()
        attempt = entrance.attempt(request, self.email.data or "")
        with entrance.throttle.turn(attempt) as allowed:
            if not allowed:
                self.form_errors = [TOO_OFTEN]
                after_this_request(too_often)
                return False
            if not super().validate(extra_validators=extra_validators, **kwargs):
                entrance.throttle.failed(attempt)
                return False
        session.clear()  # a form token that somebody planted before the login is worth nothing after it
        g.pop("csrf_token", None)
        after_this_request(partial(entrance.remember, attempt=attempt))
        return True


class PasswordForm(FlaskForm):
    """The present password and the new one, twice."""

    present = PasswordField(_l("Your present password"), validators=[InputRequired(), Length(max=LONGEST)])
    new = PasswordField(_l("New password"), validators=[InputRequired(), Length(max=LONGEST)])
    again = PasswordField(_l("New password, once more"), validators=[InputRequired(), Length(max=LONGEST)])
    submit = SubmitField(_l("Change the password"))
