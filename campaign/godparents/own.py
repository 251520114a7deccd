"""What a godparent sees and does on their own page. Whoever has the link from a mail is the godparent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaign.campaigns.models import Campaign
from campaign.chambers.models import Chamber
from campaign.db.base import table_of
from campaign.godparents import applying, assigning, deeds, inviting, queries, reminding
from campaign.godparents.acting import Act, NotPossible
from campaign.godparents.applying import Application
from campaign.godparents.assigning import Choice
from campaign.godparents.models import (
    Deed,
    Godparent,
    Godparenthood,
    NoticeKind,
    Photo,
    Programme,
    State,
)
from campaign.godparents.standing import active_pairs
from campaign.kit.clock import rfc3339
from campaign.kit.text import full_name
from campaign.people import service as people
from campaign.people.models import Consent
from campaign.prisoners import queries as prisoners
from campaign.prisoners.models import Prisoner
from campaign.prisoners.queries import Profile
from campaign.prisoners.search import Card, Filters, search
from campaign.vault import Vault

NEWS = 3
"""Events of a prisoner that the page shows; the others are on the profile."""
AHEAD = timedelta(days=365)
MOST_CHOICES = 24
"""Prisoners that the page for choosing shows; others are found by name."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A day ahead. `years` is the age, or the years in detention, 0 for a day in court; `certain` unless believed."""

    kind: NoticeKind
    day: date
    years: int = 0
    certain: bool = True


@dataclass(frozen=True, slots=True)
class OwnPair:
    """One godparenthood. `profile` is None while the prisoner's profile is not shown; `news` are its newest events.

    `successor` is who was asked to take over, empty if nobody is, or whoever did.
    """

    pair: Godparenthood
    profile: Profile | None
    news: Profile | None
    coming: tuple[Coming, ...]
    deeds: tuple[Deed, ...]
    successor: str
    handing_over: bool


@dataclass(frozen=True, slots=True)
class NextOne:
    """A prisoner whom nobody, or fewer than others, stand by, and by what this one was chosen."""

    slug: str
    name: str
    choice: Choice


@dataclass(frozen=True, slots=True)
class OwnPage:
    """All that the page shows. `typed` is what waits to be decided, None once accepted.

    `room` says whether one more prisoner can be stood by now; `offer` who needs it most, for who stands by nobody.
    """

    godparent: Godparent
    name: str
    email: str
    chamber: str
    typed: Application | None
    contact: str
    active: tuple[OwnPair, ...]
    ended: tuple[OwnPair, ...]
    room: bool
    offer: NextOne | None
    photo: Photo | None
    new_photo: Photo | None


def page(session: Session, vault: Vault, godparent: Godparent, language: str, today: date) -> OwnPage:
    """Everything for the page, in `language`."""
    accepted = godparent.state == State.ACCEPTED
    typed = None if accepted else applying.opened(vault, godparent)
    named = godparent if typed is None else typed
    chamber = session.get(Chamber, typed.chamber_id) if typed and typed.chamber_id else godparent.chamber
    pairs = _pairs(session, godparent.id)
    by_prisoner: dict[int, list[Deed]] = {}
    for deed in deeds.of(session, godparent.id):
        by_prisoner.setdefault(deed.prisoner_id, []).append(deed)
    shown = [_own_pair(session, vault, pair, by_prisoner, language, today) for pair in pairs]
    room = has_room(session, godparent)
    assert godparent.person_id is not None
    return OwnPage(
        godparent=godparent,
        name=full_name(named.given_name, named.family_name),
        email=people.email_of(session.connection(), vault, godparent.person_id)[0],
        chamber=chamber.called(language) if chamber else "",
        typed=typed,
        contact=vault.open_optional(applying.CONTACT, godparent.uid, godparent.contact),
        active=tuple(each for each in shown if each.pair.active),
        ended=tuple(each for each in reversed(shown) if not each.pair.active),
        room=room,
        offer=next_one(session, godparent) if room and not any(pair.active for pair in pairs) else None,
        photo=next((photo for photo in godparent.photos if photo.shown), None),
        new_photo=next((photo for photo in godparent.photos if not photo.shown), None),
    )


def by_uid(session: Session, uid: bytes) -> Godparent | None:
    """The godparent whose link names `uid`; None if there is none, or nothing of them any more."""
    query = select(Godparent).where(Godparent.uid == uid, Godparent.state != State.ERASED.value)
    return session.scalars(query).one_or_none()


def may_begin(session: Session, godparent: Godparent) -> bool:
    """Whether this godparent may look for one more prisoner: the programme is open, and they are in office."""
    programme = queries.programme(session, godparent.campaign_id)
    if programme is None or not programme.open:
        return False
    return godparent.state == State.ACCEPTED and godparent.left_office_on is None


def has_room(session: Session, godparent: Godparent) -> bool:
    """Whether they may, and stand by fewer than one may here."""
    programme = queries.programme(session, godparent.campaign_id)
    if programme is None or not may_begin(session, godparent):
        return False
    return len(active_pairs(session, godparent.id)) < programme.per_godparent


def choices(session: Session, godparent: Godparent, q: str, language: str) -> tuple[Card, ...]:
    """Prisoners with a place for this godparent: those without anybody first, then longest detained; or by name."""
    programme = queries.programme(session, godparent.campaign_id)
    campaign = session.get_one(Campaign, godparent.campaign_id)
    if programme is None or not has_room(session, godparent):
        return ()
    filters = Filters(q=q, status=assigning.STOOD_BY, campaign=campaign.slug, order="longest_detained")
    found: tuple[Card, ...] = ()
    for alone in (True, False):
        more = search(session, replace(filters, without_godparent=alone), language, limit=MOST_CHOICES).cards
        found += tuple(card for card in more if card not in found)
    mine = set(
        session.scalars(
            select(Godparenthood.prisoner_id).where(
                Godparenthood.godparent_id == godparent.id, Godparenthood.ended_on.is_(None)
            )
        )
    )
    full = _full(session, programme, [card.id for card in found])
    return tuple(card for card in found if card.id not in mine | full)[:MOST_CHOICES]


def _full(session: Session, programme: Programme, prisoner_ids: Collection[int]) -> set[int]:
    query = (
        select(Godparenthood.prisoner_id)
        .where(
            Godparenthood.campaign_id == programme.campaign_id,
            Godparenthood.prisoner_id.in_(prisoner_ids),
            Godparenthood.ended_on.is_(None),
        )
        .group_by(Godparenthood.prisoner_id)
        .having(func.count() >= programme.per_prisoner)
    )
    return set(session.scalars(query))


def next_one(session: Session, godparent: Godparent) -> NextOne | None:
    """The prisoner who would be assigned now; None if there is nobody, or no room for one more."""
    programme = queries.programme(session, godparent.campaign_id)
    if programme is None or not has_room(session, godparent):
        return None
    choice = assigning.choose(session, programme, godparent)
    prisoner = session.get(Prisoner, choice.prisoner_id) if choice else None
    return NextOne(prisoner.slug, prisoner.name, choice) if prisoner and choice else None


def pair_of(act: Act, godparent: Godparent, pair_id: int, *, active: bool = True, locked: bool = True) -> Godparenthood:
    """One of a godparent's own pairs. Raises `NotPossible`: `ended`, for one that ended, or is another's.

    Not `locked` for what locks it itself, later in the order that `acting` tells.
    """
    query = select(Godparenthood).where(Godparenthood.id == pair_id, Godparenthood.godparent_id == godparent.id)
    if locked:
        query = query.with_for_update(of=Godparenthood)
    pair = act.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if pair is None or godparent.state != State.ACCEPTED or (active and not pair.active):
        raise NotPossible("ended")
    return pair


def propose_statement(pair: Godparenthood, text: str, language: str) -> None:
    """Have an organiser look at a new statement; until then the present one is shown. No statement needs nobody."""
    if not text:
        pair.statement = pair.statement_language = ""
    unchanged = not text or (text == pair.statement and language == pair.statement_language)
    pair.proposed = None if unchanged else text
    pair.proposed_language = "" if unchanged else language


def decide_statement(act: Act, pair: Godparenthood, shown: bool, seen: str | None = None) -> None:  # noqa: FBT001 - the two ways of one decision
    """Put the proposed statement in the place of the present one, or drop it.

    `seen` is what the organiser read. Raises `NotPossible`: `changed`, when something else is proposed now, or nothing.
    """
    act.session.refresh(pair, with_for_update=True)
    if pair.proposed is None or (seen is not None and pair.proposed != seen):
        raise NotPossible("changed")
    if shown:
        pair.statement, pair.statement_language = pair.proposed, pair.proposed_language
    pair.proposed, pair.proposed_language = None, ""
    act.session.flush()


def set_contact(act: Act, godparent: Godparent, contact: str) -> None:
    """Change whom organisers call. It stays private."""
    godparent.contact = act.vault.seal_optional(applying.CONTACT, godparent.uid, contact)


# ---------------------------------------------------------------------------------------------------------------------
# To take along


def portable(session: Session, vault: Vault, godparent: Godparent) -> dict[str, Any]:
    """Everything stored about a godparent (GDPR art. 15 and 20), as JSON can hold it."""
    typed = applying.opened(vault, godparent)
    assert godparent.person_id is not None
    email, language = people.email_of(session.connection(), vault, godparent.person_id)
    moments = ("created_at", "confirmed_at", "accepted_at", "declined_at", "released_at")
    public = ("given_name", "family_name", "office", "party", "country")
    chamber, member = godparent.chamber, godparent.member
    return {
        "state": godparent.state,
        "email": email,
        "language": language,
        **{name: getattr(godparent, name) for name in public},
        "chamber": chamber.name if chamber else None,
        "roster_entry": member.name if member else None,
        "left_office_on": godparent.left_office_on and godparent.left_office_on.isoformat(),
        "contact_of_the_office": vault.open_optional(applying.CONTACT, godparent.uid, godparent.contact),
        "typed_in_the_form": _typed(typed) if typed else None,
        **{name: _moment(getattr(godparent, name)) for name in moments},
        "wants_prisoner": godparent.wants_prisoner,
        "reminders": {kind.value: bool(getattr(godparent, name)) for kind, name in reminding.SWITCHES.items()},
        "godparenthoods": [_portable_pair(session, vault, pair) for pair in _pairs(session, godparent.id)],
        "deeds": [_portable_deed(session, deed) for deed in deeds.of(session, godparent.id)],
        "photos": [
            {"shown": each.shown, "width": each.width, "height": each.height, "credit": each.credit,
             "created_at": _moment(each.created_at)}
            for each in godparent.photos
        ],
        "consents": _consents(session, godparent.uid),
    }  # fmt: skip


def _typed(typed: Application) -> dict[str, Any]:
    names = ("given_name", "family_name", "office", "party", "country", "contact", "filled_by", "statement")
    return {name: getattr(typed, name) for name in names}


def _portable_pair(session: Session, vault: Vault, pair: Godparenthood) -> dict[str, Any]:
    handover = inviting.handover_of(session, pair.id)
    return {
        "prisoner": _name(pair.prisoner),
        "started_on": pair.started_on.isoformat(),
        "ended_on": pair.ended_on and pair.ended_on.isoformat(),
        "end_reason": pair.end_reason,
        "how": pair.how,
        "why": pair.why,
        "statement": pair.statement,
        "statement_language": pair.statement_language,
        "proposed_statement": pair.proposed,
        "released_at": _moment(pair.released_at),
        "asked_to_take_over": inviting.name_of(vault, handover) if handover else None,
    }


def _portable_deed(session: Session, deed: Deed) -> dict[str, Any]:
    prisoner = session.get_one(Prisoner, deed.prisoner_id)
    texts = {name: getattr(deed, name) for name in ("kind", "day", "url", "note", "language", "state")}
    return {"prisoner": _name(prisoner), **texts, "created_at": _moment(deed.created_at)}


def _name(prisoner: Prisoner) -> str | None:
    """Nobody is named by us whose profile is not shown."""
    return None if prisoner.hidden else prisoner.name


def _consents(session: Session, uid: bytes) -> list[dict[str, Any]]:
    consents = table_of(Consent).c
    rows = session.execute(select(consents.purpose, consents.wording, consents.given_at).where(consents.origin == uid))
    return [{"purpose": row.purpose, "wording": row.wording, "given_at": _moment(row.given_at)} for row in rows]


def _moment(moment: Any) -> str | None:
    return rfc3339(moment) if moment is not None else None


# ---------------------------------------------------------------------------------------------------------------------
# The parts of the page


def _pairs(session: Session, godparent_id: int) -> list[Godparenthood]:
    query = select(Godparenthood).where(Godparenthood.godparent_id == godparent_id)
    return list(session.scalars(query.order_by(Godparenthood.id)))


def _own_pair(
    session: Session,
    vault: Vault,
    pair: Godparenthood,
    by_prisoner: dict[int, list[Deed]],
    language: str,
    today: date,
) -> OwnPair:
    found = prisoners.profile(session, pair.prisoner.slug, language, today)
    profile = found if isinstance(found, Profile) else None
    handover = inviting.handover_of(session, pair.id)
    return OwnPair(
        pair=pair,
        profile=profile,
        news=_news(profile, today) if profile and pair.active else None,
        coming=_coming(session, pair.prisoner, today) if profile and pair.active else (),
        deeds=tuple(by_prisoner.get(pair.prisoner_id, ())),
        successor=inviting.name_of(vault, handover) if handover else _successor(session, pair),
        handing_over=handover is not None,
    )


def _news(profile: Profile, today: date) -> Profile:
    """The newest events alone; what is still to come has a place of its own on the page."""
    happened = [event for event in profile.timeline if event.day is None or event.day.first <= today]
    return replace(profile, timeline=tuple(happened[:NEWS]))


def _successor(session: Session, pair: Godparenthood) -> str:
    successor = session.get(Godparenthood, pair.successor_id) if pair.successor_id else None
    return full_name(successor.godparent.given_name, successor.godparent.family_name) if successor else ""


def _coming(session: Session, prisoner: Prisoner, today: date) -> tuple[Coming, ...]:
    """The next birthday, anniversary of detention and days in court, soonest first."""
    found = [
        Coming(NoticeKind.TRIAL, date.fromisoformat(event.day or ""))
        for event in reminding.court_dates(session, [prisoner.id], today, today + AHEAD)
    ]
    for each in reminding.anniversaries(prisoner, today, today + AHEAD):
        assert each.date is not None
        found.append(Coming(reminding.OF[each.kind], each.date, each.years, each.certain))
    return tuple(sorted(found, key=lambda each: each.day))
