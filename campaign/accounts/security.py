"""Flask-Security, set up for the desk: passwords and sessions. Roles are not its business (`access`)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NoReturn, cast

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_babel import lazy_gettext as _l
from flask_security import Security, UserDatastore, UserMixin
from flask_security.utils import hash_password, verify_password
from flask_wtf.csrf import CSRFProtect

from campaign.accounts import queries
from campaign.accounts.forms import LoginForm
from campaign.accounts.models import Organiser
from campaign.accounts.passwords import SHORTEST, normalise
from campaign.accounts.service import login_name
from campaign.config import Config
from campaign.db import db
from campaign.vault import Vault

DESK = "/admin"
SESSION_HOURS = 12


class Account(UserMixin):
    """An organiser as Flask-Security wants to see one; the model itself knows nothing of Flask.

    What Flask-Security reads is passed on to the organiser. It writes nothing here; a feature of it that does
    (TOTP) needs setters, and a datastore that writes in `atomic()`.
    """

    def __init__(self, organiser: Organiser) -> None:
        """Stand for `organiser`."""
        self.organiser = organiser

    @property
    def id(self) -> int:  # type: ignore[override]  # declared as an attribute, read as one
        """The organiser's id."""
        return self.organiser.id

    @property
    def email(self) -> str:  # type: ignore[override]  # as above
        """The address."""
        return self.organiser.email

    @property
    def password(self) -> str:  # type: ignore[override]  # as above
        """The hash."""
        return self.organiser.password

    @property
    def active(self) -> bool:  # type: ignore[override]  # as above
        """Whether the organiser may be here."""
        return self.organiser.active

    @property
    def fs_uniquifier(self) -> str:  # type: ignore[override]  # as above
        """What sessions name the organiser by."""
        return self.organiser.fs_uniquifier

    @property
    def roles(self) -> list[Any]:  # type: ignore[override]  # as above
        """None: roles are held per campaign, see `access`."""
        return []

    def verify_and_update_password(self, password: str) -> bool:
        """Verify only: a login never writes, so it works while the database is locked."""
        return verify_password(password, self.organiser.password)


class Organisers(UserDatastore):
    """How Flask-Security finds organisers. It cannot change them: services do, in a transaction."""

    def __init__(self) -> None:
        """There are no roles in Flask-Security's sense."""
        super().__init__(Account, cast("Any", None))

    def find_user(
        self,
        case_insensitive: bool = False,  # noqa: ARG002, FBT001, FBT002 - signature given by Flask-Security
        **kwargs: Any,
    ) -> Account | None:
        """By `email` (in any case) or by `fs_uniquifier`."""
        session = db.session()
        if "fs_uniquifier" in kwargs:
            found = queries.by_uniquifier(session, kwargs["fs_uniquifier"])
        else:
            found = queries.by_email(session, login_name(kwargs["email"]))
        return Account(found) if found else None

    def put(self, model: object) -> NoReturn:
        """Refused: see the class."""
        raise NotImplementedError

    def commit(self) -> None:
        """Nothing was changed."""


class DeskSessions(SecureCookieSessionInterface):
    """Sessions exist under /admin only: no public page can read or set the cookie, whatever tries."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session at the desk, else none."""
        return super().open_session(app, request) if is_desk(request.path) else None


def is_desk(path: str) -> bool:
    """Whether an address belongs to the desk."""
    return path == DESK or path.startswith(DESK + "/")


def hashed(password: str) -> str:
    """The hash of a new password, for the services."""
    return hash_password(normalise(password))


def init_app(app: Flask, config: Config, vault: Vault) -> None:
    """Configure sessions, form tokens and Flask-Security. The application has its secret key."""
    app.config.update(_session_settings(config))
    app.config.update(_security_settings(vault))
    app.session_interface = DeskSessions()
    CSRFProtect(app)
    security = Security(app, Organisers(), login_form=LoginForm)
    security.want_json(_never_json)
    security.principal.identity_loaders.clear()  # unused, and would look for a user on public pages
    security.login_manager.request_loader(_no_token)


def _session_settings(config: Config) -> dict[str, Any]:
    return {
        "SESSION_COOKIE_NAME": "campaign_session",
        "SESSION_COOKIE_PATH": DESK,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",  # Strict would show the login to whoever follows a link from a mail
        "SESSION_COOKIE_SECURE": config.secure,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=SESSION_HOURS),
        "SESSION_PROTECTION": None,  # it ties sessions to addresses; over Tor these change
        "WTF_CSRF_CHECK_DEFAULT": False,  # `gate` checks at the desk; public forms have tokens of their own
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a long text must not be lost
        "WTF_CSRF_SSL_STRICT": False,  # asks for a Referer, which our pages do not send
    }


def _security_settings(vault: Vault) -> dict[str, Any]:
    return {
        "SECURITY_PASSWORD_SALT": vault.derive("passwords").hex(),
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
        "SECURITY_PASSWORD_LENGTH_MIN": SHORTEST,
        "SECURITY_URL_PREFIX": DESK,
        "SECURITY_POST_LOGIN_VIEW": DESK + "/",
        "SECURITY_POST_LOGOUT_VIEW": DESK + "/login",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_FRESHNESS": timedelta(-1),
        "SECURITY_TRACKABLE": False,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_MSG_GENERIC_AUTHN_FAILED": (
            _l("This e-mail address and password do not belong together."),
            "error",
        ),
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
    }


def _never_json(_request: Request) -> bool:
    return False


def _no_token(_request: Request) -> None:
    return None
