"""Whether a confirmed mailbox proves who somebody is. `docs/decisions/0019` tells why it takes this much.

The button proves that somebody reads the mailbox. It proves a member only if the mailbox is that member's: interns,
staff and other members have mailboxes in the same domain, and rosters list shared ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.chambers import queries as rosters
from campaign.chambers.models import Mandate, Member
from campaign.chambers.queries import Seat
from campaign.godparents import mailboxes
from campaign.godparents.applying import Application
from campaign.godparents.models import Godparent, Reason, State
from campaign.kit import domains


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who this is by the roster and the mailbox. Verified if there is no reason to ask an organiser.

    Of one that waits, `member_id` is whom it would be, if anybody. The reasons are for organisers: whoever joins is
    never told them.
    """

    member_id: int | None
    chamber_id: int | None
    reasons: tuple[Reason, ...]

    @property
    def verified(self) -> bool:
        """Whether nobody needs to look."""
        return not self.reasons


def verdict(session: Session, godparent: Godparent, application: Application, today: date) -> Verdict:
    """What the mailbox of `application` proves, once its owner has pressed the button; every reason that applies."""
    webmail = domains.is_webmail(application.domain)
    official = [] if webmail else rosters.official_chambers(session, application.domain)
    named = rosters.named(session, application.given_name, application.family_name, "en")
    owners = frozenset(rosters.members_with_mailbox(session, application.canonical))
    chamber_id = _chamber(application, named, official)
    reasons = [Reason.WEBMAIL] if webmail else []
    if chamber_id is None:
        reasons += [Reason.MAILBOX_OF_ANOTHER] if owners - {seat.member_id for seat in named} else []
        return Verdict(None, None, (*reasons, Reason.NO_CHAMBER))
    inside = chamber_id in official
    reasons += [] if inside or webmail else [Reason.OTHER_DOMAIN]
    question = _Question(session, application, chamber_id, today, owners, inside, _holders(session, chamber_id, today))
    member_id, doubts = question.member(named)
    reasons += [*doubts, *question.mailbox_of(member_id)]
    if is_godparent(session, godparent.campaign_id, member_id, but=godparent.id):
        reasons.append(Reason.ALREADY_GODPARENT)
    return Verdict(member_id, chamber_id, tuple(dict.fromkeys(reasons)))


def is_godparent(session: Session, campaign_id: int, member_id: int | None, *, but: int) -> bool:
    """Whether somebody else than `but` was accepted as this member."""
    query = select(Godparent.id).where(
        Godparent.campaign_id == campaign_id,
        Godparent.member_id == member_id,
        Godparent.state == State.ACCEPTED.value,
        Godparent.id != but,
    )
    return member_id is not None and session.scalars(query).first() is not None


# ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Holder:
    """Who holds a mandate in a chamber today."""

    id: int
    name: str
    given_name: str
    family_name: str
    mailbox: str

    def may_have(self, local: str) -> bool:
        return mailboxes.bears(local, self.name, self.given_name, self.family_name)


@dataclass(frozen=True, slots=True)
class _Question:
    """Whether somebody is a member of this chamber.

    `owners`: who has the mailbox by any roster. `inside`: its domain is one of the chamber's.
    """

    session: Session
    application: Application
    chamber_id: int
    today: date
    owners: frozenset[int]
    inside: bool
    holders: Sequence[_Holder]

    def member(self, named: Sequence[Seat]) -> tuple[int | None, list[Reason]]:
        """Who of `named` it is, and what stands against it. Who was picked counts only if they bear the name."""
        here = {seat.member_id for seat in named if seat.chamber_id == self.chamber_id}
        picked = self.application.member_id if self.application.member_id in here else None
        if not here:
            sits = _sits(self.session, {seat.member_id for seat in named}, self.today)
            return None, [Reason.OTHER_CHAMBER if sits else Reason.NOT_IN_ROSTER]
        present = here & {holder.id for holder in self.holders}
        if not present or (picked is not None and picked not in present):
            return picked or _only(here), [Reason.LEFT_OFFICE]
        one = _only(present) or _only(present & self.owners)
        if one is None or picked not in (None, one):
            return picked, [Reason.SEVERAL_MEMBERS]
        return one, []

    def mailbox_of(self, member_id: int | None) -> list[Reason]:
        """What stands against that the mailbox is this member's and nobody else's."""
        reasons = [Reason.MAILBOX_OF_ANOTHER] if self.owners - {member_id} else []
        member = next((holder for holder in self.holders if holder.id == member_id), None)
        if member is None or member.mailbox == self.application.canonical:
            return reasons
        local, others = _local(self.application.canonical), [each for each in self.holders if each is not member]
        if member.mailbox:
            if _local(member.mailbox) != local or not (self.inside and self._official(member.mailbox)):
                reasons.append(Reason.OTHER_MAILBOX)
            elif any(_local(each.mailbox) == local for each in others):
                reasons.append(Reason.MAILBOX_OF_ANOTHER)
        elif not member.may_have(local):
            reasons.append(Reason.MAILBOX_WITHOUT_NAME)
        elif any(each.may_have(local) for each in others):
            reasons.append(Reason.SEVERAL_MEMBERS)
        return reasons

    def _official(self, mailbox: str) -> bool:
        return self.chamber_id in rosters.official_chambers(self.session, mailbox.rpartition("@")[2])


def _chamber(application: Application, named: Sequence[Seat], official: Iterable[int]) -> int | None:
    """The chamber that was picked; else, but for another office, the one whose domain and roster fit."""
    if application.chamber_id is not None or application.office:
        return application.chamber_id
    return _only({number for number in official if any(seat.chamber_id == number for seat in named)})


def _only(ids: Collection[int]) -> int | None:
    return next(iter(ids)) if len(ids) == 1 else None


def _local(mailbox: str) -> str:
    return mailbox.rpartition("@")[0]


def _holders(session: Session, chamber_id: int, today: date) -> list[_Holder]:
    """All who hold a mandate in the chamber."""
    columns = (Member.id, Member.name, Member.given_name, Member.family_name, Member.mailbox)
    query = select(*columns).where(Member.id.in_(rosters.holders(today, chamber_id))).order_by(Member.id)
    return [_Holder(*row) for row in session.execute(query)]


def _sits(session: Session, member_ids: Collection[int], today: date) -> bool:
    """Whether one of them holds a mandate anywhere."""
    query = rosters.holders(today).where(Mandate.member_id.in_(member_ids))
    return session.execute(query.limit(1)).first() is not None
