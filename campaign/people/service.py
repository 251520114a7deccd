"""Finding and keeping people, and recording what they agreed to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, update

from campaign.db.base import table_of
from campaign.kit.tokens import new_uid
from campaign.people import wordings
from campaign.people.models import Consent, Person
from campaign.vault import Vault

EMAIL = "persons.email"
NEW_COLUMNS = ("uid", "campaign_id", "email_index", "email", "language", "created_at")
CONSENT_COLUMNS = ("origin", "purpose", "wording", "given_at")

_FIND = select(Person.id).where(Person.campaign_id == bindparam("campaign"), Person.email_index == bindparam("index"))
_INSERT = insert(table_of(Person))
_CONSENT = insert(table_of(Consent))


def email_index(vault: Vault, campaign_id: int, email: str) -> bytes:
    """The blind index of an address as it was typed, but for capitals: what a person is found by."""
    return vault.blind_index(f"persons.address/{campaign_id}", email.lower())


def mailbox_index(vault: Vault, campaign_id: int, canonical: str) -> bytes:
    """The blind index of a canonical address: the same for all spellings of one mailbox, which may act once."""
    return vault.blind_index(f"persons.email/{campaign_id}", canonical)


def find(connection: Connection, campaign_id: int, index: bytes) -> int | None:
    """The id of the person with that address in that campaign."""
    found: int | None = connection.execute(_FIND, {"campaign": campaign_id, "index": index}).scalar()
    return found


def new_row(vault: Vault, campaign_id: int, index: bytes, email: str, language: str, now: datetime) -> dict[str, Any]:
    """The column values of a new person."""
    uid = new_uid()
    return {
        "uid": uid,
        "campaign_id": campaign_id,
        "email_index": index,
        "email": vault.seal(EMAIL, uid, email),
        "language": language,
        "created_at": now,
    }


def add(
    connection: Connection, vault: Vault, campaign_id: int, index: bytes, email: str, language: str, now: datetime
) -> int:
    """Keep a new person; their id. Raises `IntegrityError` if another transaction was first."""
    values = new_row(vault, campaign_id, index, email, language, now)
    key = connection.execute(_INSERT, values).inserted_primary_key
    assert key is not None
    return int(key[0])


def email_of(connection: Connection, vault: Vault, person_id: int) -> tuple[str, str]:
    """`(address, language)` of a person."""
    row = connection.execute(select(Person.uid, Person.email, Person.language).where(Person.id == person_id)).one()
    return vault.open(EMAIL, row.uid, row.email), row.language


def consent(connection: Connection, person_id: int, origin: bytes, purposes: Iterable[str], now: datetime) -> None:
    """Record that the person agreed to `purposes`, in the wording shown now, by the act named `origin`."""
    add_consents(connection, [row | {"person_id": person_id} for row in consent_rows(origin, purposes, now)])


def consent_rows(origin: bytes, purposes: Iterable[str], now: datetime) -> list[dict[str, Any]]:
    """The column values of consents, all but whose they are."""
    return [{"origin": origin, "purpose": p, "wording": wordings.version(p), "given_at": now} for p in purposes]


def add_consents(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Write the rows of many consents."""
    if rows:
        connection.execute(_CONSENT, rows)


def revoke(connection: Connection, origin: bytes, purposes: Iterable[str], now: datetime) -> None:
    """Record that consents given by `origin` were taken back."""
    connection.execute(
        update(table_of(Consent))
        .where(Consent.origin == origin, Consent.purpose.in_(list(purposes)), Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )


def forget_consents(connection: Connection, origin: bytes) -> None:
    """Delete what one act agreed to: the act itself is gone or was never confirmed."""
    connection.execute(delete(table_of(Consent)).where(Consent.origin == origin))


def forget_if_alone(connection: Connection, person_id: int) -> None:
    """Delete a person, unless an act of some room above still points at them: a signature, a godparent."""
    for column in _pointing_at_persons():
        if connection.execute(select(column).where(column == person_id).limit(1)).first() is not None:
            return
    forget(connection, person_id)


@cache
def _pointing_at_persons() -> tuple[ColumnElement[int], ...]:
    """Every column that points at persons, whichever room it belongs to; consents go with the person."""
    persons, consents = table_of(Person), table_of(Consent)
    return tuple(
        key.parent
        for table in Person.metadata.sorted_tables
        if table is not consents
        for key in table.foreign_keys
        if key.column.table is persons
    )


def forget(connection: Connection, person_id: int) -> None:
    """Delete a person with every consent. Whatever points at the person must be gone."""
    connection.execute(delete(table_of(Consent)).where(Consent.person_id == person_id))
    connection.execute(delete(table_of(Person)).where(Person.id == person_id))
