"""A member's browser of sorts: read the page, fill in the form, follow the link."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from campaign.db import atomic, store
from campaign.godparents import inviting
from campaign.godparents.acting import INVITED
from campaign.godparents.models import Godparent, Invitation
from campaign.kit import clock
from campaign.kit.tokens import new_uid
from campaign.people import service as people
from tests.browsing import hidden_fields, link, mails
from tests.godparents import making

PATH = "/godparents/join"
MAILBOX = "mari.tamm@parliament.example"
FIELDS = {
    "given_name": "Mari",
    "family_name": "Tamm",
    "party": "Party of Examples",
    "country": "EE",
    "email": MAILBOX,
    "contact": "Office: +372 000 0000",
    "filled_by": "Jaan the assistant",
    "statement": "Nobody should be alone in there.",
    "prisoner": "assign",
    "consent": "on",
    "publish": "on",
}


def opened(app: Flask) -> dict[str, str]:
    """An open programme, a chamber, and Mari Tamm in it; what the form says for chamber and member."""
    with app.app_context(), atomic() as session:
        making.programme(session)
        chamber = making.chamber(session)
        member = making.member(session, chamber, email=MAILBOX)
        return {"chamber": str(chamber.id), "member": str(member.id)}


def send(client: FlaskClient, path: str = PATH, **changes: object) -> TestResponse:
    """Load the page and post its form; a field that is None is left out."""
    fields = FIELDS | hidden_fields(client.get(path).text) | changes
    return client.post(
        path.partition("?")[0], data={name: value for name, value in fields.items() if value is not None}
    )


def confirmed(app: Flask, client: FlaskClient, **changes: object) -> TestResponse:
    """Send the form, follow the mail's link, press the button; the page that comes then."""
    assert send(client, **changes).status_code == 303
    path = link(mails(app)[-1])
    answer = client.post(path, data=hidden_fields(client.get(path).text))
    assert answer.status_code == 303
    return client.get(answer.headers["Location"])


def invited(app: Flask, email: str = MAILBOX, *, message: str = "", **changes: object) -> str:
    """Invite somebody; the address of the invitation's page."""
    with app.app_context(), atomic() as session:
        return invitation_path(app, session, email, message, **changes)


def invitation_path(app: Flask, session: Session, email: str, message: str = "", **changes: object) -> str:
    """The address of the page of an invitation that is made for this."""
    vault, uid, campaign_id = app.extensions["campaign.vault"], new_uid(), making.programme(session).campaign_id
    made = Invitation(
        uid=uid,
        campaign_id=campaign_id,
        mailbox_index=people.mailbox_index(vault, campaign_id, email),
        email=vault.seal(inviting.EMAIL, uid, email),
        name=vault.seal(inviting.NAME, uid, "Mari Tamm"),
        message=vault.seal_optional(inviting.MESSAGE, uid, message),
        created_by="test",
        created_at=clock.now(),
        **changes,
    )
    session.add(made)
    session.flush()
    return f"/godparents/invited/{vault.issue(INVITED, uid)}"


def states(app: Flask) -> list[str]:
    """Of all who signed up, oldest first."""
    with app.app_context(), store().engine.connect() as connection:
        return list(connection.scalars(select(Godparent.state).order_by(Godparent.id)))
