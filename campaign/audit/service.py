"""Writing the record, in the transaction of what it tells of: neither exists without the other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, insert
from sqlalchemy.orm import Session

from campaign.audit.models import AuditEntry


def record(
    connection: Session | Connection,
    *,
    actor: str,
    action: str,
    subject: str,
    now: datetime,
    campaign_id: int | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """Add one entry; it is kept when the surrounding transaction is.

    `actor` is `organiser:7` or `command line`, `subject` a thing like `petition:3`, `action` a verb like
    `petition.export`. `details` holds counts and choices (JSON), never a name or an address: entries stay
    for good.
    """
    connection.execute(
        insert(AuditEntry).values(
            at=now,
            actor=actor,
            action=action,
            subject=subject,
            campaign_id=campaign_id,
            details=dict(details or {}),
        )
    )
