"""What the documents of a godparenthood tell of: who stands by whom, since when, with what words.

Read whole, in one language and for one day; free of the database session, so that setting a page holds no connection.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Literal

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from campaign.campaigns.models import Campaign
from campaign.godparents import photos
from campaign.godparents.models import EndReason, Godparent, Godparenthood, Programme, Role
from campaign.godparents.queries import PUBLIC, PUBLIC_PAIR, Who
from campaign.godparents.words import ROLE, RoleWords
from campaign.kit.text import full_name
from campaign.pictures import SIZES
from campaign.printing import FontChoice, typeset
from campaign.prisoners import portraits
from campaign.prisoners.models import Prisoner
from campaign.prisoners.queries import Article, Profile, Sentence, Words, profile
from campaign.prisoners.words import SENTENCE
from campaign.web.filters import country_name

FOR_SCREENS = SIZES[2]
"""Longer side in pixels of pictures that are not printed."""


@dataclass(frozen=True, slots=True)
class Where:
    """How a document is written: addresses below `base_url`, its language, and the day that it speaks of."""

    base_url: str
    language: str
    today: date


@dataclass(frozen=True, slots=True)
class Tie:
    """A godparenthood as it is told: its dates, why it ended, and the godparent's words."""

    uid: bytes
    started_on: date
    ended_on: date | None
    reason: EndReason | None
    statement: Words


@dataclass(frozen=True, slots=True)
class Paper:
    """What a document is made of. `name` is the godparent's, `lines` are office, chamber, party and country.

    `prisoner` and `tie` are None for a godparent who stands by nobody that may be shown. `photo` (the godparent's) and
    `portrait` (the prisoner's) are JPEG files or empty; `credit` says who made the portrait.
    """

    slug: str
    name: str
    lines: tuple[str, ...]
    role: RoleWords
    campaign: str
    where: Where
    prisoner: Profile | None = None
    tie: Tie | None = None
    photo: bytes = b""
    portrait: bytes = b""
    credit: str = ""

    @property
    def url(self) -> str:
        """The godparent's page."""
        return f"{self.where.base_url}/godparents/{self.slug}"


def public_godparent(session: Session, slug: str) -> Godparent | None:
    """The godparent with that address, if everybody may see them."""
    query = select(Godparent).where(PUBLIC, Godparent.slug == slug)
    return session.scalars(query.options(joinedload(Godparent.chamber))).one_or_none()


def public_pair(session: Session, godparent: Godparent, prisoner: str = "") -> Godparenthood | None:
    """The godparenthood that everybody may see, of one prisoner (by slug) or of any: active first, then the newest."""
    query = (
        select(Godparenthood)
        .join(Godparent, Godparent.id == Godparenthood.godparent_id)
        .join(Prisoner, Prisoner.id == Godparenthood.prisoner_id)
        .where(PUBLIC_PAIR, Godparenthood.godparent_id == godparent.id)
        .order_by(Godparenthood.ended_on.is_not(None), Godparenthood.id.desc())
        .limit(1)
    )
    if prisoner:
        query = query.where(Prisoner.slug == prisoner)
    return session.scalars(query).first()


def of_godparent(session: Session, godparent: Godparent, where: Where) -> Paper:
    """A godparent alone."""
    programme = session.get_one(Programme, godparent.campaign_id)
    return Paper(
        slug=godparent.slug or "",
        name=full_name(godparent.given_name, godparent.family_name),
        lines=lines_of(godparent, where.language),
        role=ROLE[Role(programme.role)],
        campaign=session.get_one(Campaign, godparent.campaign_id).name,
        where=where,
        photo=photos.largest(session, godparent.id, most=FOR_SCREENS),
    )


def of_pair(session: Session, pair: Godparenthood, where: Where, *, most: int = FOR_SCREENS) -> Paper | None:
    """A godparent beside a prisoner, public or not; None if the prisoner's profile is hidden.

    `most` is the longer side in pixels of the prisoner's portrait.
    """
    found = profile(session, pair.prisoner.slug, where.language, where.today)
    if not isinstance(found, Profile):
        return None
    alone = of_godparent(session, pair.godparent, where)
    picture = found.picture
    return Paper(
        slug=alone.slug,
        name=alone.name,
        lines=alone.lines,
        role=alone.role,
        campaign=alone.campaign,
        where=where,
        prisoner=found,
        tie=Tie(
            uid=pair.uid,
            started_on=pair.started_on,
            ended_on=pair.ended_on,
            reason=EndReason(pair.end_reason) if pair.end_reason else None,
            statement=Words(pair.statement, pair.statement_language),
        ),
        photo=alone.photo,
        portrait=portraits.largest(session, found.id, most=most) if picture else b"",
        credit=", ".join(filter(None, (picture.author, picture.licence))) if picture else "",
    )


def lines_of(godparent: Godparent, language: str) -> tuple[str, ...]:
    """Office, chamber, party and country, as far as there are any."""
    chamber = godparent.chamber.called(language) if godparent.chamber else ""
    country = country_name(godparent.country) if godparent.country else ""
    return tuple(filter(None, (godparent.office, chamber, godparent.party, country)))


def place(who: Who) -> str:
    """Office, else chamber, and the country."""
    return ", ".join(filter(None, (who.office or who.chamber, country_name(who.country) if who.country else "")))


# ---------------------------------------------------------------------------------------------------------------------
# A prisoner's case in few words


def charges(articles: tuple[Article, ...]) -> Iterator[str]:
    """Each charge in the source's words; a bare number says what it is."""
    for article in articles:
        bare = not article.text and article.code[:1].isdigit()
        yield _("Article %(number)s", number=article.code) if bare else article.text or article.code


def sentence(given: Sentence) -> str:
    """A sentence in the source's words; where there are none, its kind and length."""
    return ", ".join(_sentence(given))


def _sentence(given: Sentence) -> Iterator[str]:
    if given.text:
        yield given.text
    else:
        years, months = divmod(given.months, 12)
        yield from filter(None, [str(SENTENCE.get(given.kind, ""))])
        if years:
            yield ngettext("%(num)s year", "%(num)s years", years)
        if months:
            yield ngettext("%(num)s month", "%(num)s months", months)
        if given.days:
            yield ngettext("%(num)s day", "%(num)s days", given.days)
    if given.regime and given.regime not in given.text:
        yield given.regime


# ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page that is ready to be set, which needs neither database nor request."""

    layout: Path
    data: Mapping[str, object]
    fonts: FontChoice
    today: date
    files: Mapping[str, bytes]

    @property
    def key(self) -> bytes:
        """The same for sheets that come out the same."""
        digest = hashlib.sha256(json.dumps([self.layout.name, str(self.today), self.data], sort_keys=True).encode())
        for name, content in sorted(self.files.items()):
            digest.update(name.encode() + hashlib.sha256(content).digest())
        return digest.digest()

    def printed(self, kind: Literal["pdf", "png"] = "pdf") -> bytes:
        """The page, the same bytes all day. Raises `printing.MissingGlyph`."""
        noon = datetime.combine(self.today, time(12), UTC)
        return typeset(self.layout, self.data, self.fonts, noon, files=self.files, kind=kind)
