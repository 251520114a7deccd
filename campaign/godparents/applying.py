"""What somebody typed who wants to become a godparent, as it lies sealed until it is decided."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from campaign.godparents.models import Godparent
from campaign.vault import Vault

TYPED = "godparents.typed"
CONTACT = "godparents.contact"


@dataclass(frozen=True, slots=True)
class Application:
    """A checked form. `email` as it goes on the wire, `canonical` as mailboxes are compared, `domain` ASCII.

    `member_id` is the roster's entry that was picked, `chamber_id` the chamber, both or either may be None; `office` is
    what was written for another office. `prisoner_id` None: "assign one to me". `contact` (of the office: whom to call)
    and `filled_by` (staff who filled the form in) stay private.
    """

    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    email: str = field(repr=False)
    canonical: str = field(repr=False)
    domain: str
    country: str
    language: str
    member_id: int | None = None
    chamber_id: int | None = None
    office: str = ""
    party: str = ""
    contact: str = field(default="", repr=False)
    filled_by: str = field(default="", repr=False)
    statement: str = ""
    prisoner_id: int | None = None


def seal(vault: Vault, uid: bytes, application: Application) -> bytes:
    """For `Godparent.typed`."""
    return vault.seal(TYPED, uid, json.dumps(asdict(application), ensure_ascii=False))


def opened(vault: Vault, godparent: Godparent) -> Application | None:
    """What was typed; None when it is not kept any more."""
    if godparent.typed is None:
        return None
    return Application(**json.loads(vault.open(TYPED, godparent.uid, godparent.typed)))
