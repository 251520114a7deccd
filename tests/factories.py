"""One maker per noun. Every value has a default; a test names only what it is about."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from sqlalchemy import Connection, select, text

from campaign.db import gather, store
from campaign.kit import clock
from campaign.petitions import service
from campaign.petitions.models import Petition, PetitionText
from campaign.petitions.service import Act, Submission, Target

SLUG = "free-viasna"


def submission(email: str = "jo@example.org", **changes: object) -> Submission:
    """A checked form."""
    values: dict[str, object] = {
        "given_name": "Jo",
        "family_name": "Baker",
        "email": email,
        "canonical": email.lower(),
        "country": "DE",
        "postal_code": "",
        "comment": "",
        "show_name": False,
        "deliver_name": False,
        "updates": False,
        "language": "en",
    }
    return Submission(**(values | changes))  # type: ignore[arg-type]  # names are those of the class


def target(connection: Connection, slug: str = SLUG) -> Target:
    """The petition and its newest text."""
    row = connection.execute(
        select(Petition.id, Petition.campaign_id, PetitionText.id.label("text_id"))
        .join(PetitionText, PetitionText.petition_id == Petition.id)
        .where(Petition.slug == slug)
        .order_by(PetitionText.version.desc())
    ).first()
    assert row is not None
    return Target(row.id, row.campaign_id, row.text_id)


class Signing:
    """A petition's signatures in a test: each verb is one transaction, at a moment that the test may set."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.now: datetime = clock.now()
        with app.app_context(), store().engine.connect() as connection:
            self.target = target(connection)

    def act(self, verb, *arguments):
        """Run a verb of the service."""
        extensions = self.app.extensions
        with self.app.app_context():
            return gather(
                lambda connection: verb(
                    Act(connection, extensions["campaign.vault"], extensions["campaign.petition_mails"], self.now),
                    *arguments,
                )
            )

    def sign(self, email: str = "jo@example.org", **changes: object) -> bytes | None:
        return self.act(service.sign, self.target, submission(email, **changes))

    def confirmed(self, email: str = "jo@example.org", **changes: object) -> bytes:
        uid = self.sign(email, **changes)
        self.act(service.confirm, uid)
        return uid

    def rows(self, query: str, **values: object) -> list:
        with self.app.app_context(), store().engine.connect() as connection:
            return list(connection.execute(text(query), values))

    def one(self, query: str, **values: object):
        return self.rows(query, **values)[0][0]

    def mails(self) -> list[str]:
        """The kinds of all mails that were to be sent, in order."""
        return [row[0] for row in self.rows("SELECT kind FROM messages WHERE state <> 'withheld' ORDER BY id")]
