"""An attempt to log in, except for the password: who tries, how often, and from which browser."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from flask import Request, Response, current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from campaign.accounts.service import login_name
from campaign.accounts.throttle import WAIT_SECONDS, Attempt, LoginThrottle
from campaign.config import Config
from campaign.vault import Vault
from campaign.web import kernel

COOKIE = "campaign_device"
COOKIE_PATH = "/admin"
COOKIE_SECONDS = 180 * 24 * 3600
EXTENSION = "campaign.login"


class Door:
    """The door of one application.

    Its device cookie says "somebody logged in to this account from this browser before". It opens nothing;
    the throttle counts its bearer apart from the rest of the world.
    """

    def __init__(self, config: Config, vault: Vault) -> None:
        """Sign device cookies with a key of the ring."""
        self.throttle = LoginThrottle(enabled=config.rate_limits)
        self._account: Callable[[str], str] = lambda email: vault.blind_index("login", login_name(email)).hex()
        self._serializer = URLSafeTimedSerializer(vault.derive("login devices"), salt="device")
        self._secure = config.secure

    def attempt(self, request: Request, email: str) -> Attempt:
        """Who is trying to log in as `email`, as hashes."""
        account = self._account(email)
        return Attempt(client=kernel.client(), account=account, device=self._device(request, account))

    def remember(self, response: Response, attempt: Attempt) -> Response:
        """Give the browser a device cookie for the account it has just logged in to."""
        response.set_cookie(
            COOKIE,
            self._serializer.dumps([attempt.account, secrets.token_urlsafe(9)]),
            max_age=COOKIE_SECONDS,
            path=COOKIE_PATH,
            secure=self._secure,
            httponly=True,
            samesite="Strict",
        )
        return response

    def _device(self, request: Request, account: str) -> str | None:
        try:
            owner, name = self._serializer.loads(request.cookies.get(COOKIE, ""), max_age=COOKIE_SECONDS)
        except (BadData, ValueError, TypeError):
            return None
        return str(name) if owner == account else None


def door() -> Door:
    """The present application's door."""
    found: Door = current_app.extensions[EXTENSION]
    return found


def too_often(response: Response) -> Response:
    """Make the answer a 429."""
    response.status_code = 429
    response.headers["Retry-After"] = str(WAIT_SECONDS)
    return response
