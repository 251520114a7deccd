"""What godparents have to do with changes below. Wired to the signals of prisoners and chambers in `app.py`."""

from __future__ import annotations

from datetime import datetime

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from campaign.chambers import signals as offices
from campaign.godparents import turning
from campaign.godparents.acting import Act
from campaign.godparents.models import Deed, Godparent, Godparenthood
from campaign.kit import clock
from campaign.kit.text import full_name
from campaign.prisoners import mentions, signals


def connect() -> None:
    """Listen. Hiding a profile needs nothing here: what everybody may see asks for it (`queries.PUBLIC_PAIR`)."""
    signals.changed.connect(follow)
    signals.asked_what_follows.connect(foretell)
    signals.asked_who_is_named.connect(name)
    offices.mandates_changed.connect(follow_offices)
    offices.asked_what_follows.connect(foretell_offices)


def follow(session: Session, changes: tuple[signals.StatusChange, ...]) -> None:
    """Godparenthoods end with a release, exile or death; other changes are told to those who want to know."""
    turning.status_changed(_act(session, clock.now()), changes)


def foretell(session: Session, changes: tuple[signals.StatusChange, ...]) -> list[signals.Consequence]:
    """How many would end."""
    count = turning.would_end(session, changes)
    text = _l("Godparenthoods that end, with a letter after an hour: %(count)s")
    return [signals.Consequence(text, count)] if count else []


def follow_offices(
    session: Session, changes: tuple[offices.OfficeChange, ...], now: datetime
) -> list[offices.Consequence]:
    """Godparents who left office are asked to hand over."""
    return _left(turning.offices_changed(_act(session, now), changes))


def foretell_offices(
    session: Session, changes: tuple[offices.OfficeChange, ...], now: datetime
) -> list[offices.Consequence]:
    """How many would be noted to have left office."""
    del now
    return _left(turning.would_leave(session, changes))


def name(session: Session, sought: mentions.Sought) -> list[signals.Mention]:
    """Statements and deeds that name somebody."""
    statements = select(Godparenthood.godparent_id, Godparenthood.statement, Godparenthood.proposed)
    written = or_(Godparenthood.statement != "", Godparenthood.proposed.is_not(None))
    texts: dict[int, list[str]] = {}
    for godparent_id, *said in session.execute(statements.where(written)):
        texts.setdefault(godparent_id, []).extend(filter(None, said))
    for godparent_id, note in session.execute(select(Deed.godparent_id, Deed.note).where(Deed.note != "")):
        texts.setdefault(godparent_id, []).append(note)
    naming = [godparent_id for godparent_id, said in texts.items() if any(map(sought.part, said))]
    found = []
    for godparent in session.scalars(select(Godparent).where(Godparent.id.in_(naming)).order_by(Godparent.id)):
        title, url = full_name(godparent.given_name, godparent.family_name), f"/admin/godparents/{godparent.id}"
        mention = mentions.mention(sought, title, url, *texts[godparent.id])
        found += [mention] if mention else []
    return found


def _left(count: int) -> list[offices.Consequence]:
    text = _l("Godparents who leave office, and are asked after an hour to hand over: %(count)s")
    return [offices.Consequence(text, count)] if count else []


def _act(session: Session, now: datetime) -> Act:
    extensions = current_app.extensions
    return Act(session, extensions["campaign.vault"], extensions["campaign.godparent_mails"], now)
