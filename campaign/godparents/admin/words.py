"""What the desk says of godparents: names, and what stopped an act."""

from __future__ import annotations

from babel import Locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from campaign.godparents.models import Godparent, InvitationState, Reason
from campaign.godparents.words import REASON
from campaign.i18n import page_language
from campaign.kit.text import full_name
from campaign.prisoners.forms.fields import language_name

INVITATION = {
    InvitationState.WAITING: _l("waits for its mail"),
    InvitationState.SENT: _l("sent"),
    InvitationState.JOINED: _l("joined"),
    InvitationState.DECLINED: _l("declined"),
    InvitationState.WITHDRAWN: _l("taken back"),
}

_STOPPED = {
    "not_waiting": _l("Somebody else decided about this sign-up a moment ago. Nothing of yours was done."),
    "decided": _l("Somebody else decided about this a moment ago. Nothing of yours was done."),
    "changed": _l("This was changed or decided a moment ago. Nothing of yours was done; please look again."),
    "no_seat": _l("This prisoner takes no further godparent now. Please choose another."),
    "too_many": _l("This godparent stands by as many prisoners as the programme allows."),
    "invited": _l("This address has been invited already, and has not answered."),
    "ended": _l("This has ended meanwhile."),
    "handing_over": _l("A successor has been asked already. Take that invitation back first."),
    "yourself": _l("This is the godparent’s own address."),
    "not_accepted": _l("This needs somebody who is accepted."),
    "no_programme": _l("This campaign has no programme yet. An owner makes one under “Programmes”."),
    "too_soon": _l("A reminder can be sent once some days have passed, and only twice."),
}


def stopped(code: str) -> str:
    """Why nothing was done, in words."""
    return str(_STOPPED.get(code) or _("This cannot be done now. Please look again."))


def name_of(godparent: Godparent) -> str:
    """The name; words for somebody who was erased."""
    return full_name(godparent.given_name, godparent.family_name) or _("Erased on request")


def language_called(code: str) -> str:
    """What a language is called in the page's."""
    return language_name(code, Locale.parse(page_language().replace("-", "_")))


def reasons_of(godparent: Godparent) -> list[object]:
    """Why a sign-up waits, in words."""
    return [REASON[Reason(code)] for code in godparent.reasons if code in set(Reason)]


ACT = {
    "godparent.accept": _l("accepted"),
    "godparent.decline": _l("declined"),
    "godparent.correct": _l("details put right"),
    "godparent.withhold": _l("taken out of the public’s sight"),
    "godparent.release": _l("made public"),
    "godparent.link": _l("link to the own page sent"),
    "godparent.erase": _l("erased on request"),
    "godparent.begin": _l("a prisoner to stand by"),
    "godparent.end": _l("a godparenthood ended"),
    "godparent.handover": _l("a successor asked"),
    "godparent.statement": _l("a new statement decided"),
    "godparent.photo": _l("a new photo decided"),
    "godparent.deed": _l("a deed decided"),
}
"""What the record calls what was done to a godparent."""
