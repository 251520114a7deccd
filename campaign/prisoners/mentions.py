"""Which texts still name somebody whose profile is hidden.

Hiding takes profiles out of sight, not words out of what people wrote: somebody has to look at these texts. The rooms
above answer `signals.asked_who_is_named` for their own. Words are compared folded: another spelling is found too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from campaign.kit import folding
from campaign.prisoners import signals
from campaign.prisoners.models import Event, EventText, Prisoner, PrisonerName, PrisonerText
from campaign.prisoners.signals import Mention

SHORTEST = 3
"""Letters of a folded word that is looked for by itself: shorter ones are in every text."""
MOST = 50
"""Other profiles that are named at most."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Names that are looked for."""

    names: tuple[str, ...]

    def whole(self, text: str) -> bool:
        """Whether `text` holds all words of one of the names, one after the other."""
        read = f" {folding.fold(text)} "
        return any(f" {key} " in read for name in self.names if (key := folding.fold(name)))

    def part(self, text: str) -> bool:
        """Whether `text` holds any word of the names, such as the family name alone."""
        words = {word for name in self.names for word in folding.words(name) if len(word) >= SHORTEST}
        return not words.isdisjoint(folding.words(text))


def of(session: Session, prisoner: Prisoner) -> list[Mention]:
    """Texts that name this prisoner, those with the whole name first: what organisers see when they hide a profile."""
    names = session.scalars(select(PrisonerName.name).where(PrisonerName.prisoner_id == prisoner.id)).all()
    sought = Sought(tuple(dict.fromkeys([prisoner.name, *names])))
    answers: Sequence[tuple[object, Iterable[Mention]]] = signals.asked_who_is_named.send(session, sought=sought)
    found = [mention for _, said in answers for mention in said] + _profiles(session, sought, prisoner.id)
    return sorted(found, key=lambda mention: not mention.whole)


def mention(sought: Sought, title: str, url: str, *texts: str) -> Mention | None:
    """That `texts`, which are edited or shown at `url`, name who is sought; None if they do not."""
    if not any(sought.part(text) for text in texts):
        return None
    return Mention(title, url, any(sought.whole(text) for text in texts))


def _profiles(session: Session, sought: Sought, but: int) -> list[Mention]:
    """Other profiles whose texts hold one of the names as it is spelt there."""
    holds = [_like(PrisonerText.about, sought.names), _like(EventText.text, sought.names)]
    about = select(PrisonerText.prisoner_id).where(holds[0])
    told = select(Event.prisoner_id).join(EventText).where(holds[1], Event.public, Event.retracted_at.is_(None))
    query = select(Prisoner.slug, Prisoner.name).where(
        Prisoner.id != but, Prisoner.hidden_at.is_(None), or_(Prisoner.id.in_(about), Prisoner.id.in_(told))
    )
    rows = session.execute(query.order_by(Prisoner.sort_key, Prisoner.id).limit(MOST))
    return [Mention(row.name, f"/admin/prisoners/{row.slug}", whole=True) for row in rows]


def _like(column: InstrumentedAttribute[str], names: Iterable[str]) -> ColumnElement[bool]:
    return or_(*(column.icontains(name, autoescape=True) for name in names))
