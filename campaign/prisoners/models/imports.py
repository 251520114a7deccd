"""Lists brought in from elsewhere."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from campaign.db.base import Base, Sealed


class RunState(StrEnum):
    """How far a run is. A preview waits until somebody applies or drops it."""

    PREVIEWING = "previewing"
    PREVIEW = "preview"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"


class ImportRun(Base):
    """One reading of one list. `list_name` is the same for every version of a list, such as `viasna`.

    `settings` is the mapping and the choices made; `counts` how many rows were new, changed, unchanged, doubtful,
    refused; `report` the first rows of each for people to look at. `content` is the uploaded file, sealed, kept until
    the run is done or dropped; None when it was read on the command line. `uid` is what the content is sealed for.
    """

    __tablename__ = "import_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[bytes] = mapped_column(LargeBinary(16))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("event_batches.id"))
    list_name: Mapped[str] = mapped_column(String(60))
    file_name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(12))
    as_of: Mapped[date | None] = mapped_column(Date)
    actor: Mapped[str] = mapped_column(String(120))
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    content: Mapped[bytes | None] = mapped_column(Sealed, deferred=True)
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_total: Mapped[int | None]
    problem: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Identifier(Base):
    """That a list knows a prisoner by `key` (its id, or the folded name where it has none).

    `record` is what the list said last, so that the next version is compared with what the list said, not with what
    people wrote here meanwhile. `url` is the person's page there.
    """

    __tablename__ = "prisoner_identifiers"
    __table_args__ = (
        UniqueConstraint("list_name", "key"),
        Index("ix_prisoner_identifiers_url", "url"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    prisoner_id: Mapped[int] = mapped_column(ForeignKey("prisoners.id", ondelete="CASCADE"), index=True)
    list_name: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(250))
    url: Mapped[str] = mapped_column(String(500), default="")
    record: Mapped[dict[str, Any]] = mapped_column(default=dict)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(16))
    seen_at: Mapped[datetime]


class Doubt(Base):
    """A row that waits for a human. `fingerprint` is of the row and its reasons: the same row is not asked twice.

    `reasons` are codes with values (`[{"code": "other_birth_date", ...}]`), `candidates` ids of prisoners it may be,
    `record` the row as it was understood (JSON, sealed: a list may hold what nobody released yet).
    """

    __tablename__ = "import_doubts"
    __table_args__ = (UniqueConstraint("list_name", "fingerprint"), Index("ix_import_doubts_open", "decided_at", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[bytes] = mapped_column(LargeBinary(16))
    run_id: Mapped[int] = mapped_column(ForeignKey("import_runs.id"), index=True)
    list_name: Mapped[str] = mapped_column(String(60))
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(16))
    row: Mapped[int]
    reasons: Mapped[dict[str, Any]] = mapped_column(default=dict)
    candidates: Mapped[list[int]] = mapped_column(default=list)
    record: Mapped[bytes] = mapped_column(Sealed)
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decision: Mapped[str] = mapped_column(String(12), default="")
    prisoner_id: Mapped[int | None] = mapped_column(ForeignKey("prisoners.id", ondelete="SET NULL"))
