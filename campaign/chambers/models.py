"""Chambers, their members, and the mandates that bind the two for a time.

The nouns are those of Popolo (https://www.popoloproject.com/specs/): a chamber is an organisation of the class
`legislature`, a party one that memberships are `on_behalf_of`, a period an event of the class `legislative period`, a
mandate a membership. `source_id` is the id in the file, so that bringing it in again finds what is there; what the
file says beyond our columns is kept in `more` and written out again. All of it is published by parliaments: nothing
is sealed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.db.base import Base, byte_order


class Chamber(Base):
    """A chamber of a parliament. `names` by language; `as_of` is the day that the newest file brought in speaks of."""

    __tablename__ = "chambers"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    source_id: Mapped[str | None] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    names: Mapped[dict[str, Any]] = mapped_column(default=dict)
    country: Mapped[str] = mapped_column(String(2), default="", index=True)
    as_of: Mapped[date | None] = mapped_column(Date)
    more: Mapped[dict[str, Any]] = mapped_column(default=dict, deferred=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    domains: Mapped[list[ChamberDomain]] = relationship(cascade="all, delete-orphan", order_by="ChamberDomain.domain")

    def called(self, language: str) -> str:
        """The name in `language`, else its own."""
        return str(self.names.get(language) or self.name)


class ChamberDomain(Base):
    """A domain of a chamber's mailboxes, lower-case ASCII (IDNA). Mailboxes in it or below it are official ones.

    `official` is false for one that was only seen in a file: nobody has said yes to it, so it counts nothing. `decided`
    is true once an organiser said yes or no: no file changes it any more.
    """

    __tablename__ = "chamber_domains"
    __table_args__ = (Index("ix_chamber_domains_domain", "domain"),)

    chamber_id: Mapped[int] = mapped_column(ForeignKey("chambers.id", ondelete="CASCADE"), primary_key=True)
    domain: Mapped[str] = mapped_column(String(253), primary_key=True)
    official: Mapped[bool] = mapped_column(default=False)
    decided: Mapped[bool] = mapped_column(default=False)


class Party(Base):
    """A party or group in a chamber."""

    __tablename__ = "parties"
    __table_args__ = (UniqueConstraint("chamber_id", "source_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    chamber_id: Mapped[int] = mapped_column(ForeignKey("chambers.id", ondelete="CASCADE"))
    source_id: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    names: Mapped[dict[str, Any]] = mapped_column(default=dict)
    more: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Period(Base):
    """A legislative period. Dates are ISO 8601 of any precision, as in Popolo."""

    __tablename__ = "legislative_periods"
    __table_args__ = (UniqueConstraint("chamber_id", "source_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    chamber_id: Mapped[int] = mapped_column(ForeignKey("chambers.id", ondelete="CASCADE"))
    source_id: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    start: Mapped[str | None] = mapped_column(String(10))
    end: Mapped[str | None] = mapped_column(String(10))
    more: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Member(Base):
    """Somebody who sits or sat in a chamber. `email` is the official mailbox as the roster has it, or empty.

    `mailbox` is its canonical form (`kit.addresses`), so that another spelling of it is recognised. `other_names` holds
    under "names" what Popolo has under `other_names`.
    """

    __tablename__ = "members"
    __table_args__ = (Index("ix_members_sort", "sort_key", "id"), Index("ix_members_mailbox", "mailbox"))

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[str | None] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    given_name: Mapped[str] = mapped_column(String(120), default="")
    family_name: Mapped[str] = mapped_column(String(120), default="")
    sort_key: Mapped[str] = mapped_column(byte_order(200), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    mailbox: Mapped[str] = mapped_column(String(254), default="")
    gender: Mapped[str] = mapped_column(String(24), default="")
    born: Mapped[str | None] = mapped_column(String(10))
    died: Mapped[str | None] = mapped_column(String(10))
    other_names: Mapped[dict[str, Any]] = mapped_column(default=dict, deferred=True)
    more: Mapped[dict[str, Any]] = mapped_column(default=dict, deferred=True)
    updated_at: Mapped[datetime]
    mandates: Mapped[list[Mandate]] = relationship(
        back_populates="member", cascade="all, delete-orphan", order_by="Mandate.id"
    )


class MemberKey(Base):
    """A word of one of a member's names, folded (`kit.folding`): what the search while typing goes by."""

    __tablename__ = "member_keys"

    key: Mapped[str] = mapped_column(byte_order(64), primary_key=True)
    coarse: Mapped[bool] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True)


class Mandate(Base):
    """That a member sits in a chamber for a time.

    `start` and `end` are what the file says of this mandate. `until` is what follows from all that is known (the
    mandate, its period, a later period, the member's death, a newer file that has it no more): the last day, or None
    while it lasts. `service.refresh` alone writes it; `queries` reads it.
    """

    __tablename__ = "mandates"
    __table_args__ = (
        UniqueConstraint("chamber_id", "source_key"),
        Index("ix_mandates_member_id", "member_id"),
        Index("ix_mandates_chamber_until", "chamber_id", "until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    chamber_id: Mapped[int] = mapped_column(ForeignKey("chambers.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("parties.id"))
    period_id: Mapped[int | None] = mapped_column(ForeignKey("legislative_periods.id"))
    source_key: Mapped[str] = mapped_column(String(64))
    area: Mapped[str] = mapped_column(String(200), default="")
    role: Mapped[str] = mapped_column(String(120), default="")
    start: Mapped[str | None] = mapped_column(String(10))
    end: Mapped[str | None] = mapped_column(String(10))
    gone_on: Mapped[date | None] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    more: Mapped[dict[str, Any]] = mapped_column(default=dict)
    member: Mapped[Member] = relationship(back_populates="mandates")
    chamber: Mapped[Chamber] = relationship()
    party: Mapped[Party | None] = relationship()
    period: Mapped[Period | None] = relationship()


class RosterImport(Base):
    """One file that was brought in, and what it did: shown to organisers, and the ground for "who left office"."""

    __tablename__ = "roster_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    chamber_id: Mapped[int] = mapped_column(ForeignKey("chambers.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(120))
    file_name: Mapped[str] = mapped_column(String(200))
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)
