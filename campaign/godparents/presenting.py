"""One godparent as everybody sees them: who, for whom and since when, what they did, and how it ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.chambers.models import Chamber
from campaign.godparents import queries
from campaign.godparents.models import Deed, DeedKind, Godparent, Moderation
from campaign.godparents.queries import PUBLIC, Offered, Pair, Who
from campaign.kit.partial_dates import PartialDate
from campaign.prisoners import queries as prisoners
from campaign.prisoners.models import Article as ArticleRow
from campaign.prisoners.queries import Article, Picture, Sentence


@dataclass(frozen=True, slots=True)
class Beside:
    """A pair with what is told of the prisoner in short, and whom it came from or went on to (None: nobody public)."""

    pair: Pair
    articles: tuple[Article, ...]
    sentence: Sentence | None
    portrait: Picture | None
    predecessor: Who | None
    successor: Who | None


@dataclass(frozen=True, slots=True)
class DeedTold:
    """Something the godparent did. `prisoner` is the name of whom it was for."""

    kind: DeedKind
    day: PartialDate | None
    url: str
    note: str
    language: str
    prisoner: str


@dataclass(frozen=True, slots=True)
class Profile:
    """A public godparent. `beside`: active pairs first; `deeds`: newest first; `offered`: the campaign's programme."""

    who: Who
    picture: Picture | None
    beside: tuple[Beside, ...]
    deeds: tuple[DeedTold, ...]
    offered: Offered | None

    @property
    def active(self) -> tuple[Beside, ...]:
        """Whom they stand by now."""
        return tuple(each for each in self.beside if each.pair.active)

    @property
    def ended(self) -> tuple[Beside, ...]:
        """Whom they stood by."""
        return tuple(each for each in self.beside if not each.pair.active)


def profile(session: Session, slug: str, language: str) -> Profile | None:
    """What everybody may see at `slug`, told in `language`; None for anybody who is not public."""
    if "\0" in slug:  # PostgreSQL would answer with an error instead of nothing
        return None
    query = (
        select(Godparent.campaign_id, *queries.WHO)
        .outerjoin(Chamber, Chamber.id == Godparent.chamber_id)
        .where(PUBLIC, Godparent.slug == slug)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    pairs = queries.pairs_of_godparent(session, row.godparent_id, language)
    offered = queries.programmes(session)
    return Profile(
        who=queries.who(row, language),
        picture=queries.photos(session, [row.godparent_id]).get(row.godparent_id),
        beside=tuple(_beside(session, pairs, language)),
        deeds=tuple(_deeds(session, row.godparent_id, pairs)),
        offered=next((each for each in offered if each.campaign_id == row.campaign_id), None),
    )


def _beside(session: Session, pairs: Sequence[Pair], language: str) -> list[Beside]:
    ids = sorted({pair.prisoner.id for pair in pairs})
    portraits = prisoners.pictures(session, ids, language)
    articles = _articles(session, ids)
    others = queries.pairs_beside(session, pairs, language)
    by_id = {other.id: other.godparent for other in others}
    before = {other.successor_id: other.godparent for other in others if other.successor_id is not None}
    return [
        Beside(
            pair=pair,
            articles=articles.get(pair.prisoner.id, ()),
            sentence=prisoners.sentence_of(pair.prisoner.sentence),
            portrait=portraits.get(pair.prisoner.id),
            predecessor=before.get(pair.id),
            successor=by_id.get(pair.successor_id) if pair.successor_id is not None else None,
        )
        for pair in pairs
    ]


def _articles(session: Session, ids: Collection[int]) -> Mapping[int, tuple[Article, ...]]:
    query = select(ArticleRow.prisoner_id, ArticleRow.code, ArticleRow.text).where(ArticleRow.prisoner_id.in_(ids))
    found: dict[int, tuple[Article, ...]] = {}
    for row in session.execute(query.order_by(ArticleRow.id)):
        found[row.prisoner_id] = (*found.get(row.prisoner_id, ()), Article(row.code, row.text))
    return found


def _deeds(session: Session, godparent_id: int, pairs: Sequence[Pair]) -> list[DeedTold]:
    """What was done for those whom the pairs name; nothing else would say for whom."""
    names = {pair.prisoner.id: pair.prisoner.name for pair in pairs}
    query = (
        select(Deed)
        .where(Deed.godparent_id == godparent_id, Deed.state == Moderation.SHOWN.value, Deed.prisoner_id.in_(names))
        .order_by(Deed.day.desc(), Deed.id.desc())
    )
    return [
        DeedTold(
            kind=DeedKind(deed.kind),
            day=PartialDate.parse_optional(deed.day),
            url=deed.url,
            note=deed.note,
            language=deed.language,
            prisoner=names[deed.prisoner_id],
        )
        for deed in session.scalars(query)
    ]
