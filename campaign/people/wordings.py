"""What people agree to, word for word. A consent stores purpose and version; the form shows the text from here.

Changing a text means adding a version: a test holds the hash of every text that was ever shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

SIGN = "sign"
SHOW_NAME = "show_name"
DELIVER_NAME = "deliver_name"
UPDATES = "updates"
JOIN = "godparent"
PUBLISH = "godparent_public"


@dataclass(frozen=True)
class Wording:
    """The text of one consent (translated when shown) and the version stored with it."""

    purpose: str
    version: str
    text: object


CURRENT = {
    wording.purpose: wording
    for wording in (
        Wording(
            SIGN,
            "2026-11",
            _l(
                "I sign this petition. I agree that my details, which show a political opinion, are stored for this "
                "petition only, all but the country encrypted. I can withdraw at any time."
            ),
        ),
        Wording(SHOW_NAME, "2026-11", _l("Show my name and country in public on the petition's page.")),
        Wording(DELIVER_NAME, "2026-11", _l("Hand my name, country, postal code and comment to the recipients.")),
        Wording(UPDATES, "2026-11", _l("Write to me with news about these prisoners.")),
        Wording(
            JOIN,
            "2026-11",
            _l(
                "I stand by this prisoner, or write for a member who does. I agree that what is written here, which "
                "shows a political opinion, is stored for this purpose, encrypted until it is published. It can be "
                "ended at any time."
            ),
        ),
        Wording(
            PUBLISH,
            "2026-11",
            _l(
                "Publish the member's name, office, party, country, photo and statement beside the prisoner's name, "
                "on this site and in the campaign's material, once an organiser has released them."
            ),
        ),
    )
}


def version(purpose: str) -> str:
    """The version of the wording that is shown now."""
    return CURRENT[purpose].version
