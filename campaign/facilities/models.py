"""Facilities: pre-trial centres, colonies, prisons."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.db.base import Base, byte_order


class FacilityKind(StrEnum):
    """What sort of place it is."""

    PRETRIAL = "pretrial"
    COLONY = "colony"
    PRISON = "prison"
    OPEN = "open"
    POLICE = "police"
    HOSPITAL = "hospital"
    OTHER = "other"


class ReturnEnvelope(StrEnum):
    """What is known of putting a stamped return envelope into a letter."""

    ADVISED = "advised"
    HARMFUL = "harmful"
    UNKNOWN = "unknown"


class Facility(Base):
    """A place of detention, and what it lets through. Rules are as of `rules_as_of`; empty lists mean "not known"."""

    __tablename__ = "facilities"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(12), default=FacilityKind.OTHER.value)
    country: Mapped[str] = mapped_column(String(2), default="")
    letter_languages: Mapped[list[str]] = mapped_column(default=list)
    letter_pages: Mapped[int | None]
    avoid_words: Mapped[list[str]] = mapped_column(default=list)
    return_envelope: Mapped[str] = mapped_column(String(8), default=ReturnEnvelope.UNKNOWN.value)
    rules_as_of: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    names: Mapped[list[FacilityName]] = relationship(
        back_populates="facility", cascade="all, delete-orphan", order_by="FacilityName.position"
    )
    texts: Mapped[list[FacilityText]] = relationship(back_populates="facility", cascade="all, delete-orphan")
    addresses: Mapped[list[FacilityAddress]] = relationship(
        back_populates="facility", cascade="all, delete-orphan", order_by="FacilityAddress.id"
    )

    @property
    def title(self) -> str:
        """The first name, for where only one fits."""
        return self.names[0].name if self.names else self.slug

    def name(self, language: str) -> str:
        """The name in `language`, else the first."""
        return next((name.name for name in self.names if name.language == language), self.title)


class FacilityName(Base):
    """What a facility is called in one language and script (ISO 15924); `key` is `kit.folding.fold` of it."""

    __tablename__ = "facility_names"
    __table_args__ = (
        UniqueConstraint("facility_id", "language", "name"),
        Index("ix_facility_names_key", "key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    facility_id: Mapped[int] = mapped_column(ForeignKey("facilities.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(12), default="")
    script: Mapped[str] = mapped_column(String(4), default="")
    key: Mapped[str] = mapped_column(byte_order(200))
    position: Mapped[int] = mapped_column(default=0)
    facility: Mapped[Facility] = relationship(back_populates="names")


class FacilityText(Base):
    """Advice for writing to a facility, in one language (Markdown)."""

    __tablename__ = "facility_texts"
    __table_args__ = (UniqueConstraint("facility_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    facility_id: Mapped[int] = mapped_column(ForeignKey("facilities.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(12))
    advice: Mapped[str] = mapped_column(Text)
    facility: Mapped[Facility] = relationship(back_populates="texts")


class FacilityAddress(Base):
    """The postal address in one script, as somebody wrote it: an address is never transliterated by machine.

    `lines` are the lines on the envelope without the prisoner's name. `valid_from` and `valid_to` are partial dates
    (`kit.partial_dates`); an address that is no longer valid stays, with its end.
    """

    __tablename__ = "facility_addresses"
    __table_args__ = (CheckConstraint("lines <> ''", name="lines"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    facility_id: Mapped[int] = mapped_column(ForeignKey("facilities.id", ondelete="CASCADE"), index=True)
    script: Mapped[str] = mapped_column(String(4), default="")
    lines: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[str | None] = mapped_column(String(11))
    valid_to: Mapped[str | None] = mapped_column(String(11))
    source: Mapped[str] = mapped_column(String(500), default="")
    facility: Mapped[Facility] = relationship(back_populates="addresses")
