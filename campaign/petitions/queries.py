"""Reading petitions: what a page shows, the numbers, and the rows of a list. The one definition of each number."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Select, bindparam, func, select
from sqlalchemy.orm import Session, selectinload

from campaign.campaigns.models import Campaign
from campaign.kit.text import full_name
from campaign.petitions.models import (
    CountryCount,
    Petition,
    PetitionText,
    Published,
    Signature,
    Stage,
    Status,
    petition_prisoners,
    stage_of,
)
from campaign.prisoners.models import Prisoner
from campaign.vault import Vault

PUBLIC_NAMES = 12
FEWEST_PER_COUNTRY = 5
"""A country with fewer signers is not shown by name: in a small group a number can point at a person."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text version as it is shown and signed."""

    id: int
    language: str
    version: int
    title: str
    body: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Addressee:
    """A recipient as the page names it."""

    name: str
    office: str
    organisation: str
    hostile: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """A prisoner as the page names it; `about` by language."""

    slug: str
    name: str
    about: dict[str, str]


@dataclass(frozen=True, slots=True)
class Signer:
    """A public name: only of a confirmed signature whose owner chose to show it."""

    name: str
    country: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a petition's page shows and its form needs, read once and free of the database session."""

    id: int
    slug: str
    campaign_id: int
    campaign_slug: str
    campaign_name: str
    language: str
    goal: int
    count: int
    counted_at: datetime
    published: str
    opens_at: datetime | None
    closes_at: datetime | None
    risky_countries: tuple[str, ...]
    texts: dict[str, Text]
    recipients: tuple[Addressee, ...]
    prisoners: tuple[Subject, ...]
    signers: tuple[Signer, ...]

    def stage(self, now: datetime) -> Stage:
        """Draft, scheduled, open or closed at `now`."""
        return stage_of(self.published, self.opens_at, self.closes_at, now)

    def text(self, language: str) -> Text:
        """The newest text in `language`, else in the petition's own language."""
        return self.texts.get(language) or self.texts[self.language]

    def without_people(self) -> Snapshot:
        """The same without prisoners and signers: for when it is too old to name them."""
        return replace(self, prisoners=(), signers=())

    @property
    def hostile(self) -> bool:
        """Whether any recipient may be the jailer."""
        return any(recipient.hostile for recipient in self.recipients)


def snapshot(session: Session, vault: Vault, slug: str) -> Snapshot | None:
    """The petition with that slug, drafts included, or None."""
    petition = session.scalars(select(Petition).where(Petition.slug == slug).options(*_WHOLE)).one_or_none()
    if petition is None or not petition.texts:
        return None
    return Snapshot(
        id=petition.id,
        slug=petition.slug,
        campaign_id=petition.campaign_id,
        campaign_slug=petition.campaign.slug,
        campaign_name=petition.campaign.name,
        language=petition.language,
        goal=petition.goal,
        count=petition.confirmed_count,
        counted_at=petition.counted_at,
        published=petition.published,
        opens_at=petition.opens_at,
        closes_at=petition.closes_at,
        risky_countries=tuple(petition.campaign.risky_countries),
        texts={t.language: _text(t) for t in petition.texts},  # ordered by version: the newest remains
        recipients=tuple(Addressee(r.name, r.office, r.organisation, r.hostile) for r in petition.recipients),
        prisoners=tuple(_subject(prisoner) for prisoner in petition.prisoners if not prisoner.hidden),
        signers=tuple(public_signers(session.connection(), vault, petition.id)),
    )


_WHOLE = (
    selectinload(Petition.campaign),
    selectinload(Petition.texts),
    selectinload(Petition.recipients),
    selectinload(Petition.prisoners).selectinload(Prisoner.texts),
)


def _text(text: PetitionText) -> Text:
    return Text(text.id, text.language, text.version, text.title, text.body, text.sha256)


def _subject(prisoner: Prisoner) -> Subject:
    return Subject(prisoner.slug, prisoner.name, {text.language: text.about for text in prisoner.texts})


_PUBLIC = (
    select(Signature.uid, Signature.given_name, Signature.family_name, Signature.country)
    .where(
        Signature.petition_id == bindparam("petition"),
        Signature.status == Status.CONFIRMED.value,
        Signature.show_name.is_(True),
    )
    .order_by(Signature.confirmed_at.desc())
    .limit(PUBLIC_NAMES)
)


def public_signers(connection: Connection, vault: Vault, petition_id: int) -> Iterator[Signer]:
    """The latest names that may be shown, newest first."""
    for row in connection.execute(_PUBLIC, {"petition": petition_id}):
        given = vault.open_optional("signatures.given_name", row.uid, row.given_name)
        family = vault.open_optional("signatures.family_name", row.uid, row.family_name)
        yield Signer(full_name(given, family), row.country)


@dataclass(frozen=True, slots=True)
class Count:
    """The public count; `as_of` is when it was brought up to date."""

    count: int
    goal: int
    as_of: datetime


_COUNT = select(Petition.confirmed_count, Petition.goal, Petition.counted_at, Petition.published).where(
    Petition.slug == bindparam("slug")
)


def confirmed_count(connection: Connection, slug: str) -> Count | None:
    """The kept count of a petition that is not a draft. Never counts rows."""
    row = connection.execute(_COUNT, {"slug": slug}).first()
    if row is None or row.published == Published.DRAFT:
        return None
    return Count(row.confirmed_count, row.goal, row.counted_at)


def countries(connection: Connection, petition_id: int) -> dict[str, int]:
    """Confirmed signatures by country, most first; see `FEWEST_PER_COUNTRY` for which are left to "other"."""
    rows = country_rows(connection, petition_id)
    shown = {country: confirmed for country, confirmed in rows if confirmed >= FEWEST_PER_COUNTRY}
    other = sum(confirmed for _, confirmed in rows if confirmed < FEWEST_PER_COUNTRY)
    return shown | ({"other": other} if other else {})


def country_rows(connection: Connection, petition_id: int) -> list[tuple[str, int]]:
    """Confirmed signatures by country, all of them, most first. For organisers."""
    rows = connection.execute(
        select(CountryCount.country, CountryCount.confirmed)
        .where(CountryCount.petition_id == petition_id, CountryCount.confirmed > 0)
        .order_by(CountryCount.confirmed.desc(), CountryCount.country)
    )
    return [(row.country, row.confirmed) for row in rows]


def by_status(connection: Connection, petition_id: int) -> dict[str, int]:
    """How many signatures stand in each status, counted now. For organisers: it reads every row of the petition."""
    rows = connection.execute(
        select(Signature.status, func.count()).where(Signature.petition_id == petition_id).group_by(Signature.status)
    )
    return {status.value: 0 for status in Status} | {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class Listed:
    """A petition in a list, with the title in one language."""

    slug: str
    title: str
    campaign_id: int
    campaign_name: str
    campaign_slug: str
    goal: int
    count: int
    stage: Stage


def listed(session: Session, language: str, now: datetime, campaign_ids: set[int] | None = None) -> list[Listed]:
    """Petitions, newest first, drafts included; all of them, or those of some campaigns."""
    query = select(Petition)
    if campaign_ids is not None:
        query = query.where(Petition.campaign_id.in_(campaign_ids))
    return _listed(session, query, language, now)


def open_for(session: Session, prisoner_id: int, language: str, now: datetime) -> list[Listed]:
    """Open petitions that name this prisoner, newest first."""
    named = select(petition_prisoners.c.petition_id).where(petition_prisoners.c.prisoner_id == prisoner_id)
    query = select(Petition).where(Petition.published == Published.PUBLISHED.value, Petition.id.in_(named))
    return [found for found in _listed(session, query, language, now) if found.stage is Stage.OPEN]


def _listed(session: Session, query: Select[Petition], language: str, now: datetime) -> list[Listed]:
    whole = query.options(selectinload(Petition.texts), selectinload(Petition.campaign))
    return [
        Listed(
            slug=petition.slug,
            title=petition.text(language).title,
            campaign_id=petition.campaign_id,
            campaign_name=petition.campaign.name,
            campaign_slug=petition.campaign.slug,
            goal=petition.goal,
            count=petition.confirmed_count,
            stage=petition.stage(now),
        )
        for petition in session.scalars(whole.order_by(Petition.id.desc()))
        if petition.texts
    ]


def present_texts(session: Session) -> list[tuple[str, PetitionText]]:
    """Each petition's slug with its newest text in each language."""
    petitions = session.scalars(select(Petition).options(selectinload(Petition.texts)).order_by(Petition.id.desc()))
    return [
        (petition.slug, text)
        for petition in petitions
        for text in {text.language: text for text in petition.texts}.values()  # ordered by version: the newest remains
    ]


def published_naming(session: Session, prisoner_ids: Collection[int]) -> int:
    """How many published petitions name at least one of these prisoners."""
    named = select(petition_prisoners.c.petition_id).where(petition_prisoners.c.prisoner_id.in_(prisoner_ids))
    query = select(func.count()).where(Petition.published == Published.PUBLISHED.value, Petition.id.in_(named))
    return session.execute(query).scalar_one()


def petition_by_slug(session: Session, slug: str) -> Petition | None:
    """The petition itself, for organisers."""
    return session.scalars(select(Petition).where(Petition.slug == slug)).one_or_none()


@dataclass(frozen=True, slots=True)
class MailSettings:
    """What the mails about one petition need to know of it."""

    petition_id: int
    slug: str
    titles: dict[str, str]
    language: str
    sender: str
    subject: str
    purge_days: int


def mail_settings(connection: Connection, petition_id: int) -> MailSettings:
    """Read the settings of a petition's mails. Raises `NoResultFound`."""
    row = connection.execute(
        select(
            Petition.slug,
            Petition.language,
            Campaign.mail_sender,
            Campaign.mail_subject,
            Campaign.name,
            Campaign.purge_days,
        )
        .join(Campaign, Campaign.id == Petition.campaign_id)
        .where(Petition.id == petition_id)
    ).one()
    texts = connection.execute(
        select(PetitionText.language, PetitionText.title)
        .where(PetitionText.petition_id == petition_id)
        .order_by(PetitionText.version)
    )
    titles = {text.language: text.title for text in texts}
    return MailSettings(
        petition_id,
        row.slug,
        titles,
        row.language,
        row.mail_sender or row.name,
        row.mail_subject,
        row.purge_days,
    )
