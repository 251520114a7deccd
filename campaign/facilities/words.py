"""What the reader calls the choices of this room. Lazy: each is translated when it is shown."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from campaign.facilities.models import FacilityKind, ReturnEnvelope
from campaign.facilities.queries import Warn

KIND = {
    FacilityKind.PRETRIAL: _l("Pre-trial detention centre"),
    FacilityKind.COLONY: _l("Colony"),
    FacilityKind.PRISON: _l("Prison"),
    FacilityKind.OPEN: _l("Open facility"),
    FacilityKind.POLICE: _l("Police detention"),
    FacilityKind.HOSPITAL: _l("Hospital"),
    FacilityKind.OTHER: _l("Other, or not known"),
}
ENVELOPE = {
    ReturnEnvelope.UNKNOWN: _l("Not known"),
    ReturnEnvelope.ADVISED: _l("Advised"),
    ReturnEnvelope.HARMFUL: _l("Harmful: leave it out"),
}
WARNING = {
    Warn.NO_ADDRESS: _l("No address"),
    Warn.NO_OWN_SCRIPT: _l("No address in the country’s own script"),
    Warn.SEVERAL: _l("Several addresses in one script"),
}
PART = {
    "kind": _l("Kind"),
    "country": _l("Country"),
    "names": _l("Names"),
    "addresses": _l("Addresses"),
    "advice": _l("Advice"),
    "rules": _l("Rules for letters"),
}
