"""What petitions have to say when prisoners' status changes. Wired to `prisoners.signals` in `app.py`."""

from __future__ import annotations

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from campaign.petitions import queries
from campaign.prisoners import mentions, signals


def connect() -> None:
    """Listen."""
    signals.asked_what_follows.connect(foretell)
    signals.asked_who_is_named.connect(name)


def foretell(session: Session, changes: tuple[signals.StatusChange, ...]) -> list[signals.Consequence]:
    """Published petitions name these people. Nothing is changed in a text that people signed; somebody must look."""
    count = queries.published_naming(session, [change.prisoner_id for change in changes])
    if not count:
        return []
    return [
        signals.Consequence(
            _l("Petitions that name some of them, and whose text should be looked at: %(count)s"), count
        )
    ]


def name(session: Session, sought: mentions.Sought) -> list[signals.Mention]:
    """Petitions whose present texts name somebody."""
    found = (
        mentions.mention(sought, text.title, url_for("petitions_admin.show", slug=slug), text.title, text.body)
        for slug, text in queries.present_texts(session)
    )
    return [mention for mention in found if mention is not None]
