"""Doing something with a godparent on behalf of a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import current_app

from campaign.db import again, atomic
from campaign.godparents.acting import Act, Mails
from campaign.jobs import kick
from campaign.kit import clock
from campaign.web import kernel as web

Result = TypeVar("Result")


def perform(verb: Callable[[Act], Result]) -> Result:
    """Run `verb` in a transaction of its own, anew if another one was first; what it returns.

    `verb` reads everything itself and takes no row with it from outside.
    """
    mails: Mails = current_app.extensions["campaign.godparent_mails"]

    def work() -> Result:
        with atomic() as session:
            return verb(Act(session, web.vault(), mails, clock.now()))

    result = again(work)
    send_soon()
    return result


def send_soon() -> None:
    """Have written and sent at once what an act put down for somebody, instead of within the minute."""
    for job in ("godparents.notify", "godparents.invite", "mailing.drain"):
        kick(job)
