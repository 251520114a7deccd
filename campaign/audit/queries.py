"""Reading the record."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.audit.models import AuditEntry


def latest(
    session: Session,
    *,
    campaign_ids: frozenset[int] | None = None,
    subject: str | None = None,
    limit: int = 50,
) -> Sequence[AuditEntry]:
    """The newest entries first; where given, only those of these campaigns and only those about `subject`."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if campaign_ids is not None:
        query = query.where(AuditEntry.campaign_id.in_(campaign_ids))
    if subject is not None:
        query = query.where(AuditEntry.subject == subject)
    return session.scalars(query).all()
