"""A signature as its signer sees it, and what the signer does with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import Connection
from werkzeug import Response

from campaign.db import db, gather
from campaign.jobs import kick
from campaign.kit import clock
from campaign.petitions import receipts, service
from campaign.petitions.models import Status
from campaign.petitions.receipts import Receipt
from campaign.privacy.confirming import LinkProblem
from campaign.web import kernel as web


def read(uid: bytes) -> Receipt | None:
    """The signature with that uid; None if there is none."""
    with db.engine.connect() as connection:
        return receipts.receipt(connection, web.vault(), uid)


def act(verb: Callable[[service.Act], object]) -> None:
    """Run `verb` in a transaction. Raises `LinkProblem`."""
    vault, mails, now = web.vault(), current_app.extensions["campaign.petition_mails"], clock.now()

    def work(connection: Connection) -> object:
        return verb(service.Act(connection, vault, mails, now))

    try:
        gather(work)
    except service.Unknown:
        raise LinkProblem from None


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature behind a link to confirm; implements `confirming.Confirmable`."""

    own: Receipt

    @classmethod
    def find(cls, uid: bytes) -> Signature | None:
        """The one with that uid; None if there is none."""
        own = read(uid)
        return cls(own) if own else None

    @property
    def pending(self) -> bool:
        """Whether it still waits."""
        return self.own.status == Status.PENDING

    @property
    def seen(self) -> str:
        """Names what the page showed."""
        return f"confirm:{self.own.uid.hex()}:{self.own.created_at.isoformat()}"

    def page(self, token: str, *, changed: bool) -> Response:
        """What will be confirmed, and the button; or what became of it."""
        return web.page(
            "privacy/confirm.html" if self.pending else "privacy/confirmed.html",
            status=409 if changed else 200,
            own=self.own,
            token=token,
            receipt_token=web.vault().issue(service.RECEIPT, self.own.uid),
            changed=changed,
            form_token=web.form_token(self.seen),
        )

    def confirm(self) -> None:
        """Have it count."""
        act(lambda act: service.confirm(act, self.own.uid))
        kick("mailing.drain")
        kick("petitions.count")

    def refuse(self) -> Response:
        """Delete it, and never write to that address about this petition again."""
        act(lambda act: service.refuse(act, self.own.uid))
        kick("petitions.count")
        return web.page("privacy/not_me.html")
