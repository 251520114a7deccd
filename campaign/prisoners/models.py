"""Prisoner profiles."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.db.base import Base


class Prisoner(Base):
    """A political prisoner by the name the public knows."""

    __tablename__ = "prisoners"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    texts: Mapped[list[PrisonerText]] = relationship(back_populates="prisoner", cascade="all, delete-orphan")

    def about(self, language: str) -> str:
        """Who this is, in `language`, else in English, else in any language there is."""
        by_language = {text.language: text.about for text in self.texts}
        return by_language.get(language) or by_language.get("en") or next(iter(by_language.values()), "")


class PrisonerText(Base):
    """Who a prisoner is, in one language."""

    __tablename__ = "prisoner_texts"
    __table_args__ = (UniqueConstraint("prisoner_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    prisoner_id: Mapped[int] = mapped_column(ForeignKey("prisoners.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(12))
    about: Mapped[str] = mapped_column(Text)
    prisoner: Mapped[Prisoner] = relationship(back_populates="texts")
