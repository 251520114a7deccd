"""Supporters and what they agreed to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaign.db.base import Base, Sealed


class Person(Base):
    """One per campaign and e-mail address as it was typed, but for capitals. The address lives here, sealed, once.

    `email_index` is a blind index keyed per campaign: the same address in two campaigns gives two values, so nobody
    is profiled across campaigns. Another spelling of one mailbox (`jo+news@`) is another person here, for it may have
    another owner; that it counts once is the act's business (`Signature.mailbox_index`).
    """

    __tablename__ = "persons"
    __table_args__ = (UniqueConstraint("campaign_id", "email_index"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[bytes] = mapped_column(LargeBinary(16))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    email_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    email: Mapped[bytes] = mapped_column(Sealed)
    language: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime]


class Consent(Base):
    """That a person agreed to one purpose, in which wording, when, and by which act (GDPR art. 7(1), 9(2)(a)).

    `origin` is the uid of the signature (later: letter, godparenthood) whose form carried the choice. A consent
    counts from the moment that act is confirmed.
    """

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_origin", "origin"), Index("ix_consents_person", "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    origin: Mapped[bytes] = mapped_column(LargeBinary(16))
    purpose: Mapped[str] = mapped_column(String(24))
    wording: Mapped[str] = mapped_column(String(24))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
