"""Who may be meant by a name already: looked at before somebody makes a second profile of one person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from campaign.kit import folding
from campaign.prisoners.models import Prisoner, SearchKey, Status, campaign_prisoners

MOST = 10
_ENOUGH = 2
"""Words that two names have to share, if they have as many."""


@dataclass(frozen=True, slots=True)
class Double:
    """A profile that may be the same person's. `reachable`: whether who asks may open it at the desk."""

    id: int
    slug: str
    name: str
    born: str | None
    status: Status
    reachable: bool


def likely(session: Session, names: Sequence[str], campaign_ids: Collection[int] | None) -> list[Double]:
    """Profiles with a name like one of `names`, the likeliest first.

    `campaign_ids` (None: all) is how far who asks can reach. What is hidden beyond that stays hidden.
    """
    scores: dict[int, int] = {}
    for name in names:
        for prisoner_id, score in _alike(session, name).items():
            scores[prisoner_id] = max(score, scores.get(prisoner_id, 0))
    best = sorted(scores, key=lambda each: (-scores[each], each))[: MOST * 5]
    named = select(campaign_prisoners.c.prisoner_id).where(campaign_prisoners.c.prisoner_id.in_(best))
    if campaign_ids is not None:
        named = named.where(campaign_prisoners.c.campaign_id.in_(campaign_ids))
    reachable = set(best) if campaign_ids is None else set(session.scalars(named))
    found = {row.id: row for row in session.scalars(select(Prisoner).where(Prisoner.id.in_(best)))}
    return [
        Double(row.id, row.slug, row.name, row.born, Status(row.status), row.id in reachable)
        for row in (found[each] for each in best if each in found)
        if row.id in reachable or not row.hidden
    ][:MOST]


def _alike(session: Session, name: str) -> dict[int, int]:
    """How alike the names of prisoners are to `name`, for those that share enough words; exact words count more."""
    words = list(dict.fromkeys(folding.words(name)))
    coarse = {folding.skeleton(word): word for word in words if folding.skeleton(word)}
    if not words:
        return {}
    query = select(SearchKey.prisoner_id, SearchKey.key, SearchKey.coarse).where(
        or_(
            and_(SearchKey.key.in_(words), ~SearchKey.coarse),
            and_(SearchKey.key.in_(list(coarse)), SearchKey.coarse),
        )
    )
    shared: dict[int, dict[str, int]] = {}
    for prisoner_id, key, is_coarse in session.execute(query):
        by_word = shared.setdefault(prisoner_id, {})
        word = coarse[key] if is_coarse else key
        by_word[word] = max(by_word.get(word, 0), 1 if is_coarse else 2)
    needed = min(_ENOUGH, len(words))
    return {prisoner_id: sum(found.values()) for prisoner_id, found in shared.items() if len(found) >= needed}
