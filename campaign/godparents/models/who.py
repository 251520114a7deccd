"""A campaign's programme, and who joined it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.chambers.models import Chamber, Member
from campaign.db.base import Base, Sealed, byte_order


class Role(StrEnum):
    """What a campaign calls those who stand by a prisoner; `words.ROLE` has the words."""

    GODPARENT = "godparent"
    CUSTODIAN = "custodian"
    PATRON = "patron"


class Programme(Base):
    """The godparents of one campaign. Whoever changes who stands by whom holds this row first (`service.hold`).

    `open`: the pages are shown and take sign-ups. `per_prisoner` and `per_godparent`: how many active godparenthoods at
    most. `releases_itself`: pairs of a godparent whose official mailbox confirmed are public without an organiser.
    """

    __tablename__ = "godparent_programmes"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)
    open: Mapped[bool] = mapped_column(default=False)
    role: Mapped[str] = mapped_column(String(12), default=Role.GODPARENT.value)
    per_prisoner: Mapped[int] = mapped_column(default=5)
    per_godparent: Mapped[int] = mapped_column(default=3)
    releases_itself: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class State(StrEnum):
    """Where somebody stands.

    Pending until the mail's button is pressed; waiting for an organiser where the mailbox alone proves nothing;
    accepted; or declined. An erased one keeps when it was, nothing of whom.
    """

    PENDING = "pending"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ERASED = "erased"


class Reason(StrEnum):
    """Why a confirmed sign-up waits for an organiser. `words.REASON` has the words."""

    WEBMAIL = "webmail"
    NO_CHAMBER = "no_chamber"
    OTHER_DOMAIN = "other_domain"
    NOT_IN_ROSTER = "not_in_roster"
    LEFT_OFFICE = "left_office"
    SEVERAL_MEMBERS = "several_members"
    OTHER_MAILBOX = "other_mailbox"
    MAILBOX_OF_ANOTHER = "mailbox_of_another"
    MAILBOX_WITHOUT_NAME = "mailbox_without_name"
    ALREADY_GODPARENT = "already_godparent"
    OTHER_CHAMBER = "other_chamber"


class Godparent(Base):
    """One per campaign and mailbox.

    Until somebody is accepted, all that was typed lies sealed in `typed` (`applying.Application` as JSON) and the
    columns from `given_name` to `country` are empty; at acceptance they are written, for they are what will be
    public; `name_key` is the folded words of the name, each after a space, for the search. `contact` (of the office)
    stays private. Public is who was accepted and has `released_at`: see
    `queries.PUBLIC`. With `withheld_at` an organiser took them out of the public's sight, and nothing releases them by
    itself.
    """

    __tablename__ = "godparents"
    __table_args__ = (
        UniqueConstraint("campaign_id", "mailbox_index"),
        CheckConstraint("state IN ('pending', 'waiting', 'accepted', 'declined', 'erased')", name="state"),
        CheckConstraint("(mailbox_index IS NULL) = (state = 'erased')", name="mailbox"),
        CheckConstraint("released_at IS NULL OR state IN ('accepted', 'erased')", name="released"),
        # Nobody becomes the same member twice; whoever types a member's name a second time waits for an organiser.
        Index(
            "uq_godparents_member",
            "campaign_id",
            "member_id",
            unique=True,
            sqlite_where=text("state = 'accepted'"),
            postgresql_where=text("state = 'accepted'"),
        ),
        Index("ix_godparents_state", "state", "campaign_id", "id"),
        # Everything that lists of public ones go by, so that counting two thousand reads nothing else.
        Index(
            "ix_godparents_public",
            "country",
            "chamber_id",
            "sort_key",
            "id",
            "campaign_id",
            "name_key",
            sqlite_where=text("state = 'accepted' AND released_at IS NOT NULL"),
            postgresql_where=text("state = 'accepted' AND released_at IS NOT NULL"),
        ),
        Index("ix_godparents_sort", "sort_key", "id"),
        Index("ix_godparents_member_id", "member_id"),
        Index(
            "ix_godparents_unpaired",
            "campaign_id",
            sqlite_where=text("wants_prisoner = 1"),
            postgresql_where=text("wants_prisoner"),
        ),
        Index(
            "ix_godparents_left_office",
            "left_office_on",
            "id",
            sqlite_where=text("left_office_on IS NOT NULL"),
            postgresql_where=text("left_office_on IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},  # nobody decides about one and means another that got its id
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    mailbox_index: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    state: Mapped[str] = mapped_column(String(12), default=State.PENDING.value)
    typed: Mapped[bytes | None] = mapped_column(Sealed)
    contact: Mapped[bytes | None] = mapped_column(Sealed)
    reasons: Mapped[list[str]] = mapped_column(default=list)

    slug: Mapped[str | None] = mapped_column(String(80), unique=True)
    given_name: Mapped[str] = mapped_column(String(100), default="")
    family_name: Mapped[str] = mapped_column(String(100), default="")
    sort_key: Mapped[str] = mapped_column(byte_order(200), default="")
    name_key: Mapped[str] = mapped_column(String(300), default="")
    office: Mapped[str] = mapped_column(String(200), default="")
    party: Mapped[str] = mapped_column(String(200), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    chamber_id: Mapped[int | None] = mapped_column(ForeignKey("chambers.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    verified_by: Mapped[str] = mapped_column(String(120), default="")

    wants_prisoner: Mapped[bool] = mapped_column(default=False)
    left_office_on: Mapped[date | None] = mapped_column(Date)
    remind_birthday: Mapped[bool] = mapped_column(default=True)
    remind_trial: Mapped[bool] = mapped_column(default=True)
    remind_anniversary: Mapped[bool] = mapped_column(default=True)
    remind_status: Mapped[bool] = mapped_column(default=True)
    mails: Mapped[int] = mapped_column(default=0)
    reminders: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    withheld_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    chamber: Mapped[Chamber | None] = relationship()
    member: Mapped[Member | None] = relationship()
    photos: Mapped[list[Photo]] = relationship(cascade="all, delete-orphan")

    @property
    def public(self) -> bool:
        """Whether everybody may see this godparent."""
        return self.state == State.ACCEPTED and self.released_at is not None


class Photo(Base):
    """A godparent's photo, made anew by us: the one that is shown, and at most one that waits for an organiser.

    `later`: sent by somebody who was public, so that it is looked at by itself, not with the first release.
    """

    __tablename__ = "godparent_photos"
    __table_args__ = (
        UniqueConstraint("godparent_id", "shown"),
        Index(
            "ix_godparent_photos_waiting",
            "id",
            "godparent_id",
            sqlite_where=text("shown = 0 AND later = 1"),
            postgresql_where=text("NOT shown AND later"),
        ),
        {"sqlite_autoincrement": True},  # nobody decides about one and means another that got its id
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    godparent_id: Mapped[int] = mapped_column(ForeignKey("godparents.id", ondelete="CASCADE"))
    shown: Mapped[bool] = mapped_column(default=False)
    later: Mapped[bool] = mapped_column(default=False)
    version: Mapped[str] = mapped_column(String(16))
    width: Mapped[int]
    height: Mapped[int]
    credit: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    files: Mapped[list[PhotoFile]] = relationship(cascade="all, delete-orphan")


class PhotoFile(Base):
    """One size (longer side in pixels) and format (`webp`, `jpeg`) of a photo."""

    __tablename__ = "godparent_photo_files"

    photo_id: Mapped[int] = mapped_column(ForeignKey("godparent_photos.id", ondelete="CASCADE"), primary_key=True)
    size: Mapped[int] = mapped_column(primary_key=True)
    format: Mapped[str] = mapped_column(String(4), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Refusal(Base):
    """A mailbox whose owner said "this wasn't me" (or, invited, "never write to me"): no further mail goes there."""

    __tablename__ = "godparent_refusals"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)
    mailbox_index: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    created_at: Mapped[datetime]
