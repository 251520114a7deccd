"""What godparents did, and what they are told."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from campaign.db.base import Base


class DeedKind(StrEnum):
    """What was done."""

    STATEMENT = "statement"
    SPEECH = "speech"
    QUESTION = "question"
    LETTER = "letter"
    VISIT = "visit"
    COURT_OBSERVATION = "court_observation"
    FAMILY_CONTACT = "family_contact"


class Moderation(StrEnum):
    """What an organiser decided about something a godparent wrote."""

    WAITING = "waiting"
    SHOWN = "shown"
    DECLINED = "declined"


class Deed(Base):
    """Something a godparent did for a prisoner. `day` is a partial date; `url` may be empty."""

    __tablename__ = "deeds"
    __table_args__ = (
        Index("ix_deeds_godparent_id", "godparent_id", "day"),
        Index("ix_deeds_prisoner_id", "prisoner_id", "day"),
        Index("ix_deeds_state", "state", "id"),
        {"sqlite_autoincrement": True},  # nobody decides about one and means another that got its id
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    godparent_id: Mapped[int] = mapped_column(ForeignKey("godparents.id", ondelete="CASCADE"))
    prisoner_id: Mapped[int] = mapped_column(ForeignKey("prisoners.id"))
    kind: Mapped[str] = mapped_column(String(20))
    day: Mapped[str] = mapped_column(String(11))
    url: Mapped[str] = mapped_column(String(500), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(12), default="")
    state: Mapped[str] = mapped_column(String(12), default=Moderation.WAITING.value)
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class NoticeKind(StrEnum):
    """What a notice is about; the mail's template bears the name `godparent_<kind>`."""

    WELCOME = "welcome"
    PUBLISHED = "published"
    RELEASED = "released"
    EXILED = "exiled"
    DIED = "died"
    STATUS = "status"
    LEFT_OFFICE = "left_office"
    HANDED_OVER = "handed_over"
    PRISONER_FOUND = "prisoner_found"
    BIRTHDAY = "birthday"
    TRIAL = "trial"
    ANNIVERSARY = "anniversary"


class Notice(Base):
    """A mail that a godparent is to get once `due_at` has come; the job `godparents.notify` writes it.

    `about` tells one occasion from another ("2027" for a birthday, the uid of a godparenthood in hex): the database
    lets nobody be told of one occasion twice. One that has not been sent is deleted when its ground falls away (an
    act for many undone within its hour: `batch_id`).
    """

    __tablename__ = "godparent_notices"
    __table_args__ = (
        UniqueConstraint("godparent_id", "kind", "prisoner_id", "about"),
        Index(
            "ix_godparent_notices_due",
            "due_at",
            sqlite_where=text("sent_at IS NULL"),
            postgresql_where=text("sent_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    godparent_id: Mapped[int] = mapped_column(ForeignKey("godparents.id", ondelete="CASCADE"))
    prisoner_id: Mapped[int | None] = mapped_column(ForeignKey("prisoners.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    about: Mapped[str] = mapped_column(String(64), default="")
    batch_id: Mapped[int | None]
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
