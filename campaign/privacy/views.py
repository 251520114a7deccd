"""The signer's own pages: confirm, see, change, withdraw, erase. Whoever has the link from the mail is the signer.

Reading changes nothing, however often and by whatever scanner a link is fetched; only pressed buttons do.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, current_app, jsonify, redirect, request, url_for
from sqlalchemy import Connection
from werkzeug import Response

from campaign.accounts.access import public
from campaign.db import db, gather
from campaign.jobs import kick
from campaign.kit import clock
from campaign.kit.tokens import BadToken
from campaign.people import wordings
from campaign.petitions import receipts, service
from campaign.petitions.models import Status
from campaign.petitions.receipts import Receipt
from campaign.web import kernel as web
from campaign.web.form_token import FIELD

blueprint = Blueprint("privacy", __name__)


class LinkProblem(Exception):
    """A link that leads nowhere (any more)."""


@blueprint.app_errorhandler(LinkProblem)
def link_problem(_error: LinkProblem) -> Response:
    """One page for every dead link, whatever the reason: it says what can be done."""
    return web.page("privacy/dead_link.html", status=404)


@blueprint.after_request
def keep_out_of_indexes(response: Response) -> Response:
    """These pages belong to one person."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blueprint.get("/confirm/<token>")
@public
def ask(token: str) -> Response:
    """Show what will be confirmed, and the button."""
    return _ask(token, _own(token, service.CONFIRM))


@blueprint.post("/confirm/<token>")
@public
def confirm(token: str) -> Response:
    """Confirm; pressing twice is the same as once."""
    web.demand_own_page()
    own = _own(token, service.CONFIRM)
    if FIELD in request.form and own.status == Status.PENDING and not web.token_valid(_seen(own)):
        return _ask(token, own, changed=True)
    _act(lambda act: service.confirm(act, own.uid))
    kick("mailing.drain")
    kick("petitions.count")
    return redirect(url_for("privacy.ask", token=token), 303)


@blueprint.post("/confirm/<token>/not-me")
@public
def not_me(token: str) -> Response:
    """Delete, and never write to that address about this petition again."""
    web.demand_own_page()
    own = _own(token, service.CONFIRM)
    _act(lambda act: service.refuse(act, own.uid))
    kick("petitions.count")
    return web.page("privacy/not_me.html", own=own)


@blueprint.get("/receipt/<token>")
@public
def receipt(token: str) -> Response:
    """What is stored, and what may be done with it."""
    own = _own(token, service.RECEIPT)
    return web.page(
        "privacy/receipt.html", own=own, token=token, saved="saved" in request.args, wordings=wordings.CURRENT
    )


@blueprint.post("/receipt/<token>")
@public
def change(token: str) -> Response:
    """Change the visibility and news choices."""
    web.demand_own_page()
    own = _own(token, service.RECEIPT)
    chosen = {name: name in request.form for name in ("show_name", "deliver_name", "updates")}
    _act(lambda act: service.choose(act, own.uid, service.Choices(**chosen)))
    return redirect(url_for("privacy.receipt", token=token, saved=""), 303)


@blueprint.post("/receipt/<token>/withdraw")
@public
def withdraw(token: str) -> Response:
    """Take the signature back."""
    web.demand_own_page()
    own = _own(token, service.RECEIPT)
    _act(lambda act: service.withdraw(act, own.uid))
    kick("petitions.count")
    return redirect(url_for("privacy.receipt", token=token), 303)


@blueprint.post("/receipt/<token>/erase")
@public
def erase(token: str) -> Response:
    """Erase the person with everything signed in this campaign."""
    web.demand_own_page()
    own = _own(token, service.RECEIPT)
    _act(lambda act: service.erase(act, own.uid))
    kick("petitions.count")
    return redirect(url_for("privacy.receipt", token=token), 303)


@blueprint.get("/receipt/<token>/export.json")
@public
def export(token: str) -> Response:
    """Everything stored about the signature, to take along (GDPR art. 20)."""
    own = _own(token, service.RECEIPT)
    response = jsonify(_portable(own))
    response.headers["Content-Disposition"] = 'attachment; filename="my-signature.json"'
    return response


def _own(token: str, kind: str) -> Receipt:
    vault = web.vault()
    try:
        uid = vault.redeem(token, kind)
    except BadToken:
        raise LinkProblem from None
    with db.engine.connect() as connection:
        own = receipts.receipt(connection, vault, uid)
    if own is None or (kind == service.RECEIPT and own.status == Status.PENDING):
        raise LinkProblem
    return own


def _ask(token: str, own: Receipt, *, changed: bool = False) -> Response:
    receipt_token = web.vault().issue(service.RECEIPT, own.uid)
    template = "privacy/confirm.html" if own.status == Status.PENDING else "privacy/confirmed.html"
    return web.page(
        template,
        status=409 if changed else 200,
        own=own,
        token=token,
        receipt_token=receipt_token,
        changed=changed,
        form_token=web.form_token(_seen(own)),
    )


def _seen(own: Receipt) -> str:
    """Names what the page showed: signing again before confirming changes it, and then it must be shown again."""
    return f"confirm:{own.uid.hex()}:{own.created_at.isoformat()}"


def _act(verb: Callable[[service.Act], object]) -> None:
    vault, mails, now = web.vault(), current_app.extensions["campaign.petition_mails"], clock.now()

    def work(connection: Connection) -> object:
        return verb(service.Act(connection, vault, mails, now))

    try:
        gather(work)
    except service.Unknown:
        raise LinkProblem from None


def _portable(own: Receipt) -> dict[str, object]:
    moments = {
        name: value and clock.rfc3339(value)
        for name, value in (
            ("signed_at", own.created_at),
            ("confirmed_at", own.confirmed_at),
            ("withdrawn_at", own.withdrawn_at),
        )
    }
    texts = ("given_name", "family_name", "email", "country", "postal_code", "comment")
    choices = ("show_name", "deliver_name", "updates")
    return {
        "petition": own.petition_slug,
        "status": own.status,
        **{name: getattr(own, name) for name in (*texts, *choices)},
        **moments,
        "text": {"language": own.text_language, "version": own.text_version, "sha256": own.text_sha256},
        "consents": [
            {
                "purpose": line.purpose,
                "wording": line.wording,
                "given_at": clock.rfc3339(line.given_at),
                "withdrawn_at": line.withdrawn_at and clock.rfc3339(line.withdrawn_at),
            }
            for line in own.consents
        ],
    }
