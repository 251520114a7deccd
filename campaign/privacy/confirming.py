"""What waits for the button of a mail's link, whatever it is: a signature, a sign-up."""

from __future__ import annotations

from typing import Protocol

from werkzeug import Response

from campaign.web.links import DeadLink


class LinkProblem(DeadLink):
    """A link to a signature that leads nowhere (any more)."""

    page = "privacy/dead_link.html"


class NoSignUp(DeadLink):
    """A link to a godparent's sign-up that leads nowhere (any more)."""

    page = "privacy/no_sign_up.html"


class Confirmable(Protocol):
    """One of them, as it was read."""

    @property
    def pending(self) -> bool:
        """Whether it still waits."""

    @property
    def seen(self) -> str:
        """Names what the page showed: typing it again before confirming changes it, and then it is shown again."""

    def page(self, token: str, *, changed: bool) -> Response:
        """What will be confirmed, and the button; or that it is confirmed. Status 409 if it changed meanwhile."""

    def confirm(self) -> None:
        """Do what the button promises; twice is the same as once. Raises `DeadLink`."""

    def refuse(self) -> Response:
        """Do what "This wasn't me" promises, and say so. Raises `DeadLink`."""
