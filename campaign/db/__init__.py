"""The database: models' base and column types (`base`), sessions and transactions (`session`)."""

from campaign.db.base import Base, Sealed, UtcDateTime
from campaign.db.session import again, atomic, db, gather, gather_together, init_app, is_unavailable, store
from campaign.db.sqlite import DatabaseGone

__all__ = [
    "Base",
    "DatabaseGone",
    "Sealed",
    "UtcDateTime",
    "again",
    "atomic",
    "db",
    "gather",
    "gather_together",
    "init_app",
    "is_unavailable",
    "store",
]
