"""What campaigns have to say about prisoners. Wired to `prisoners.signals` in `app.py`."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from campaign.campaigns.models import Campaign
from campaign.prisoners import mentions, signals


def connect() -> None:
    """Listen."""
    signals.asked_who_is_named.connect(name)


def name(session: Session, sought: mentions.Sought) -> list[signals.Mention]:
    """Campaigns whose presentation names somebody, with the page that shows it."""
    found = (
        mentions.mention(sought, text.title, url_for("site.campaign", slug=campaign.slug), text.title, text.summary)
        for campaign in session.scalars(select(Campaign).options(selectinload(Campaign.texts)))
        for text in campaign.texts
    )
    return [mention for mention in found if mention is not None]
