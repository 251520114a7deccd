"""What states and kinds are called on pages. They translate themselves when they are shown."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from campaign.prisoners.models import Consent, EventKind, NameKind, Status

STATUS = {
    Status.DETAINED: _l("In detention, not yet convicted"),
    Status.CONVICTED: _l("Serving a sentence"),
    Status.HOUSE_ARREST: _l("Under house arrest"),
    Status.RELEASED: _l("Released"),
    Status.EXILED: _l("In forced exile"),
    Status.DISAPPEARED: _l("Disappeared"),
    Status.DECEASED: _l("Deceased"),
    Status.UNKNOWN: _l("Status not known"),
}

EVENT = {
    EventKind.ARREST: _l("Arrest"),
    EventKind.CHARGE: _l("Charge"),
    EventKind.HOUSE_ARREST: _l("House arrest"),
    EventKind.TRANSFER: _l("Transfer"),
    EventKind.TRIAL: _l("Trial"),
    EventKind.VERDICT: _l("Verdict"),
    EventKind.APPEAL: _l("Appeal"),
    EventKind.HEALTH: _l("Health"),
    EventKind.LETTER: _l("Letter"),
    EventKind.BIRTHDAY: _l("Birthday"),
    EventKind.AWARD: _l("Award"),
    EventKind.STATEMENT: _l("Statement"),
    EventKind.DISAPPEARANCE: _l("Disappearance"),
    EventKind.RELEASE: _l("Release"),
    EventKind.EXILE: _l("Release into exile"),
    EventKind.DEATH: _l("Death"),
    EventKind.OTHER: _l("Other news"),
}

NAME = {
    NameKind.MAIN: _l("Name"),
    NameKind.TRANSLITERATION: _l("Another spelling"),
    NameKind.BIRTH: _l("Name at birth"),
    NameKind.ALIAS: _l("Also known as"),
}

CONSENT = {
    Consent.UNKNOWN: _l("Not asked yet"),
    Consent.GIVEN: _l("Given"),
    Consent.REFUSED: _l("Refused"),
}

SENTENCE = {
    "prison": _l("Prison"),
    "life": _l("Prison for life"),
    "death": _l("Death penalty"),
    "restricted": _l("Restricted freedom"),
    "house_arrest": _l("House arrest"),
    "psychiatric": _l("Forced psychiatric treatment"),
    "suspended": _l("Suspended sentence"),
    "fine": _l("Fine"),
    "acquitted": _l("Acquitted"),
}
