"""Those to whom a petition is addressed."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from campaign.db.base import Base


class Recipient(Base):
    """A person in an office. A hostile one may be the jailer: no name is ever handed over, whatever a form said."""

    __tablename__ = "recipients"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    office: Mapped[str] = mapped_column(String(200))
    organisation: Mapped[str] = mapped_column(String(200), default="")
    hostile: Mapped[bool] = mapped_column(default=True)
    hostile_reason: Mapped[str] = mapped_column(Text, default="")
