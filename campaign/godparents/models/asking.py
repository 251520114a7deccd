"""Whom organisers invited, and whom a godparent named as successor."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from campaign.db.base import Base, Sealed


class InvitationState(StrEnum):
    """waiting: not yet mailed. sent. joined, declined: answered. withdrawn: taken back by whoever made it."""

    WAITING = "waiting"
    SENT = "sent"
    JOINED = "joined"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Invitation(Base):
    """A personal link to join, mailed to one mailbox; whoever joins by it with that address has confirmed it.

    With `godparenthood_id` it is a hand-over: whoever is accepted by it takes that godparenthood on. Only one is open
    per mailbox and campaign, and one per godparenthood. `message` is what the inviting person adds.
    """

    __tablename__ = "godparent_invitations"
    __table_args__ = (
        Index(
            "uq_godparent_invitations_open",
            "campaign_id",
            "mailbox_index",
            unique=True,
            sqlite_where=text("state IN ('waiting', 'sent')"),
            postgresql_where=text("state IN ('waiting', 'sent')"),
        ),
        Index(
            "uq_godparent_invitations_handover",
            "godparenthood_id",
            unique=True,
            sqlite_where=text("state IN ('waiting', 'sent')"),
            postgresql_where=text("state IN ('waiting', 'sent')"),
        ),
        Index("ix_godparent_invitations_campaign_id", "campaign_id", "state", "id"),
        UniqueConstraint("uid"),
        {"sqlite_autoincrement": True},  # nobody decides about one and means another that got its id
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[bytes] = mapped_column(LargeBinary(16))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    mailbox_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    email: Mapped[bytes | None] = mapped_column(Sealed)
    name: Mapped[bytes | None] = mapped_column(Sealed)
    message: Mapped[bytes | None] = mapped_column(Sealed)
    language: Mapped[str] = mapped_column(String(12), default="en")
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    chamber_id: Mapped[int | None] = mapped_column(ForeignKey("chambers.id"))
    prisoner_id: Mapped[int | None] = mapped_column(ForeignKey("prisoners.id"))
    godparenthood_id: Mapped[int | None] = mapped_column(ForeignKey("godparenthoods.id"))
    godparent_id: Mapped[int | None] = mapped_column(ForeignKey("godparents.id"), index=True)
    state: Mapped[str] = mapped_column(String(12), default=InvitationState.WAITING.value)
    reminders: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]


def by_godparent(godparent_id: int) -> str:
    """What `Invitation.created_by` says of one that a godparent made."""
    return f"godparent:{godparent_id}"
