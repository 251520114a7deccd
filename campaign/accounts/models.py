"""Organisers and what they may do where."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.db.base import Base, Sealed


class Role(StrEnum):
    """What somebody is in a campaign. `campaign.accounts.access` says what each may do."""

    OWNER = "owner"
    EDITOR = "editor"
    MODERATOR = "moderator"
    DELIVERER = "deliverer"
    VIEWER = "viewer"


class Organiser(Base):
    """Somebody who works at the desk. `email` is as `service.canonical_email` makes it.

    `fs_uniquifier` is what a session names its owner by: a new one ends every session that was open.
    """

    __tablename__ = "organisers"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password: Mapped[str] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    grants: Mapped[list[RoleGrant]] = relationship(
        back_populates="organiser", cascade="all, delete-orphan", order_by="RoleGrant.id"
    )

    @property
    def actor(self) -> str:
        """How the audit record names this organiser: an address would stay there for good."""
        return f"organiser:{self.id}"


class RoleGrant(Base):
    """One role of one organiser in one campaign, or, if `campaign_id` is NULL, in every one there will be."""

    __tablename__ = "role_grants"
    __table_args__ = (
        UniqueConstraint("organiser_id", "campaign_id", "role"),
        Index(  # to a unique constraint, one NULL differs from another
            "uq_role_grants_everywhere",
            "organiser_id",
            "role",
            unique=True,
            sqlite_where=text("campaign_id IS NULL"),
            postgresql_where=text("campaign_id IS NULL"),
        ),
        CheckConstraint("role IN ('owner', 'editor', 'moderator', 'deliverer', 'viewer')", name="role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organisers.id", ondelete="CASCADE"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(12))
    organiser: Mapped[Organiser] = relationship(back_populates="grants")


class Draft(Base):
    """What an organiser typed into a form of the desk and has not saved yet: fields as JSON, sealed.

    `thing` names the form and its object, such as `prisoner:7:profile`. Only its owner ever sees it.
    """

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("organiser_id", "thing"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[bytes] = mapped_column(LargeBinary(16))
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organisers.id", ondelete="CASCADE"))
    thing: Mapped[str] = mapped_column(String(80))
    fields: Mapped[bytes] = mapped_column(Sealed)
    saved_at: Mapped[datetime]
