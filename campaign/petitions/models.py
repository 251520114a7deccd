"""Petitions, their texts, signatures, and the books from which the count is kept."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.campaigns.models import Campaign
from campaign.db.base import Base, Sealed
from campaign.prisoners.models import Prisoner
from campaign.recipients.models import Recipient

petition_recipients = Table(
    "petition_recipients",
    Base.metadata,
    Column("petition_id", ForeignKey("petitions.id", ondelete="CASCADE"), primary_key=True),
    Column("recipient_id", ForeignKey("recipients.id"), primary_key=True),
    Column("position", Integer, nullable=False, default=0),
)
petition_prisoners = Table(
    "petition_prisoners",
    Base.metadata,
    Column("petition_id", ForeignKey("petitions.id", ondelete="CASCADE"), primary_key=True),
    Column("prisoner_id", ForeignKey("prisoners.id"), primary_key=True),
    Column("position", Integer, nullable=False, default=0),
)


class Published(StrEnum):
    """What organisers decided about a petition."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


class Stage(StrEnum):
    """Where a petition stands at a moment: only an open one takes signatures, only a draft is hidden."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"


def stage_of(published: str, opens_at: datetime | None, closes_at: datetime | None, now: datetime) -> Stage:
    """Where a petition with these settings stands at `now`."""
    if published == Published.DRAFT:
        return Stage.DRAFT
    if published == Published.CLOSED or (closes_at and closes_at <= now):
        return Stage.CLOSED
    return Stage.SCHEDULED if opens_at and opens_at > now else Stage.OPEN


class Petition(Base):
    """A petition. `confirmed_count` is kept by the counting job; pages read it and never count rows."""

    __tablename__ = "petitions"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    language: Mapped[str] = mapped_column(String(12), default="en")
    goal: Mapped[int]
    published: Mapped[str] = mapped_column(String(12), default=Published.DRAFT)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    confirmed_count: Mapped[int] = mapped_column(default=0)
    counted_at: Mapped[datetime]
    created_at: Mapped[datetime]
    campaign: Mapped[Campaign] = relationship()
    texts: Mapped[list[PetitionText]] = relationship(back_populates="petition", order_by="PetitionText.version")
    recipients: Mapped[list[Recipient]] = relationship(
        secondary=petition_recipients, order_by=petition_recipients.c.position
    )
    prisoners: Mapped[list[Prisoner]] = relationship(
        secondary=petition_prisoners, order_by=petition_prisoners.c.position
    )

    def stage(self, now: datetime) -> Stage:
        """Draft, scheduled, open or closed at `now`."""
        return stage_of(self.published, self.opens_at, self.closes_at, now)

    def text(self, language: str) -> PetitionText:
        """The newest text in `language`, else in the petition's own language. Raises `LookupError` if it has none."""
        newest = {text.language: text for text in self.texts}
        found = newest.get(language) or newest.get(self.language)
        if found is None:
            raise LookupError("a petition without text")
        return found

    @property
    def hostile(self) -> bool:
        """Whether any recipient may be the jailer."""
        return any(recipient.hostile for recipient in self.recipients)


class PetitionText(Base):
    """One version of a petition's text in one language. Never changed: a new wording is a new version."""

    __tablename__ = "petition_texts"
    __table_args__ = (UniqueConstraint("petition_id", "language", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petitions.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(12))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    petition: Mapped[Petition] = relationship(back_populates="texts")


def text_hash(title: str, body: str) -> str:
    """SHA-256 in hex over the UTF-8 bytes of title, blank line, body (Markdown source), newlines as LF."""
    return sha256(f"{title}\n\n{body}".replace("\r\n", "\n").encode()).hexdigest()


class Status(StrEnum):
    """A signature's life: pending until the mail's button is pressed, then confirmed; the others are ends."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    INVALID = "invalid"


class Signature(Base):
    """One person's signature under one petition; the database allows one per mailbox, however it is spelt.

    `mailbox_index` is `people.service.mailbox_index`.
    `uid` names the row in its secret links and binds its sealed fields to it. A withdrawn row keeps when it was
    given and taken back, nothing of the person. `mails` counts what was sent to the address about this petition.
    """

    __tablename__ = "signatures"
    __table_args__ = (
        UniqueConstraint("petition_id", "person_id"),
        Index("uq_signatures_mailbox", "mailbox_index", "petition_id", unique=True),
        CheckConstraint("status IN ('pending', 'confirmed', 'withdrawn', 'invalid')", name="status"),
        CheckConstraint("(person_id IS NULL) = (status = 'withdrawn')", name="person"),
        Index(
            "ix_signatures_pending",
            "created_at",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index(
            "ix_signatures_public",
            "petition_id",
            "confirmed_at",
            sqlite_where=text("status = 'confirmed' AND show_name"),
            postgresql_where=text("status = 'confirmed' AND show_name"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petitions.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    mailbox_index: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    text_id: Mapped[int] = mapped_column(ForeignKey("petition_texts.id"))
    status: Mapped[str] = mapped_column(String(12), default=Status.PENDING)
    given_name: Mapped[bytes | None] = mapped_column(Sealed)
    family_name: Mapped[bytes | None] = mapped_column(Sealed)
    postal_code: Mapped[bytes | None] = mapped_column(Sealed)
    comment: Mapped[bytes | None] = mapped_column(Sealed)
    country: Mapped[str | None] = mapped_column(String(2))
    show_name: Mapped[bool] = mapped_column(default=False)
    deliver_name: Mapped[bool] = mapped_column(default=False)
    updates: Mapped[bool] = mapped_column(default=False)
    mails: Mapped[int] = mapped_column(default=0)
    reminders: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class Refusal(Base):
    """A mailbox whose owner said "this wasn't me": no further mail about this petition goes there."""

    __tablename__ = "refusals"

    petition_id: Mapped[int] = mapped_column(ForeignKey("petitions.id"), primary_key=True)
    mailbox_index: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    created_at: Mapped[datetime]


class TallyEntry(Base):
    """A change of the count (+1 or -1) that the counting job has not yet taken up. Written with the change itself."""

    __tablename__ = "tally"

    id: Mapped[int] = mapped_column(primary_key=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("petitions.id"))
    country: Mapped[str] = mapped_column(String(2))
    change: Mapped[int]


class CountryCount(Base):
    """Confirmed signatures of one petition by country. Kept by the counting job together with `confirmed_count`."""

    __tablename__ = "country_counts"

    petition_id: Mapped[int] = mapped_column(ForeignKey("petitions.id"), primary_key=True)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    confirmed: Mapped[int]
