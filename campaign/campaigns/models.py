"""The umbrella: what belongs together, its look and its safety settings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.db.base import Base
from campaign.prisoners.models import Prisoner, campaign_prisoners


class Campaign(Base):
    """A campaign with its safety settings.

    `mail_sender` and `mail_subject`, when set, replace the sender's name and every subject, so that a mailbox seen
    over somebody's shoulder says nothing. `risky_countries` (ISO 3166-1 alpha-2) get the warning before the form.
    """

    __tablename__ = "campaigns"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(12), default="en")
    mail_sender: Mapped[str] = mapped_column(String(120), default="")
    mail_subject: Mapped[str] = mapped_column(String(120), default="")
    risky_countries: Mapped[list[str]] = mapped_column(default=list)
    reminder_days: Mapped[list[int]] = mapped_column(default=lambda: [1, 4])
    purge_days: Mapped[int] = mapped_column(default=14)
    created_at: Mapped[datetime]
    texts: Mapped[list[CampaignText]] = relationship(back_populates="campaign", cascade="all, delete-orphan")
    prisoners: Mapped[list[Prisoner]] = relationship(
        secondary=campaign_prisoners, order_by=campaign_prisoners.c.position
    )

    def text(self, language: str) -> CampaignText | None:
        """The presentation in `language`, else in the campaign's own language."""
        by_language = {text.language: text for text in self.texts}
        return by_language.get(language) or by_language.get(self.language)


class CampaignText(Base):
    """A campaign's presentation in one language (Markdown)."""

    __tablename__ = "campaign_texts"
    __table_args__ = (UniqueConstraint("campaign_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text)
    campaign: Mapped[Campaign] = relationship(back_populates="texts")
