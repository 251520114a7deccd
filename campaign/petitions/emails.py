"""The mails of a petition, rendered once per petition, kind and language; per signer only the link is filled in."""

from __future__ import annotations

import time
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from sqlalchemy import Connection, Engine

from campaign.kit.tokens import new_uid
from campaign.mailing.compose import MailTemplate
from campaign.mailing.emails import load
from campaign.petitions.queries import MailSettings, mail_settings
from campaign.petitions.service import CONFIRM, RECEIPT, Kind
from campaign.vault import Vault

FRESH_SECONDS = 10.0
"""How long prepared mails are used before the campaign's settings are read again."""

_LINKS = {
    Kind.CONFIRM: (CONFIRM, "confirm"),
    Kind.REMINDER: (CONFIRM, "confirm"),
    Kind.ALREADY: (RECEIPT, "receipt"),
    Kind.RECEIPT: (RECEIPT, "receipt"),
}


@dataclass(frozen=True, slots=True)
class Sender:
    """The site's side of every mail."""

    base_url: str
    address: str


class PetitionMails:
    """Implements `service.Mails`. Shared by all threads of a process."""

    def __init__(self, app: Flask, engine: Engine, vault: Vault, sender: Sender) -> None:
        """Render with `app`'s templates, read settings through `engine`, make links with `vault`."""
        self._app, self._engine, self._vault, self._sender = app, engine, vault, sender
        self._ready: dict[tuple[int, Kind, str], tuple[float, MailTemplate]] = {}

    def render(
        self,
        connection: Connection | None,
        kind: Kind,
        *,
        petition_id: int,
        to: str,
        uid: bytes,
        language: str,
        now: datetime,
    ) -> str:
        """The whole message about the signature `uid`, as ASCII.

        `connection` is the caller's transaction; None if there is none, and then one is opened when it is needed.
        """
        token_kind, page = _LINKS[kind]
        link = f"{self._sender.base_url}/{page}/{self._vault.issue(token_kind, uid)}"
        template = self._template(connection, petition_id, kind, language)
        return template.render(to=to, values={"link": link}, now=now, uid=new_uid())

    def _template(self, connection: Connection | None, petition_id: int, kind: Kind, language: str) -> MailTemplate:
        key = (petition_id, kind, language)
        made_at, template = self._ready.get(key, (0.0, None))
        if template is not None and time.monotonic() - made_at < FRESH_SECONDS:
            return template
        # On the caller's own connection: a second one, asked for in the middle of a transaction, could wait for ever.
        with nullcontext(connection) if connection is not None else self._engine.connect() as own:
            settings = mail_settings(own, petition_id)
        with self._app.app_context():
            template = self._build(settings, kind, language)
        self._ready[key] = (time.monotonic(), template)
        return template

    def _build(self, settings: MailSettings, kind: Kind, language: str) -> MailTemplate:
        title = settings.titles.get(language) or settings.titles[settings.language]
        # "@@" marks what is filled in per signer; in somebody's words it is only two signs
        title, sender, own_subject = (words.replace("@@", "@") for words in (title, settings.sender, settings.subject))
        context = {"title": title, "link": "@@link@@", "purge_days": settings.purge_days, "sender": sender}
        subject, text, html = load(f"petition_{kind}", language, context)
        return MailTemplate.build(
            subject=own_subject or subject,
            text=text,
            html=html,
            sender_name=sender,
            sender_address=self._sender.address,
            language=language,
            domain=self._sender.address.rpartition("@")[2],
        )
