"""Who a prisoner is."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.db.base import Base, byte_order
from campaign.facilities.models import Facility
from campaign.kit import folding
from campaign.prisoners.models.events import Event, Status
from campaign.prisoners.models.portraits import Portrait

# Which campaign names whom. Campaigns live above this room; their table is enough here, and lets a list be narrowed
# to one campaign, and an organiser's rights be found, in one query.
campaign_prisoners = Table(
    "campaign_prisoners",
    Base.metadata,
    Column("campaign_id", ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True),
    Column("prisoner_id", ForeignKey("prisoners.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, nullable=False, default=0),
    Index("ix_campaign_prisoners_prisoner_id", "prisoner_id"),
)


class NameKind(StrEnum):
    """What sort of name it is."""

    MAIN = "main"
    TRANSLITERATION = "transliteration"
    BIRTH = "birth"
    ALIAS = "alias"


class Gender(StrEnum):
    """As the prisoner is spoken of; unknown is the rule in most lists."""

    UNKNOWN = ""
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class Consent(StrEnum):
    """What the family, or the prisoner, said to a public profile."""

    UNKNOWN = "unknown"
    GIVEN = "given"
    REFUSED = "refused"


class Prisoner(Base):
    """A prisoner's profile.

    What follows from the event log stands in columns of its own (`status` to `died`), so that a list of thousands is
    one query; `service.refresh` alone writes them. `godparents` (active ones) and `letters` (handed in) are kept by the
    rooms that own those, in their transactions. Dates in text are `kit.partial_dates`. `version` grows with every
    change and lets two who edit at once notice each other.
    """

    __tablename__ = "prisoners"
    __table_args__ = (
        Index("ix_prisoners_sort", "sort_key", "id"),
        Index("ix_prisoners_status", "status", "hidden_at", "sort_key", "id"),
        Index("ix_prisoners_detained_since", "detained_since", "sort_key", "id"),
        Index("ix_prisoners_facility_id", "facility_id"),
        Index("ix_prisoners_born", "born_month", "born_day"),
        Index("ix_prisoners_godparents", "godparents", "sort_key", "id"),
        Index("ix_prisoners_letters", "letters", "sort_key", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    sort_as: Mapped[str] = mapped_column(String(200), default="")
    sort_key: Mapped[str] = mapped_column(byte_order(200), default="")
    gender: Mapped[str] = mapped_column(String(8), default=Gender.UNKNOWN.value)
    country: Mapped[str] = mapped_column(String(2), default="")
    born: Mapped[str | None] = mapped_column(String(11))
    born_month: Mapped[int | None] = mapped_column(SmallInteger)
    born_day: Mapped[int | None] = mapped_column(SmallInteger)
    family_consent: Mapped[str] = mapped_column(String(8), default=Consent.UNKNOWN.value)
    family_consent_on: Mapped[date | None] = mapped_column(Date)
    hidden_at: Mapped[datetime | None]

    status: Mapped[str] = mapped_column(String(12), default=Status.UNKNOWN.value)
    status_since: Mapped[str | None] = mapped_column(String(11))
    detained_since: Mapped[str | None] = mapped_column(String(11))
    facility_id: Mapped[int | None] = mapped_column(ForeignKey("facilities.id"))
    sentence: Mapped[dict[str, Any] | None]
    died: Mapped[str | None] = mapped_column(String(11))

    godparents: Mapped[int] = mapped_column(default=0)
    letters: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    names: Mapped[list[PrisonerName]] = relationship(
        cascade="all, delete-orphan", order_by="PrisonerName.position, PrisonerName.id"
    )
    texts: Mapped[list[PrisonerText]] = relationship(cascade="all, delete-orphan", order_by="PrisonerText.id")
    events: Mapped[list[Event]] = relationship(cascade="all, delete-orphan", order_by=Event.id)
    articles: Mapped[list[Article]] = relationship(cascade="all, delete-orphan", order_by="Article.id")
    designations: Mapped[list[Designation]] = relationship(cascade="all, delete-orphan", order_by="Designation.id")
    portrait: Mapped[Portrait | None] = relationship(cascade="all, delete-orphan")
    facility: Mapped[Facility | None] = relationship()

    @property
    def hidden(self) -> bool:
        """Whether the profile was taken out of the public's sight."""
        return self.hidden_at is not None

    def about(self, language: str) -> str:
        """Who this is, in `language`, else in English, else in any language there is."""
        by_language = {text.language: text.about for text in self.texts}
        return by_language.get(language) or by_language.get("en") or next(iter(by_language.values()), "")


def name_key(name: str) -> str:
    """By what a whole name is found again: its folded words, sorted, for lists differ in which name comes first."""
    return " ".join(sorted(folding.words(name)))[:200]


def _key_of_row(context: DefaultExecutionContext) -> str:
    return name_key(context.get_current_parameters()["name"])


class PrisonerName(Base):
    """One of a prisoner's names, in one language and script (ISO 15924). `key` is kept by `service.refresh`."""

    __tablename__ = "prisoner_names"
    __table_args__ = (
        UniqueConstraint("prisoner_id", "name", "language", "kind"),
        Index("ix_prisoner_names_key", "key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    prisoner_id: Mapped[int] = mapped_column(ForeignKey("prisoners.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(12), default="")
    script: Mapped[str] = mapped_column(String(4), default="")
    kind: Mapped[str] = mapped_column(String(16), default=NameKind.MAIN.value)
    key: Mapped[str] = mapped_column(byte_order(200), default=_key_of_row)
    position: Mapped[int] = mapped_column(default=0)


class PrisonerText(Base):
    """Who a prisoner is, in one language."""

    __tablename__ = "prisoner_texts"
    __table_args__ = (UniqueConstraint("prisoner_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    prisoner_id: Mapped[int] = mapped_column(ForeignKey("prisoners.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(12))
    about: Mapped[str] = mapped_column(Text)


class OldSlug(Base):
    """An address that a profile had; it leads to the new one for good."""

    __tablename__ = "prisoner_old_slugs"

    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    prisoner_id: Mapped[int] = mapped_column(ForeignKey("prisoners.id", ondelete="CASCADE"), index=True)


class Designation(Base):
    """That an organisation recognised somebody as a political prisoner (`term` in its own words)."""

    __tablename__ = "designations"

    id: Mapped[int] = mapped_column(primary_key=True)
    prisoner_id: Mapped[int] = mapped_column(ForeignKey("prisoners.id", ondelete="CASCADE"), index=True)
    organisation: Mapped[str] = mapped_column(String(200))
    term: Mapped[str] = mapped_column(String(120), default="")
    since: Mapped[str | None] = mapped_column(String(11))
    url: Mapped[str] = mapped_column(String(500), default="")


class Article(Base):
    """An article of a code under which somebody is charged now: `code` is its number for the filter, `text` in full."""

    __tablename__ = "prisoner_articles"
    __table_args__ = (Index("ix_prisoner_articles_code", "code", "prisoner_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    prisoner_id: Mapped[int] = mapped_column(ForeignKey("prisoners.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)


class SearchKey(Base):
    """A word of one of a prisoner's names, folded. `coarse` ones are the skeleton: found after the exact."""

    __tablename__ = "prisoner_search_keys"

    key: Mapped[str] = mapped_column(byte_order(64), primary_key=True)
    coarse: Mapped[bool] = mapped_column(primary_key=True)
    prisoner_id: Mapped[int] = mapped_column(
        ForeignKey("prisoners.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Change(Base):
    """A line in the history of a profile: what `field` said before and after (JSON text), who changed it and when."""

    __tablename__ = "prisoner_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    prisoner_id: Mapped[int] = mapped_column(ForeignKey("prisoners.id", ondelete="CASCADE"), index=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("event_batches.id"))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(120))
    field: Mapped[str] = mapped_column(String(40))
    before: Mapped[str] = mapped_column(Text, default="")
    after: Mapped[str] = mapped_column(Text, default="")
