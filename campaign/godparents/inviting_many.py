"""Invitations to many at once, members of a chamber or a pasted list: a handful of statements however many they are."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from campaign.chambers.models import Mandate, Member, Party, Period
from campaign.chambers.queries import held
from campaign.godparents import inviting
from campaign.godparents.acting import Act, hold
from campaign.godparents.models import Godparent, Invitation, InvitationState, State
from campaign.godparents.standing import OPEN
from campaign.kit import addresses, text
from campaign.kit.addresses import Address, AddressProblem
from campaign.kit.text import TextProblem
from campaign.kit.tokens import new_uid
from campaign.people import service as people
from campaign.vault import Vault

MOST_LINES = 1_000
PAGE = 50
_CHUNK = 400
_PASTED = re.compile(r"""^\s*["']?(?P<name>[^<>;\t]*?)["']?\s*(?:[<;\t]\s*)(?P<address>[^<>;\s]+)\s*>?\s*[,;]?\s*$""")
_BARE = re.compile(r"^\s*<?(?P<address>[^<>;,\s]+@[^<>;,\s]+)>?\s*[,;]?\s*$")
_BLANKS = re.compile(r"\s+")
_LONGEST_LINE = 600
"""Of what can be a name and an address. On longer ones, and on long runs of spaces, the patterns take minutes."""


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody to invite; the ids are of the roster, if they come from there."""

    name: str
    email: Address
    member_id: int | None = None
    chamber_id: int | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What all of them get. `prisoner_id`: for whom they are asked, or None."""

    message: str
    language: str
    prisoner_id: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many invitations were made; who was left out for they have an open one, or are godparents."""

    made: int
    invited: int
    godparents: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member with a mandate now. `mark` says why nobody needs to ask: godparent, or the state of an invitation."""

    member_id: int
    name: str
    party: str
    party_id: int | None
    area: str
    email: str
    mark: str


def pasted(lines: str) -> tuple[list[Invitee], list[str]]:
    """Who is meant by lines like `Name <address>`, `Name; address` or an address; and the lines that mean nobody.

    Whoever calls refuses more than `MOST_LINES`. An address that comes twice counts once.
    """
    meant: dict[str, Invitee] = {}
    wrong = []
    for line in filter(str.strip, lines.splitlines()):
        if invitee := _meant_by(line):
            meant.setdefault(invitee.email.canonical, invitee)
        else:
            wrong.append(line.strip())
    return list(meant.values()), wrong


def _meant_by(line: str) -> Invitee | None:
    line = _BLANKS.sub(lambda run: "\t" if "\t" in run[0] else " ", line.strip())
    if len(line) > _LONGEST_LINE:
        return None
    found = _BARE.match(line) or _PASTED.match(line)
    if found is None:
        return None
    try:
        name = text.clean_name(found.groupdict().get("name") or "", maximum=200, required=False)
        return Invitee(name, addresses.parse(found["address"]))
    except (AddressProblem, TextProblem):
        return None


def invite_many(act: Act, campaign_id: int, invitees: Sequence[Invitee], words: Words) -> Outcome:
    """Make an invitation for each who has none that is open and is no godparent. Raises `NotPossible`."""
    hold(act.session, campaign_id)  # nobody else makes one meanwhile, so that none is made twice
    indexes = [people.mailbox_index(act.vault, campaign_id, each.email.canonical) for each in invitees]
    invited = _open_mailboxes(act.session, campaign_id, indexes)
    godparents = _godparents(act.session, campaign_id, indexes, [each.member_id for each in invitees])
    rows, skipped = [], {"invited": 0, "godparents": 0}
    for invitee, index in zip(invitees, indexes, strict=True):
        if index in godparents or invitee.member_id in godparents:
            skipped["godparents"] += 1
        elif index in invited:
            skipped["invited"] += 1
        else:
            invited.add(index)
            rows.append(_row(act, campaign_id, index, invitee, words))
    for start in range(0, len(rows), _CHUNK):
        act.session.execute(insert(Invitation), rows[start : start + _CHUNK])
    return Outcome(len(rows), **skipped)


def remind_all(act: Act, campaign_id: int) -> int:
    """Have everybody reminded whose turn it is; how many."""
    hold(act.session, campaign_id)
    statement = (
        update(Invitation)
        .where(
            Invitation.campaign_id == campaign_id,
            Invitation.state == InvitationState.SENT.value,
            Invitation.reminders < inviting.MOST_REMINDERS,
            Invitation.sent_at <= act.now - inviting.REMIND_AFTER,
        )
        .values(state=InvitationState.WAITING.value, reminders=Invitation.reminders + 1)
    )
    changed = act.session.execute(statement, execution_options={"synchronize_session": False})
    return int(changed.rowcount)  # type: ignore[attr-defined]  # an update gives a cursor's result


def candidates(
    session: Session, vault: Vault, campaign_id: int, chamber_id: int, today: date, language: str
) -> list[Candidate]:
    """Everybody who holds a mandate in a chamber now, by name, with what is known of them in this campaign."""
    columns = (Member.id, Member.name, Member.email, Member.mailbox, Mandate.area)
    query = (
        select(*columns, Party.id.label("party_id"), Party.name.label("party"), Party.names.label("party_names"))
        .join(Mandate, Mandate.member_id == Member.id)
        .outerjoin(Party, Party.id == Mandate.party_id)
        .outerjoin(Period, Period.id == Mandate.period_id)
        .where(Mandate.chamber_id == chamber_id, held(today))
        .order_by(Member.sort_key, Member.id)
    )
    rows = {row.id: row for row in session.execute(query)}
    indexes = {row.id: people.mailbox_index(vault, campaign_id, row.mailbox) for row in rows.values() if row.mailbox}
    godparents = _godparents(session, campaign_id, list(indexes.values()), list(rows))
    states = _latest_states(session, campaign_id, list(indexes.values()))
    return [
        Candidate(
            member_id=row.id,
            name=row.name,
            party=str((row.party_names or {}).get(language) or row.party or ""),
            party_id=row.party_id,
            area=row.area,
            email=row.email,
            mark="godparent"
            if row.id in godparents or indexes.get(row.id) in godparents
            else states.get(indexes.get(row.id, b""), ""),
        )
        for row in rows.values()
    ]


def listed(
    session: Session, campaigns: Collection[int] | None, *, state: str = "", before: int = 0
) -> tuple[list[Invitation], int]:
    """A page of invitations, newest first, in front of the one with the id `before`; and the id for the next page."""
    query = select(Invitation).order_by(Invitation.id.desc()).limit(PAGE + 1)
    if campaigns is not None:
        query = query.where(Invitation.campaign_id.in_(campaigns))
    if state in set(InvitationState):
        query = query.where(Invitation.state == state)
    if before:
        query = query.where(Invitation.id < before)
    found = list(session.scalars(query))
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else 0


def numbers(session: Session, campaigns: Collection[int] | None) -> dict[str, int]:
    """How many invitations there are in each state."""
    query = select(Invitation.state, func.count()).group_by(Invitation.state)
    if campaigns is not None:
        query = query.where(Invitation.campaign_id.in_(campaigns))
    return {row[0]: row[1] for row in session.execute(query)}


# ---------------------------------------------------------------------------------------------------------------------


def _row(act: Act, campaign_id: int, index: bytes, invitee: Invitee, words: Words) -> dict[str, object]:
    uid = new_uid()
    return {
        "uid": uid,
        "campaign_id": campaign_id,
        "mailbox_index": index,
        "email": act.vault.seal(inviting.EMAIL, uid, invitee.email.wire),
        "name": act.vault.seal_optional(inviting.NAME, uid, invitee.name),
        "message": act.vault.seal_optional(inviting.MESSAGE, uid, words.message),
        "language": words.language,
        "member_id": invitee.member_id,
        "chamber_id": invitee.chamber_id,
        "prisoner_id": words.prisoner_id,
        "created_by": act.actor,
        "created_at": act.now,
    }


def _open_mailboxes(session: Session, campaign_id: int, indexes: Sequence[bytes]) -> set[bytes]:
    states = _latest_states(session, campaign_id, indexes)
    return {index for index, state in states.items() if state in OPEN}


def _latest_states(session: Session, campaign_id: int, indexes: Sequence[bytes]) -> dict[bytes, str]:
    """The state of the newest invitation to each mailbox that has one."""
    states: dict[bytes, str] = {}
    for part in _parts(indexes):
        query = select(Invitation.mailbox_index, Invitation.state).where(
            Invitation.campaign_id == campaign_id, Invitation.mailbox_index.in_(part)
        )
        states.update({row.mailbox_index: row.state for row in session.execute(query.order_by(Invitation.id))})
    return states


def _godparents(
    session: Session, campaign_id: int, indexes: Sequence[bytes], members: Iterable[int | None]
) -> set[bytes | int | None]:
    """Mailboxes and members, of those asked for, that are godparents' of the campaign."""
    found: set[bytes | int | None] = set()
    mine = (Godparent.campaign_id == campaign_id, Godparent.state == State.ACCEPTED.value)
    for part in _parts(indexes):
        query = select(Godparent.mailbox_index).where(*mine, Godparent.mailbox_index.in_(part))
        found.update(session.scalars(query))
    for numbers in _parts([number for number in members if number is not None]):
        found.update(session.scalars(select(Godparent.member_id).where(*mine, Godparent.member_id.in_(numbers))))
    return found - {None}


def _parts(values: Sequence[object]) -> Iterable[Sequence[object]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))
