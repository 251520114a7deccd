"""What happened to a prisoner: a log that is added to; status, facility, charges and sentence follow from it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.db.base import Base, Sealed


class Status(StrEnum):
    """Where somebody stands today. Exiled (deported on release) is not free."""

    DETAINED = "detained"
    CONVICTED = "convicted"
    HOUSE_ARREST = "house_arrest"
    RELEASED = "released"
    EXILED = "exiled"
    DISAPPEARED = "disappeared"
    DECEASED = "deceased"
    UNKNOWN = "unknown"


IN_CUSTODY = frozenset({Status.DETAINED, Status.CONVICTED, Status.HOUSE_ARREST})
CALLS_FOR_OTHERS = IN_CUSTODY | {Status.DISAPPEARED, Status.UNKNOWN}
"""Where others are asked to act for somebody. Nobody asks for the freedom of who has it, or who died."""


class EventKind(StrEnum):
    """What sort of event it is. `life.py` says which of them change what."""

    ARREST = "arrest"
    CHARGE = "charge"
    HOUSE_ARREST = "house_arrest"
    TRANSFER = "transfer"
    TRIAL = "trial"
    VERDICT = "verdict"
    APPEAL = "appeal"
    HEALTH = "health"
    LETTER = "letter"
    BIRTHDAY = "birthday"
    AWARD = "award"
    STATEMENT = "statement"
    DISAPPEARANCE = "disappearance"
    RELEASE = "release"
    EXILE = "exile"
    DEATH = "death"
    OTHER = "other"


class Event(Base):
    """One event. It is never changed or removed: a wrong one is retracted, with a reason, and stays in the history.

    `day` is a partial date (`kit.partial_dates`), None if unknown; `as_of` is the day on which the source said so.
    `details` depend on the kind: transfer `{"facility": id}`; charge `{"articles": [{"code", "text"}]}`; verdict
    `{"sentence": {"kind", "text", "days", "regime", "start"}, "judge": ..}`. Of an internal event the words, source and
    details are in `sealed` alone (JSON with the keys `texts`, `source`, `url`, `details`), so that neither the
    database file nor a forgotten filter shows them; nothing public follows from it.
    """

    __tablename__ = "prisoner_events"
    __table_args__ = (Index("ix_prisoner_events_prisoner_id", "prisoner_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    prisoner_id: Mapped[int] = mapped_column(ForeignKey("prisoners.id", ondelete="CASCADE"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("event_batches.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    day: Mapped[str | None] = mapped_column(String(11))
    as_of: Mapped[date | None] = mapped_column(Date)
    public: Mapped[bool]
    source: Mapped[str] = mapped_column(String(300), default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sealed: Mapped[bytes | None] = mapped_column(Sealed)
    created_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(120))
    retracted_at: Mapped[datetime | None]
    retracted_by: Mapped[str] = mapped_column(String(120), default="")
    retracted_why: Mapped[str] = mapped_column(String(300), default="")
    texts: Mapped[list[EventText]] = relationship(cascade="all, delete-orphan", order_by="EventText.id")

    def text(self, language: str) -> str:
        """What is told of it in `language`, else in English, else in any there is. Empty for an internal event."""
        by_language = {text.language: text.text for text in self.texts}
        return by_language.get(language) or by_language.get("en") or next(iter(by_language.values()), "")


class EventText(Base):
    """What is told of a public event in one language."""

    __tablename__ = "prisoner_event_texts"
    __table_args__ = (UniqueConstraint("event_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("prisoner_events.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)


class Batch(Base):
    """Events set by one act: an event for many (`bulk`), or an import. `summary` holds counts and choices."""

    __tablename__ = "event_batches"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(120))
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(String(120), default="")
