"""A godparent's mails. There are few of them, and each says something of its own: rendered whole, one by one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from flask import Flask
from sqlalchemy.orm import Session

from campaign.campaigns.models import Campaign
from campaign.godparents.acting import CONFIRM, INVITED, OWN, Kind
from campaign.godparents.models import Programme, Role
from campaign.godparents.words import ROLE
from campaign.kit.tokens import new_uid
from campaign.mailing.compose import MailTemplate
from campaign.mailing.emails import load
from campaign.vault import Vault

_LINKS = {
    Kind.CONFIRM: (CONFIRM, "confirm"),
    Kind.REMINDER: (CONFIRM, "confirm"),
    Kind.INVITATION: (INVITED, "godparents/invited"),
    Kind.HANDOVER: (INVITED, "godparents/invited"),
}
_OWN_LINK = (OWN, "godparents/own")
_PLACE = re.compile("@{2,}")
"""What `MailTemplate` would take for the beginning of a place to fill in; in somebody's words it is only signs."""


class GodparentMails:
    """Implements `acting.Mails`."""

    def __init__(self, app: Flask, vault: Vault, base_url: str, mail_from: str) -> None:
        """Render with `app`'s templates, make links with `vault` on `base_url`, send from `mail_from`."""
        self._app, self._vault, self._base_url, self._from = app, vault, base_url, mail_from

    def render(
        self,
        session: Session,
        kind: str,
        *,
        campaign_id: int,
        to: str,
        uid: bytes,
        language: str,
        now: datetime,
        values: Mapping[str, object] | None = None,
    ) -> str:
        """The whole message with the link for `uid`.

        Templates in `emails/godparent_<kind>` know `link`, `base_url`, `sender`, `campaign` (its name), `purge_days`,
        `role` (`words.RoleWords`) and all of `values`. Invitations take, each may be missing: `name` of who is invited,
        `message`, `prisoner` (the name); hand-overs also `godparent`, the name of who hands over.
        """
        campaign = session.get_one(Campaign, campaign_id)
        programme = session.get(Programme, campaign_id)
        token_kind, page = _LINKS.get(kind, _OWN_LINK)  # type: ignore[call-overload]  # a StrEnum's member is its text
        sender = campaign.mail_sender or campaign.name
        context = {
            **(values or {}),
            "link": f"{self._base_url}/{page}/{self._vault.issue(token_kind, uid)}",
            "base_url": self._base_url,
            "campaign": campaign.name,
            "sender": sender,
            "role": ROLE[Role(programme.role) if programme else Role.GODPARENT],
            "purge_days": campaign.purge_days,
        }
        with self._app.app_context():
            subject, text, html = (_PLACE.sub("@", part) for part in load(f"godparent_{kind}", language, context))
        template = MailTemplate.build(
            subject=campaign.mail_subject or subject,
            text=text,
            html=html,
            sender_name=sender,
            sender_address=self._from,
            language=language,
            domain=self._from.rpartition("@")[2],
        )
        return template.render(to=to, values={}, now=now, uid=new_uid())
