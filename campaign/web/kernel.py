"""The web machinery of one application, gathered where views find it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from flask import Flask, Response, abort, current_app, make_response, render_template, request

from campaign.config import Config
from campaign.kit import clock
from campaign.vault import Vault
from campaign.web.bounded_form import BoundedRequest
from campaign.web.client import client_address, client_key
from campaign.web.form_token import FIELD, FormTokens, from_our_own_page
from campaign.web.headers import keep
from campaign.web.limits import WORK_FIELD, Limit, Limits, ProofOfWork


@dataclass(frozen=True)
class Kernel:
    """Everything about a request that is not about petitions."""

    config: Config
    vault: Vault
    tokens: FormTokens
    limits: Limits
    work: ProofOfWork
    client_secret: bytes


def init_app(app: Flask, config: Config, vault: Vault) -> None:
    """Make the kernel of `app`, with keys derived from the vault."""
    app.request_class = BoundedRequest
    app.extensions["campaign.kernel"] = Kernel(
        config=config,
        vault=vault,
        tokens=FormTokens(vault.derive("form token")),
        limits=Limits(enabled=config.rate_limits),
        work=ProofOfWork(vault.derive("proof of work")),
        client_secret=vault.derive("client key"),
    )


def kernel() -> Kernel:
    """The present application's kernel."""
    found: Kernel = current_app.extensions["campaign.kernel"]
    return found


def vault() -> Vault:
    """The present application's vault."""
    return kernel().vault


def client() -> str:
    """The keyed hash of who is asking; see `web.client`."""
    parts = kernel()
    peer = request.environ.get("REMOTE_ADDR") or ""
    address = client_address(peer, request.headers.get("X-Forwarded-For", ""), parts.config.trusted_proxies)
    return client_key(address, parts.client_secret, time.time())


def form_token(purpose: str) -> str:
    """A token for the form that is being shown."""
    return kernel().tokens.issue(purpose, time.time())


def token_valid(purpose: str) -> bool:
    """Whether the posted form carries a valid token for `purpose`."""
    return kernel().tokens.valid(request.form.get(FIELD, ""), purpose, time.time())


def demand_own_page() -> None:
    """Refuse (403) a post that another site's page made."""
    if not from_our_own_page(request.headers, request.host, kernel().config.base_url):
        abort(403)


def allowed(limit: Limit) -> bool:
    """Count one act of this client; False when it is over the limit."""
    return kernel().limits.hit(limit, client())


def work_done() -> bool:
    """Whether the posted form carries a fresh proof of work."""
    payload = request.form.get(WORK_FIELD, "")
    return bool(payload) and kernel().work.accepts(payload)


def new_work() -> dict[str, object]:
    """A challenge for the page to solve."""
    return kernel().work.challenge(clock.now())


def page(
    template: str, *, seconds: int = 0, status: int = 200, names_prisoners: bool = True, **context: object
) -> Response:
    """A rendered page; with `seconds`, one that everybody may keep that long (see `headers.keep`)."""
    response = make_response(render_template(template, **context), status)
    return keep(response, seconds, names_prisoners=names_prisoners) if seconds else response
