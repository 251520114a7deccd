"""What happens to a signature: signed, confirmed, changed, withdrawn, refused.

Every function runs inside a transaction that the caller opens and works on its `Connection`: thousands sign at once,
and what the ORM would do for one row is done here by a handful of prepared statements.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from campaign.db.base import table_of
from campaign.kit.tokens import new_uid
from campaign.mailing import service as mailing
from campaign.people import service as people
from campaign.people import wordings
from campaign.petitions.models import Refusal, Signature, Status, TallyEntry
from campaign.vault import Vault

MOST_MAILS = 5
"""To one address about one petition. The last is kept for the receipt, which nobody but the signer can cause."""

CONFIRM, RECEIPT = "s", "r"
"""Kinds of link tokens."""


class Kind(StrEnum):
    """The mails of a petition; the folder of the template bears the same name."""

    CONFIRM = "confirm"
    REMINDER = "reminder"
    ALREADY = "already"
    RECEIPT = "receipt"


class Unknown(Exception):
    """No such signature: the link is wrong, or the row was purged, refused or erased."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A checked form. `email` as it goes on the wire, `canonical` as duplicates are judged."""

    given_name: str
    family_name: str
    email: str
    canonical: str
    country: str
    postal_code: str
    comment: str
    show_name: bool
    deliver_name: bool
    updates: bool
    language: str


@dataclass(frozen=True, slots=True)
class Target:
    """The petition that is signed: its ids and the text version that the signer read."""

    petition_id: int
    campaign_id: int
    text_id: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What the signer may change at any time."""

    show_name: bool
    deliver_name: bool
    updates: bool


class Mails(Protocol):
    """Renders a petition's mail; see `petitions.emails`."""

    def render(
        self,
        connection: Connection | None,
        kind: Kind,
        *,
        petition_id: int,
        to: str,
        uid: bytes,
        language: str,
        now: datetime,
    ) -> str:
        """The whole message about the signature `uid`."""


@dataclass(frozen=True, slots=True)
class Act:
    """What every step needs: the open transaction, the vault, the mails and the moment."""

    connection: Connection
    vault: Vault
    mails: Mails
    now: datetime


NEW_COLUMNS = (
    *(
        "uid",
        "petition_id",
        "mailbox_index",
        "text_id",
        "status",
        "given_name",
        "family_name",
        "postal_code",
        "comment",
        "country",
    ),
    *("show_name", "deliver_name", "updates", "mails", "reminders", "created_at"),
)
"""What `new_row` gives."""

_table = table_of(Signature)
_FIND = (
    select(Signature.id, Signature.uid, Signature.status, Signature.mails, Signature.person_id)
    .where(Signature.petition_id == bindparam("petition"), Signature.mailbox_index == bindparam("mailbox"))
    .with_for_update()  # two posts at once must not both see room for the fifth mail
)
_BY_UID = select(Signature).where(Signature.uid == bindparam("uid")).with_for_update()
_REFUSED = select(Refusal.petition_id).where(
    Refusal.petition_id == bindparam("petition"), Refusal.mailbox_index == bindparam("mailbox")
)
_INSERT = insert(_table)
_UPDATE = update(_table).where(Signature.id == bindparam("row"))
_TALLY = insert(table_of(TallyEntry))


def sign(act: Act, target: Target, form: Submission) -> bytes | None:
    """Store an unconfirmed signature and its mail; the signature's uid, or None if the address refused mail.

    New, pending and confirmed addresses take the same steps, so that time tells nothing: look up, write the
    signature, write one message. A pending signature takes over what was typed last with the same address; a
    confirmed one is never changed from here.
    """
    address = people.email_index(act.vault, target.campaign_id, form.email)
    mailbox = people.mailbox_index(act.vault, target.campaign_id, form.canonical)
    person = people.find(act.connection, target.campaign_id, address)
    at_mailbox = {"petition": target.petition_id, "mailbox": mailbox}
    found = act.connection.execute(_FIND, at_mailbox).first()
    if act.connection.execute(_REFUSED, at_mailbox).first():
        _mail(act, Kind.CONFIRM, target.petition_id, new_uid(), form.email, form.language, withheld=True)
        return None
    if found is None:
        person = person or people.add(
            act.connection, act.vault, target.campaign_id, address, form.email, form.language, act.now
        )
        return _sign_anew(act, target, form, mailbox, person)
    return _sign_again(act, target, form, found)


def _sign_anew(act: Act, target: Target, form: Submission, mailbox: bytes, person: int) -> bytes:
    uid = new_uid()
    act.connection.execute(_INSERT, new_row(act.vault, uid, target, form, mailbox, act.now) | {"person_id": person})
    people.consent(act.connection, person, uid, purposes(form), act.now)
    _mail(act, Kind.CONFIRM, target.petition_id, uid, form.email, form.language)
    return uid


def _sign_again(act: Act, target: Target, form: Submission, found: Any) -> bytes:
    uid: bytes = found.uid
    person: int = found.person_id
    pending = found.status == Status.PENDING
    limit = MOST_MAILS - 1 if pending else MOST_MAILS
    may_mail = found.mails < limit and found.status in (Status.PENDING, Status.CONFIRMED)
    changes: dict[str, Any] = {"row": found.id, "mails": found.mails + may_mail}
    # Two addresses can share one canonical form without sharing one owner: what the one types, the other must not see.
    email, _language = people.email_of(act.connection, act.vault, person)
    if pending and may_mail and email.lower() == form.email.lower():
        changes |= _values(act.vault, uid, target, form, act.now)
        people.forget_consents(act.connection, uid)
        people.consent(act.connection, person, uid, purposes(form), act.now)
    act.connection.execute(_UPDATE, changes)
    kind = Kind.CONFIRM if pending else Kind.ALREADY
    _mail(act, kind, target.petition_id, uid, email, form.language, withheld=not may_mail)
    return uid


def confirm(act: Act, uid: bytes) -> bool:
    """Count a signature; True if this call did it, False if it was confirmed before. Raises `Unknown`."""
    row = _find(act, uid)
    if row.status == Status.CONFIRMED:
        return False
    if row.status != Status.PENDING or row.person_id is None:
        raise Unknown
    act.connection.execute(
        _UPDATE, {"row": row.id, "status": Status.CONFIRMED, "confirmed_at": act.now, "mails": row.mails + 1}
    )
    _tally(act, row, +1)
    email, language = people.email_of(act.connection, act.vault, row.person_id)
    _mail(act, Kind.RECEIPT, row.petition_id, uid, email, language)
    return True


def refuse(act: Act, uid: bytes) -> None:
    """Do what "this wasn't me" asks: the signature goes, confirmed or not, and further mail. Raises `Unknown`."""
    row = _find(act, uid)
    if row.person_id is None:
        raise Unknown
    mailbox = row.mailbox_index
    if act.connection.execute(_REFUSED, {"petition": row.petition_id, "mailbox": mailbox}).first() is None:
        refusal = {"petition_id": row.petition_id, "mailbox_index": mailbox, "created_at": act.now}
        act.connection.execute(insert(table_of(Refusal)), refusal)
    if row.status == Status.CONFIRMED:
        _strip(act, row)
    else:
        remove(act, row.id, uid, row.person_id)


def withdraw(act: Act, uid: bytes) -> None:
    """Take a confirmed signature back: the count goes down, everything personal goes. Raises `Unknown`.

    Withdrawing twice is the same as once.
    """
    row = _find(act, uid)
    if row.status == Status.CONFIRMED:
        _strip(act, row)
    elif row.status != Status.WITHDRAWN:
        raise Unknown


def choose(act: Act, uid: bytes, choices: Choices) -> None:
    """Change the visibility and news choices of a confirmed signature, with a record of each. Raises `Unknown`."""
    row = _find(act, uid)
    if row.status != Status.CONFIRMED or row.person_id is None:
        raise Unknown
    wanted = {name: getattr(choices, name) for name in (wordings.SHOW_NAME, wordings.DELIVER_NAME, wordings.UPDATES)}
    given = [name for name, value in wanted.items() if value and not getattr(row, name)]
    revoked = [name for name, value in wanted.items() if not value and getattr(row, name)]
    people.consent(act.connection, row.person_id, uid, given, act.now)
    people.revoke(act.connection, uid, revoked, act.now)
    act.connection.execute(_UPDATE, {"row": row.id} | wanted)


def erase(act: Act, uid: bytes) -> None:
    """Withdraw or delete every signature of this signer's address in the campaign, and the person. Raises `Unknown`."""
    row = _find(act, uid)
    if row.person_id is None:
        return
    for each in act.connection.execute(select(Signature).where(Signature.person_id == row.person_id)).all():
        if each.status == Status.CONFIRMED:
            _strip(act, each)
        else:
            remove(act, each.id, each.uid, row.person_id)


def remind(act: Act, row: Row[Any], due: int) -> None:
    """Send the reminder of a pending signature; `due` is how many should have been sent by now."""
    email, language = people.email_of(act.connection, act.vault, row.person_id)
    act.connection.execute(_UPDATE, {"row": row.id, "reminders": due, "mails": row.mails + 1})
    _mail(act, Kind.REMINDER, row.petition_id, row.uid, email, language)


def remove(act: Act, row_id: int, uid: bytes, person_id: int) -> None:
    """Delete a signature never confirmed, its consents, its unsent mail, and the person if nothing is left."""
    mailing.cancel(act.connection, uid)
    people.forget_consents(act.connection, uid)
    act.connection.execute(delete(_table).where(Signature.id == row_id))
    people.forget_if_alone(act.connection, person_id)


def _strip(act: Act, row: Row[Any]) -> None:
    mailing.cancel(act.connection, row.uid)
    people.forget_consents(act.connection, row.uid)
    _tally(act, row, -1)
    nothing = dict.fromkeys(
        ("person_id", "mailbox_index", "given_name", "family_name", "postal_code", "comment", "country")
    )
    flags = dict.fromkeys(("show_name", "deliver_name", "updates"), False)
    changes = {"row": row.id, "status": Status.WITHDRAWN, "withdrawn_at": act.now}
    act.connection.execute(_UPDATE, changes | nothing | flags)
    people.forget_if_alone(act.connection, row.person_id)


def _find(act: Act, uid: bytes) -> Row[Any]:
    row = act.connection.execute(_BY_UID, {"uid": uid}).first()
    if row is None:
        raise Unknown
    return row


def _tally(act: Act, row: Row[Any], change: int) -> None:
    act.connection.execute(_TALLY, {"petition_id": row.petition_id, "country": row.country, "change": change})


def _mail(
    act: Act, kind: Kind, petition_id: int, uid: bytes, to: str, language: str, *, withheld: bool = False
) -> None:
    content = act.mails.render(
        act.connection, kind, petition_id=petition_id, to=to, uid=uid, language=language, now=act.now
    )
    mailing.enqueue(
        act.connection,
        act.vault,
        kind=kind,
        topic=uid,
        to=to,
        content=content,
        now=act.now,
        withheld=withheld,
    )


def new_row(
    vault: Vault, uid: bytes, target: Target, form: Submission, mailbox: bytes, now: datetime
) -> dict[str, Any]:
    """The column values of a new signature, all but whose it is. Its confirmation mail is reckoned in."""
    return _values(vault, uid, target, form, now) | {
        "uid": uid,
        "petition_id": target.petition_id,
        "mailbox_index": mailbox,
        "mails": 1,
        "reminders": 0,
    }


def _values(vault: Vault, uid: bytes, target: Target, form: Submission, now: datetime) -> dict[str, Any]:
    seal = vault.seal_optional
    return {
        "text_id": target.text_id,
        "status": Status.PENDING.value,
        "given_name": seal("signatures.given_name", uid, form.given_name),
        "family_name": seal("signatures.family_name", uid, form.family_name),
        "postal_code": seal("signatures.postal_code", uid, form.postal_code),
        "comment": seal("signatures.comment", uid, form.comment),
        "country": form.country,
        "show_name": form.show_name,
        "deliver_name": form.deliver_name,
        "updates": form.updates,
        "created_at": now,
    }


def purposes(form: Submission) -> list[str]:
    """What the form agrees to."""
    chosen = [name for name in (wordings.SHOW_NAME, wordings.DELIVER_NAME, wordings.UPDATES) if getattr(form, name)]
    return [wordings.SIGN, *chosen]
