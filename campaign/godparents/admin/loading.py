"""Finding what an address at the desk names, for `requires`; and acting on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from flask import current_app
from sqlalchemy.orm import Session

from campaign.accounts.access import Permission, current_organiser, may, reach_of
from campaign.accounts.queries import Reach
from campaign.audit import service as audit
from campaign.campaigns import queries as campaigns
from campaign.campaigns.models import Campaign
from campaign.db import again, atomic, db
from campaign.godparents.acting import Act
from campaign.godparents.models import Deed, Godparent, Godparenthood, Invitation, Photo, ReleaseBatch, State
from campaign.godparents.views.acts import send_soon
from campaign.kit import clock
from campaign.web import kernel as web

Result = TypeVar("Result")
_ROW_ID = re.compile(r"[1-9]\d{0,8}", re.ASCII)
STANDING = (State.ACCEPTED, State.ERASED)


def signup_by_number(number: int) -> tuple[Godparent, int] | None:
    """Somebody who confirmed the mailbox, whatever was decided since. Who did not confirm is nobody at the desk."""
    found = db.session().get(Godparent, number)
    return None if found is None or found.state == State.PENDING else (found, found.campaign_id)


def godparent_by_number(number: int) -> tuple[Godparent, int] | None:
    """Somebody who was accepted, erased ones included."""
    found = db.session().get(Godparent, number)
    return (found, found.campaign_id) if found is not None and found.state in STANDING else None


def pair_by_number(number: int) -> tuple[Godparenthood, int] | None:
    """A godparenthood."""
    found = db.session().get(Godparenthood, number)
    return (found, found.campaign_id) if found is not None else None


def photo_by_number(number: int) -> tuple[Photo, int] | None:
    """A photo of somebody who confirmed the mailbox, shown or not."""
    found = db.session().get(Photo, number)
    owner = signup_by_number(found.godparent_id) if found is not None else None
    return (found, owner[1]) if found is not None and owner is not None else None


def deed_by_number(number: int) -> tuple[Deed, int] | None:
    """A deed."""
    found = db.session().get(Deed, number)
    owner = godparent_by_number(found.godparent_id) if found is not None else None
    return (found, owner[1]) if found is not None and owner is not None else None


def batch_by_number(number: int) -> tuple[ReleaseBatch, int] | None:
    """Pairs that were made public together."""
    found = db.session().get(ReleaseBatch, number)
    return (found, found.campaign_id) if found is not None else None


def invitation_by_number(number: int) -> tuple[Invitation, int] | None:
    """An invitation."""
    found = db.session().get(Invitation, number)
    return (found, found.campaign_id) if found is not None else None


def campaign_by_slug(slug: str) -> tuple[Campaign, int] | None:
    """A campaign, whether it has a programme or not."""
    found = campaigns.campaign_by_slug(db.session(), slug)
    return (found, found.id) if found is not None else None


# ---------------------------------------------------------------------------------------------------------------------


def acting(session: Session) -> Act:
    """An act of who is logged in, in this transaction."""
    mails = current_app.extensions["campaign.godparent_mails"]
    return Act(session, web.vault(), mails, clock.now(), current_organiser().actor)


def record(act: Act, action: str, subject: str, campaign_id: int, **details: object) -> None:
    """Write an act into the record: numbers and choices, never a name."""
    audit.record(
        act.session,
        actor=act.actor,
        action=f"godparent.{action}",
        subject=subject,
        campaign_id=campaign_id,
        details=details,
        now=act.now,
    )


def row_id(text: str) -> int:
    """The id that an address or a form names; 0, which no row has, if it is none."""
    return int(text) if _ROW_ID.fullmatch(text) else 0


def mine(permission: Permission) -> Reach:
    """The campaigns in which who is logged in holds the permission."""
    return reach_of(current_organiser(), permission)


def permitted(campaign_id: int) -> dict[str, bool]:
    """What who is logged in may do in a campaign, for showing or leaving out buttons."""
    return {
        "may_decide": may(Permission.GODPARENT_DECIDE, campaign_id),
        "may_release": may(Permission.GODPARENT_RELEASE, campaign_id),
        "may_invite": may(Permission.GODPARENT_INVITE, campaign_id),
    }


def done(work: Callable[[Act], Result]) -> Result:
    """Do `work` in a transaction; one that was lost to somebody who was quicker is done again, and now sees them."""

    def attempt() -> Result:
        with atomic() as session:
            return work(acting(session))

    result = again(attempt)
    send_soon()
    return result
