"""What a signer sees of the own signature: everything that is stored about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from campaign.kit.text import full_name
from campaign.people.models import Consent, Person
from campaign.petitions.models import Petition, PetitionText, Signature
from campaign.vault import Vault


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One consent: for what, in which wording, given and taken back when."""

    purpose: str
    wording: str
    given_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything stored about one signature, as its signer sees it. Empty texts after a withdrawal."""

    uid: bytes
    petition_slug: str
    petition_title: str
    status: str
    given_name: str
    family_name: str
    email: str
    country: str
    postal_code: str
    comment: str
    show_name: bool
    deliver_name: bool
    updates: bool
    text_language: str
    text_version: int
    text_sha256: str
    created_at: datetime
    confirmed_at: datetime | None
    withdrawn_at: datetime | None
    consents: tuple[ConsentLine, ...]

    @property
    def name(self) -> str:
        """Both names in one line."""
        return full_name(self.given_name, self.family_name)


_RECEIPT = (
    select(
        Signature,
        Petition.slug,
        PetitionText.title,
        PetitionText.language.label("text_language"),
        PetitionText.version,
        PetitionText.sha256,
        Person.uid.label("person_uid"),
        Person.email,
    )
    .join(Petition, Petition.id == Signature.petition_id)
    .join(PetitionText, PetitionText.id == Signature.text_id)
    .outerjoin(Person, Person.id == Signature.person_id)
    .where(Signature.uid == bindparam("uid"))
)
_CONSENTS = (
    select(Consent.purpose, Consent.wording, Consent.given_at, Consent.withdrawn_at)
    .where(Consent.origin == bindparam("uid"))
    .order_by(Consent.id)
)


def receipt(connection: Connection, vault: Vault, uid: bytes) -> Receipt | None:
    """All that is stored about the signature `uid`, opened."""
    row = connection.execute(_RECEIPT, {"uid": uid}).first()
    if row is None:
        return None

    def opened(name: str) -> str:
        return vault.open_optional(f"signatures.{name}", uid, getattr(row, name))

    consents = connection.execute(_CONSENTS, {"uid": uid})
    return Receipt(
        uid=uid,
        petition_slug=row.slug,
        petition_title=row.title,
        status=row.status,
        given_name=opened("given_name"),
        family_name=opened("family_name"),
        email=vault.open("persons.email", row.person_uid, row.email) if row.email else "",
        country=row.country or "",
        postal_code=opened("postal_code"),
        comment=opened("comment"),
        show_name=row.show_name,
        deliver_name=row.deliver_name,
        updates=row.updates,
        text_language=row.text_language,
        text_version=row.version,
        text_sha256=row.sha256,
        created_at=row.created_at,
        confirmed_at=row.confirmed_at,
        withdrawn_at=row.withdrawn_at,
        consents=tuple(ConsentLine(c.purpose, c.wording, c.given_at, c.withdrawn_at) for c in consents),
    )
