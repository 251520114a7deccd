"""Whether a confirmed mailbox proves who somebody is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from campaign.godparents.applying import Application
from campaign.godparents.models import Godparent, Reason


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who this is by the roster and the mailbox. Verified if there is no reason to ask an organiser."""

    member_id: int | None
    chamber_id: int | None
    reasons: tuple[Reason, ...]

    @property
    def verified(self) -> bool:
        """Whether nobody needs to look."""
        return not self.reasons


def verdict(session: Session, godparent: Godparent, application: Application, today: date) -> Verdict:
    """What the mailbox of `application` proves, once its owner has pressed the button."""
    del session, godparent, today
    return Verdict(application.member_id, application.chamber_id, (Reason.NOT_IN_ROSTER,))
