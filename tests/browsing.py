"""What a person's browser does, with Flask's test client: read the page, fill in the form, follow the link."""

from __future__ import annotations

import email
import email.policy
import re
from html.parser import HTMLParser

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from campaign.db import store

PATH = "/petitions/free-viasna"
FIELDS = {
    "given_name": "Jo",
    "family_name": "Baker",
    "email": "jo@example.org",
    "country": "DE",
    "postal_code": "",
    "comment": "",
    "consent": "y",
}


class _Hidden(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "input" and values.get("type") == "hidden" and values.get("name"):
            self.fields[str(values["name"])] = values.get("value") or ""


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    parser = _Hidden()
    parser.feed(page)
    return parser.fields


def sign(client: FlaskClient, path: str = PATH, **changes: str | None) -> TestResponse:
    """Load the page and post its form; a field that is None is left out."""
    fields = FIELDS | hidden_fields(client.get(path).text) | changes
    return client.post(path, data={name: value for name, value in fields.items() if value is not None})


def mails(app: Flask) -> list[email.message.EmailMessage]:
    """The mails in the outbox that have not been sent, oldest first, opened."""
    vault = app.extensions["campaign.vault"]
    with app.app_context(), store().engine.connect() as connection:
        rows = connection.execute(text("SELECT uid, content FROM messages WHERE content IS NOT NULL ORDER BY id")).all()
    contents = [vault.open("messages.content", bytes(row.uid), bytes(row.content)) for row in rows]
    return [email.message_from_string(content, policy=email.policy.default) for content in contents]


def link(message: email.message.EmailMessage) -> str:
    """The one link in a mail's text, without the host."""
    found = re.findall(r"https?://[^/\s]+(/\S+)", message.get_body(("plain",)).get_content())
    assert len(found) == 1
    return str(found[0])


def confirmed(app: Flask, client: FlaskClient, **changes: str | None) -> str:
    """Sign and confirm; the path of the receipt."""
    assert sign(client, **changes).status_code == 303
    assert client.post(link(mails(app)[-1])).status_code == 303
    return link(mails(app)[-1])
