"""Who stands by whom, since when, until when and why no longer."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.db.base import Base
from campaign.godparents.models.who import Godparent
from campaign.prisoners.models import Prisoner


class How(StrEnum):
    """How a pair came about."""

    CHOSEN = "chosen"
    ASSIGNED = "assigned"
    HANDED_OVER = "handed_over"


class EndReason(StrEnum):
    """Why a godparenthood ended."""

    RELEASED = "released"
    EXILED = "exiled"
    DIED = "died"
    LEFT_OFFICE = "left_office"
    HANDED_OVER = "handed_over"
    WITHDRAWN = "withdrawn"


class Godparenthood(Base):
    """One godparent beside one prisoner, for a time.

    `seat` numbers the active godparents of a prisoner in a campaign from 0: the database gives none away twice, and
    that is what keeps the limit and lets fifty who come at once get fifty prisoners. An ended one has none. `why`
    says by what an assignment was chosen (`assigning.Choice`). Public once it has `released_at`, if its godparent is.
    `statement` is what is shown, `proposed` a new one that waits for an organiser. `ended_by_batch` is the act for
    many (`prisoners.models.Batch`) whose undoing brings it back.
    """

    __tablename__ = "godparenthoods"
    __table_args__ = (
        UniqueConstraint("campaign_id", "prisoner_id", "seat"),
        CheckConstraint("(seat IS NULL) = (ended_on IS NOT NULL)", name="seat"),
        CheckConstraint("(end_reason IS NULL) = (ended_on IS NULL)", name="end"),
        Index(
            "uq_godparenthoods_pair",
            "godparent_id",
            "prisoner_id",
            unique=True,
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
        ),
        Index("ix_godparenthoods_godparent_id", "godparent_id", "id"),
        Index("ix_godparenthoods_prisoner_id", "prisoner_id", "released_at"),
        Index("ix_godparenthoods_released_at", "released_at", "id"),
        Index(
            "ix_godparenthoods_proposed",
            "id",
            "campaign_id",
            sqlite_where=text("proposed IS NOT NULL"),
            postgresql_where=text("proposed IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    godparent_id: Mapped[int] = mapped_column(ForeignKey("godparents.id"))
    prisoner_id: Mapped[int] = mapped_column(ForeignKey("prisoners.id"))
    seat: Mapped[int | None]
    started_on: Mapped[date] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    end_reason: Mapped[str | None] = mapped_column(String(12))
    ended_by_batch: Mapped[int | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("godparenthoods.id"))
    how: Mapped[str] = mapped_column(String(12), default=How.CHOSEN.value)
    why: Mapped[dict[str, Any]] = mapped_column(default=dict)
    statement: Mapped[str] = mapped_column(Text, default="")
    statement_language: Mapped[str] = mapped_column(String(12), default="")
    proposed: Mapped[str | None] = mapped_column(Text)
    proposed_language: Mapped[str] = mapped_column(String(12), default="")
    released_at: Mapped[datetime | None]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("godparent_release_batches.id"))
    created_at: Mapped[datetime]
    godparent: Mapped[Godparent] = relationship()
    prisoner: Mapped[Prisoner] = relationship()

    @property
    def active(self) -> bool:
        """Whether it goes on."""
        return self.ended_on is None


class ReleaseBatch(Base):
    """Pairs that were made public together ("this week's pairs")."""

    __tablename__ = "godparent_release_batches"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(120))
