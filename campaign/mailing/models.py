"""The outbox."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from campaign.db.base import Base, Sealed


class State(StrEnum):
    """What became of a message, as far as we know it.

    `withheld` was never to be sent (the address had its five mails, or its owner refused more); it is kept because
    the request that caused it must cost and answer the same as any other.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    WITHHELD = "withheld"


OPEN_STATES = (State.QUEUED, State.SENDING, State.DEFERRED)


class Message(Base):
    """One mail, rendered to bytes once. `envelope` (recipient) and `content` are sealed, and gone once it is sent.

    `topic` is the uid of what the mail is about (a signature), so that erasing that erases its mails.
    """

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'sending', 'sent', 'deferred', 'failed', 'withheld')", name="state"),
        Index(
            "ix_messages_due",
            "due_at",
            "id",
            sqlite_where=text("state IN ('queued', 'sending', 'deferred')"),
            postgresql_where=text("state IN ('queued', 'sending', 'deferred')"),
        ),
        Index("ix_messages_topic", "topic"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[bytes] = mapped_column(LargeBinary(16))
    kind: Mapped[str] = mapped_column(String(24))
    topic: Mapped[bytes] = mapped_column(LargeBinary(16))
    state: Mapped[str] = mapped_column(String(12), default=State.QUEUED)
    envelope: Mapped[bytes | None] = mapped_column(Sealed)
    content: Mapped[bytes | None] = mapped_column(Sealed)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    claim: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    attempts: Mapped[int] = mapped_column(default=0)
    answer: Mapped[bytes | None] = mapped_column(Sealed)
    finished_at: Mapped[datetime | None]
