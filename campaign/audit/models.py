"""The record of what organisers did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from campaign.db.base import Base


class AuditEntry(Base):
    """Who did what to which thing, when. Rows are only ever added.

    `details` holds counts and choices, no personal data.
    """

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120))
    campaign_id: Mapped[int | None] = mapped_column(index=True)
    details: Mapped[dict[str, Any]]
