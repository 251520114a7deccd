"""The list of confirmed signatures, for organisers.

Columns (RFC 4180, UTF-8, CRLF, one header line):
`number` counts the rows · `confirmed_on` day in UTC · `country` ISO 3166-1 alpha-2 · `given_name`, `family_name`,
`postal_code`, `comment` only where the signer agreed that the name is handed over, else empty · `deliver_name`,
`show_name` yes or no · `text_language`, `text_version`, `text_sha256` the text that was signed.

A cell that a spreadsheet would take for a formula gets apostrophes: see `kit.csv_cells`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, String, bindparam, cast, func, select

from campaign.kit.csv_cells import guard
from campaign.petitions.models import PetitionText, Signature, Status
from campaign.vault import Vault

COLUMNS = (
    "number",
    "confirmed_on",
    "country",
    "given_name",
    "family_name",
    "postal_code",
    "comment",
    "deliver_name",
    "show_name",
    "text_language",
    "text_version",
    "text_sha256",
)
BATCH = 2000
Opener = Callable[[bytes, bytes | None], str]
Texts = dict[int, tuple[str, int, str]]
"""Language, version and hash of each text by its id."""
_PERSONAL = ("given_name", "family_name", "postal_code", "comment")

_ROWS = (
    select(
        Signature.id,
        Signature.uid,
        func.substr(cast(Signature.confirmed_at, String), 1, 10).label("confirmed_on"),  # the database's clock is UTC
        Signature.country,
        Signature.given_name,
        Signature.family_name,
        Signature.postal_code,
        Signature.comment,
        Signature.deliver_name,
        Signature.show_name,
        Signature.text_id,
    )
    .where(
        Signature.petition_id == bindparam("petition"),
        Signature.status == Status.CONFIRMED.value,
        Signature.id > bindparam("after"),
    )
    .order_by(Signature.id)
    .limit(BATCH)
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of the file and how many signatures it holds."""

    data: bytes
    rows: int


def count_rows(connection: Connection, petition_id: int) -> int:
    """How many rows an export of this moment has. Reads the index, not the people."""
    query = select(func.count()).where(Signature.petition_id == petition_id, Signature.status == Status.CONFIRMED.value)
    return int(connection.execute(query).scalar_one())


def csv_chunks(engine: Engine, vault: Vault, petition_id: int) -> Iterator[Chunk]:
    """The file in pieces of some hundred kilobytes; memory does not grow with the number of signatures.

    Rows come in the order they were given, in short reads: signatures withdrawn meanwhile are left out.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    number = 0
    openers = [vault.opener(f"signatures.{name}") for name in _PERSONAL]
    for rows, texts in _batches(engine, petition_id):
        writer.writerows(_cells(openers, number, row, texts) for number, row in enumerate(rows, start=number + 1))
        number += len(rows)
        yield Chunk(_take(buffer), len(rows))
    if number == 0:
        yield Chunk(_take(buffer), 0)


def _batches(engine: Engine, petition_id: int) -> Iterator[tuple[list[Any], Texts]]:
    after = 0
    while True:
        with engine.connect() as connection:
            rows = list(connection.execute(_ROWS, {"petition": petition_id, "after": after}))
            texts = _texts(connection, petition_id)  # each time: a version may be added while the list is written
        if not rows:
            return
        yield rows, texts
        after = rows[-1].id


def _cells(openers: list[Opener], number: int, row: Any, texts: Texts) -> tuple[object, ...]:
    _id, uid, day, country, given, family, postal, comment, deliver, show, text_id = row
    personal = ("", "", "", "")
    if deliver:
        names, families, postals, comments = openers
        personal = (
            guard(names(uid, given)),
            guard(families(uid, family)),
            guard(postals(uid, postal)),
            guard(comments(uid, comment)),
        )
    return (number, day, country, *personal, "yes" if deliver else "no", "yes" if show else "no", *texts[text_id])


def _texts(connection: Connection, petition_id: int) -> Texts:
    query = select(PetitionText).where(PetitionText.petition_id == petition_id)
    return {row.id: (row.language, row.version, row.sha256) for row in connection.execute(query)}


def _take(buffer: io.StringIO) -> bytes:
    data = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return data
