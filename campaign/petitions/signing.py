"""The hot path of signing: many new signers in a handful of statements.

When a petition is on the news, nearly all signatures are of addresses that nobody knows yet. What such a signature
consists of is prepared in the request's own thread (`prepare`); the gathering thread then writes those of all waiting
requests with one statement per table. Every other case (known, pending, confirmed, refused, twice in one batch) goes
through `service.sign`, which also defines what the result must be: a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, CompoundSelect, Connection, bindparam, select, union_all

from campaign.db.base import table_of
from campaign.db.bulk import BulkInsert, new_ids
from campaign.kit.tokens import new_uid
from campaign.mailing import service as mailing
from campaign.mailing.models import Message
from campaign.people import service as people
from campaign.people.models import Consent, Person
from campaign.petitions import service
from campaign.petitions.models import Refusal, Signature
from campaign.petitions.service import Act, Kind, Mails, Submission, Target
from campaign.vault import Vault

Row = dict[str, Any]

_ADDRESSES: BindParameter[Any] = bindparam("addresses", expanding=True)
_MAILBOXES: BindParameter[Any] = bindparam("mailboxes", expanding=True)
_KNOWN: CompoundSelect[Any] = union_all(
    select(Person.email_index).where(Person.email_index.in_(_ADDRESSES)),
    select(Signature.mailbox_index).where(Signature.mailbox_index.in_(_MAILBOXES)),
    select(Refusal.mailbox_index).where(Refusal.mailbox_index.in_(_MAILBOXES)),
)
_PERSONS = BulkInsert(table_of(Person), ("id", *people.NEW_COLUMNS))
_SIGNATURES = BulkInsert(table_of(Signature), ("person_id", *service.NEW_COLUMNS))
_CONSENTS = BulkInsert(table_of(Consent), ("person_id", *people.CONSENT_COLUMNS))
_MESSAGES = BulkInsert(table_of(Message), mailing.NEW_COLUMNS)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A signature with all its rows, as they are written if the address is new."""

    vault: Vault
    mails: Mails
    now: datetime
    target: Target
    form: Submission
    address: bytes
    mailbox: bytes
    person: Row
    signature: Row
    consents: list[Row]
    message: Row


def prepare(vault: Vault, mails: Mails, target: Target, form: Submission, now: datetime) -> Prepared:
    """Seal and render everything, outside of any transaction."""
    address = people.email_index(vault, target.campaign_id, form.email)
    mailbox = people.mailbox_index(vault, target.campaign_id, form.canonical)
    uid, to, language, petition = new_uid(), form.email, form.language, target.petition_id
    content = mails.render(None, Kind.CONFIRM, petition_id=petition, to=to, uid=uid, language=language, now=now)
    return Prepared(
        vault=vault,
        mails=mails,
        now=now,
        target=target,
        form=form,
        address=address,
        mailbox=mailbox,
        person=people.new_row(vault, target.campaign_id, address, to, language, now),
        signature=service.new_row(vault, uid, target, form, mailbox, now),
        consents=people.consent_rows(uid, service.purposes(form), now),
        message=mailing.new_row(vault, kind=Kind.CONFIRM, topic=uid, to=to, content=content, now=now),
    )


def sign_together(connection: Connection, batch: list[Prepared]) -> None:
    """Write all signatures of `batch` in the caller's transaction; what each amounts to is as with `service.sign`."""
    asked = {"addresses": [each.address for each in batch], "mailboxes": [each.mailbox for each in batch]}
    taken = set(connection.execute(_KNOWN, asked).scalars())
    fresh: list[Prepared] = []
    known: list[Prepared] = []
    for each in sorted(batch, key=lambda prepared: prepared.mailbox):  # one order for all processes: no deadlock
        (fresh if taken.isdisjoint((each.address, each.mailbox)) else known).append(each)
        taken.add(each.mailbox)
    if fresh:
        _write(connection, fresh)
    for each in known:
        service.sign(Act(connection, each.vault, each.mails, each.now), each.target, each.form)


def _write(connection: Connection, fresh: list[Prepared]) -> None:
    ids = new_ids(connection, table_of(Person), len(fresh))
    pairs = list(zip(fresh, ids, strict=True))
    _PERSONS.run(connection, [each.person | {"id": person} for each, person in pairs])
    _SIGNATURES.run(connection, [each.signature | {"person_id": person} for each, person in pairs])
    _CONSENTS.run(connection, [row | {"person_id": person} for each, person in pairs for row in each.consents])
    _MESSAGES.run(connection, [each.message for each in fresh])
