"""The signer's own pages: confirm, see, change, withdraw, erase. Whoever has the link from the mail is the signer.

Reading changes nothing, however often and by whatever scanner a link is fetched; only pressed buttons do.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, jsonify, redirect, request, url_for
from werkzeug import Response

from campaign.accounts.access import public
from campaign.godparents import acting as godparents
from campaign.jobs import kick
from campaign.kit import clock
from campaign.kit.tokens import BadToken
from campaign.people import wordings
from campaign.petitions import service
from campaign.petitions.models import Status
from campaign.petitions.receipts import Receipt
from campaign.privacy import signatures
from campaign.privacy.confirming import Confirmable, LinkProblem, NoSignUp
from campaign.privacy.signatures import Signature
from campaign.privacy.signups import SignUp
from campaign.web import kernel as web
from campaign.web.form_token import FIELD
from campaign.web.links import DeadLink

blueprint = Blueprint("privacy", __name__)
_ABOUT: dict[str, tuple[Callable[[bytes], Confirmable | None], type[DeadLink]]] = {
    service.CONFIRM: (Signature.find, LinkProblem),
    godparents.CONFIRM: (SignUp.find, NoSignUp),
}
"""What a link to confirm is about, by the kind of its token, and what is said of one that leads nowhere."""


@blueprint.after_request
def keep_out_of_indexes(response: Response) -> Response:
    """These pages belong to one person."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blueprint.get("/confirm/<token>")
@public
def ask(token: str) -> Response:
    """Show what will be confirmed, and the button."""
    return _asked(token).page(token, changed=False)


@blueprint.post("/confirm/<token>")
@public
def confirm(token: str) -> Response:
    """Confirm; pressing twice is the same as once."""
    web.demand_own_page()
    asked = _asked(token)
    if FIELD in request.form and asked.pending and not web.token_valid(asked.seen):
        return asked.page(token, changed=True)
    asked.confirm()
    return redirect(url_for("privacy.ask", token=token), 303)


@blueprint.post("/confirm/<token>/not-me")
@public
def not_me(token: str) -> Response:
    """Delete, and never write to that address about this again."""
    web.demand_own_page()
    return _asked(token).refuse()


@blueprint.get("/receipt/<token>")
@public
def receipt(token: str) -> Response:
    """What is stored, and what may be done with it. A godparent's own page stands elsewhere."""
    if _is_godparents(token):
        return redirect(f"/godparents/own/{token}", 303)
    own = _own(token)
    return web.page(
        "privacy/receipt.html", own=own, token=token, saved="saved" in request.args, wordings=wordings.CURRENT
    )


@blueprint.post("/receipt/<token>")
@public
def change(token: str) -> Response:
    """Change the visibility and news choices."""
    web.demand_own_page()
    own = _own(token)
    chosen = {name: name in request.form for name in ("show_name", "deliver_name", "updates")}
    signatures.act(lambda act: service.choose(act, own.uid, service.Choices(**chosen)))
    return redirect(url_for("privacy.receipt", token=token, saved=""), 303)


@blueprint.post("/receipt/<token>/withdraw")
@public
def withdraw(token: str) -> Response:
    """Take the signature back."""
    web.demand_own_page()
    own = _own(token)
    signatures.act(lambda act: service.withdraw(act, own.uid))
    kick("petitions.count")
    return redirect(url_for("privacy.receipt", token=token), 303)


@blueprint.post("/receipt/<token>/erase")
@public
def erase(token: str) -> Response:
    """Erase the person with everything signed in this campaign."""
    web.demand_own_page()
    own = _own(token)
    signatures.act(lambda act: service.erase(act, own.uid))
    kick("petitions.count")
    return redirect(url_for("privacy.receipt", token=token), 303)


@blueprint.get("/receipt/<token>/export.json")
@public
def export(token: str) -> Response:
    """Everything stored about the signature, to take along (GDPR art. 20)."""
    own = _own(token)
    response = jsonify(_portable(own))
    response.headers["Content-Disposition"] = 'attachment; filename="my-signature.json"'
    return response


def _asked(token: str) -> Confirmable:
    kind = token[:1]
    find, problem = _ABOUT.get(kind, _ABOUT[service.CONFIRM])
    try:
        asked = find(web.vault().redeem(token, kind))
    except BadToken:
        asked = None
    if asked is None:
        raise problem
    return asked


def _own(token: str) -> Receipt:
    try:
        own = signatures.read(web.vault().redeem(token, service.RECEIPT))
    except BadToken:
        own = None
    if own is None or own.status == Status.PENDING:
        raise LinkProblem
    return own


def _is_godparents(token: str) -> bool:
    try:
        web.vault().redeem(token, godparents.OWN)
    except BadToken:
        return False
    return True


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
