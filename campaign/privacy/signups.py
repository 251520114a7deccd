"""A godparent's sign-up behind a link to confirm."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug import Response

from campaign.db import db
from campaign.godparents import service
from campaign.godparents.acting import Act, Unknown
from campaign.godparents.asked import Asked, asked
from campaign.godparents.views.acts import perform
from campaign.godparents.words import ROLE
from campaign.i18n import page_language
from campaign.people import wordings
from campaign.privacy.confirming import NoSignUp
from campaign.web import kernel as web


@dataclass(frozen=True, slots=True)
class SignUp:
    """Implements `confirming.Confirmable`.

    Confirmed, it says the same whether the mailbox proved who it is or an organiser looks: an impostor learns nothing.
    """

    own: Asked

    @classmethod
    def find(cls, uid: bytes) -> SignUp | None:
        """The one with that uid; None if there is none."""
        own = asked(db.session(), web.vault(), uid, page_language())
        return cls(own) if own else None

    @property
    def pending(self) -> bool:
        """Whether it still waits."""
        return self.own.pending

    @property
    def seen(self) -> str:
        """Names what the page showed."""
        return f"confirm:{self.own.uid.hex()}:{self.own.asked_at.isoformat()}"

    def page(self, token: str, *, changed: bool) -> Response:
        """What was typed, and the button; or that we will write."""
        return web.page(
            "privacy/confirm_sign_up.html" if self.pending else "privacy/confirmed_sign_up.html",
            status=409 if changed else 200,
            own=self.own,
            role=ROLE[self.own.role],
            token=token,
            changed=changed,
            wordings=(wordings.CURRENT[wordings.JOIN], wordings.CURRENT[wordings.PUBLISH]),
            form_token=web.form_token(self.seen),
        )

    def confirm(self) -> None:
        """Have it verified, or looked at."""

        def confirm(act: Act) -> None:
            service.confirm(act, self.own.uid)

        try:
            perform(confirm)
        except Unknown:
            raise NoSignUp from None

    def refuse(self) -> Response:
        """Delete it, and never write to that address about this again."""
        try:
            perform(lambda act: service.refuse(act, self.own.uid))
        except Unknown:
            raise NoSignUp from None
        return web.page("privacy/not_me_sign_up.html")
