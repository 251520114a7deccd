"""Cards: what a list shows of each prisoner, read for a page at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from campaign.facilities.models import FacilityName
from campaign.kit.partial_dates import PartialDate
from campaign.kit.scripts import script_of
from campaign.prisoners.models import NameKind, Portrait, Prisoner, PrisonerName, PrisonerText, Status


@dataclass(frozen=True, slots=True)
class Card:
    """What a list shows of a prisoner. `names` are those in other scripts than `name`, one of each.

    `facility` and `about` are in the language asked for, else in English, else in any there is; `about_language` says
    which (empty: not known). `portrait` is the version of the picture, empty if there is none.
    """

    id: int
    slug: str
    name: str
    names: tuple[str, ...]
    status: Status
    detained_since: PartialDate | None
    facility: str
    about: str
    about_language: str
    portrait: str
    born: PartialDate | None
    died: PartialDate | None
    letters: int
    godparents: int
    hidden: bool


def cards(session: Session, ids: Sequence[int], language: str) -> tuple[Card, ...]:
    """The cards of these prisoners, in this order."""
    if not ids:
        return ()
    query = select(*_SHOWN, Portrait.version).outerjoin(Portrait).where(Prisoner.id.in_(ids))
    rows = {row.id: row for row in session.execute(query)}
    names = _other_names(session, ids)
    abouts = by_language(session, PrisonerText.prisoner_id, PrisonerText.language, PrisonerText.about, ids)
    places = {row.facility_id for row in rows.values() if row.facility_id}
    facilities = by_language(session, FacilityName.facility_id, FacilityName.language, FacilityName.name, places)
    return tuple(
        _card(
            rows[each],
            names.get(each, []),
            told(facilities.get(rows[each].facility_id, {}), language)[0],
            told(abouts.get(each, {}), language),
        )
        for each in ids
        if each in rows
    )


_SHOWN = (
    Prisoner.id,
    Prisoner.slug,
    Prisoner.name,
    Prisoner.status,
    Prisoner.detained_since,
    Prisoner.facility_id,
    Prisoner.born,
    Prisoner.died,
    Prisoner.letters,
    Prisoner.godparents,
    Prisoner.hidden_at,
)


def _card(row: Row[*tuple[Any, ...]], names: Sequence[tuple[str, str]], facility: str, about: tuple[str, str]) -> Card:
    own = script_of(row.name)
    others = {script: name for name, script in reversed(names) if script not in {own, ""}}
    return Card(
        id=row.id,
        slug=row.slug,
        name=row.name,
        names=tuple(dict.fromkeys(name for name, script in names if others.get(script) == name)),
        status=Status(row.status),
        detained_since=PartialDate.parse_optional(row.detained_since),
        facility=facility,
        about=about[0],
        about_language=about[1],
        portrait=row.version or "",
        born=PartialDate.parse_optional(row.born),
        died=PartialDate.parse_optional(row.died),
        letters=row.letters,
        godparents=row.godparents,
        hidden=row.hidden_at is not None,
    )


def _other_names(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Names with their scripts; who had another name at birth may not want to read it on every list."""
    query = select(PrisonerName.prisoner_id, PrisonerName.name, PrisonerName.script).where(
        PrisonerName.prisoner_id.in_(ids), PrisonerName.kind.in_([NameKind.MAIN.value, NameKind.TRANSLITERATION.value])
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for prisoner_id, name, script in session.execute(query.order_by(PrisonerName.position, PrisonerName.id)):
        found.setdefault(prisoner_id, []).append((name, script))
    return found


def by_language(
    session: Session,
    owner: InstrumentedAttribute[int],
    language: InstrumentedAttribute[str],
    text: InstrumentedAttribute[str],
    ids: Collection[int],
) -> dict[int, dict[str, str]]:
    """The first text in each language, by owner."""
    found: dict[int, dict[str, str]] = {}
    query = select(owner, language, text).where(owner.in_(ids)).order_by(owner.class_.id)
    for owner_id, of, words_ in session.execute(query):
        found.setdefault(owner_id, {}).setdefault(of, words_)
    return found


def told(by_language: Mapping[str, str], language: str) -> tuple[str, str]:
    """The text in `language`, else in English, else in any there is; and which language that is."""
    for wanted in (language, "en", *by_language):
        if by_language.get(wanted):
            return by_language[wanted], wanted
    return "", ""
