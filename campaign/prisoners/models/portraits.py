"""Portraits. The files lie in the database: every machine has them, and hiding a profile takes them along at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.db.base import Base


class Portrait(Base):
    """A prisoner's photo, made anew by us. `alts` says in each language what is seen; `version` is in the address."""

    __tablename__ = "portraits"

    id: Mapped[int] = mapped_column(primary_key=True)
    prisoner_id: Mapped[int] = mapped_column(ForeignKey("prisoners.id", ondelete="CASCADE"), unique=True)
    version: Mapped[str] = mapped_column(String(16))
    width: Mapped[int]
    height: Mapped[int]
    author: Mapped[str] = mapped_column(String(200), default="")
    licence: Mapped[str] = mapped_column(String(200), default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    consent: Mapped[str] = mapped_column(String(8), default="unknown")
    alts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(120))
    files: Mapped[list[PortraitFile]] = relationship(cascade="all, delete-orphan")

    def alt(self, language: str) -> str:
        """What is seen, in `language`, else in English, else in any there is."""
        return str(self.alts.get(language) or self.alts.get("en") or next(iter(self.alts.values()), ""))


class PortraitFile(Base):
    """One size (longer side in pixels) and format (`webp`, `jpeg`) of a portrait."""

    __tablename__ = "portrait_files"

    portrait_id: Mapped[int] = mapped_column(ForeignKey("portraits.id", ondelete="CASCADE"), primary_key=True)
    size: Mapped[int] = mapped_column(primary_key=True)
    format: Mapped[str] = mapped_column(String(4), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
