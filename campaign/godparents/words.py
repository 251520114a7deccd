"""What things are called on pages and in mails. Texts translate themselves when they are shown."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from campaign.godparents.models import DeedKind, EndReason, NoticeKind, Reason, Role, State


@dataclass(frozen=True, slots=True)
class RoleWords:
    """What a campaign calls one, several, and the tie."""

    one: object
    many: object
    tie: object


ROLE = {
    Role.GODPARENT: RoleWords(_l("Godparent"), _l("Godparents"), _l("Godparenthood")),
    Role.CUSTODIAN: RoleWords(_l("Political custodian"), _l("Political custodians"), _l("Political custody")),
    Role.PATRON: RoleWords(_l("Patron"), _l("Patrons"), _l("Patronage")),
}

STATE = {
    State.PENDING: _l("not yet confirmed"),
    State.WAITING: _l("waits for a decision"),
    State.ACCEPTED: _l("accepted"),
    State.DECLINED: _l("declined"),
    State.ERASED: _l("erased on request"),
}

REASON = {
    Reason.WEBMAIL: _l("The address is of a mail provider where anybody can get one."),
    Reason.NO_CHAMBER: _l("No parliament was named: the office is written by hand."),
    Reason.OTHER_DOMAIN: _l("The address is not of this parliament."),
    Reason.NOT_IN_ROSTER: _l("Nobody of this name is in the roster of this parliament."),
    Reason.LEFT_OFFICE: _l("By the roster, this member's mandate has ended."),
    Reason.SEVERAL_MEMBERS: _l("Several members bear this name, or this address could be of several."),
    Reason.OTHER_MAILBOX: _l("The roster has another address for this member."),
    Reason.MAILBOX_OF_ANOTHER: _l("The address is that of another member."),
    Reason.MAILBOX_WITHOUT_NAME: _l("The roster has no address for this member, and this one does not bear the name."),
    Reason.ALREADY_GODPARENT: _l("This member is among the accepted already, with another address."),
    Reason.OTHER_CHAMBER: _l("By the roster, this member sits in another parliament."),
}

END = {
    EndReason.RELEASED: _l("ended with the release"),
    EndReason.EXILED: _l("ended with the deportation on release"),
    EndReason.DIED: _l("ended with the death"),
    EndReason.LEFT_OFFICE: _l("ended when the member left office"),
    EndReason.HANDED_OVER: _l("handed over"),
    EndReason.WITHDRAWN: _l("ended by the member"),
}

DEED = {
    DeedKind.STATEMENT: _l("Statement"),
    DeedKind.SPEECH: _l("Speech"),
    DeedKind.QUESTION: _l("Question to the government"),
    DeedKind.LETTER: _l("Letter"),
    DeedKind.VISIT: _l("Visit"),
    DeedKind.COURT_OBSERVATION: _l("Observation in court"),
    DeedKind.FAMILY_CONTACT: _l("Contact with the family"),
}

REMINDER = {
    NoticeKind.BIRTHDAY: _l("A week before the prisoner’s birthday"),
    NoticeKind.TRIAL: _l("A week before a day in court"),
    NoticeKind.ANNIVERSARY: _l("A week before each year in detention is full"),
    NoticeKind.STATUS: _l("When the prisoner’s status changes"),
}
"""Reminders that a godparent can turn off."""
