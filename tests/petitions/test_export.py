"""The list of confirmed signatures: what goes in comes out, in any script, in flat memory, and never a formula."""

import csv
import io
import tracemalloc

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from campaign.db import atomic, store
from campaign.db.base import table_of
from campaign.kit import clock, tokens
from campaign.kit.csv_cells import unguard
from campaign.people import service as people
from campaign.people.models import Person
from campaign.petitions import service
from campaign.petitions.export import BATCH, COLUMNS, count_rows, csv_chunks
from campaign.petitions.models import PetitionText, Signature, Status
from tests.factories import Signing

PERSONAL = ("given_name", "family_name", "postal_code", "comment")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
anything = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.sampled_from(['=HYPERLINK("http://evil.example")', "+1", "-1", "@SUM(A1)", "'", "''x", '"', "a,b", "a\r\nb"]),
    st.text(";\t\r\n '\"=+-@＝a", max_size=8),
    st.builds(
        lambda start, rest: start + rest, st.sampled_from([*FORMULA, "'", '"', "＝"]), st.text("a=,\"'\n", max_size=5)
    ),
)


@pytest.fixture
def signing(app):
    return Signing(app)


def exported(app, signing) -> bytes:
    with app.app_context():
        chunks = csv_chunks(store().engine, app.extensions["campaign.vault"], signing.target.petition_id)
        return b"".join(chunk.data for chunk in chunks)


def read(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))


def put(app, signing, people_rows) -> None:
    """Confirmed signatures in one go; each row may name any column."""
    vault, now, target = app.extensions["campaign.vault"], clock.now(), signing.target
    with app.app_context(), atomic() as session:
        connection = session.connection()
        persons, signatures = [], []
        first = signing.one("SELECT coalesce(max(id), 0) FROM persons") + 1
        for number, row in enumerate(people_rows, start=first):
            uid = tokens.new_uid()
            index = people.email_index(vault, target.campaign_id, f"{number}@example.org")
            persons.append({"id": number, "uid": uid, "campaign_id": target.campaign_id, "email_index": index,
                            "email": b"x", "language": "en", "created_at": now})  # fmt: skip
            sealed = {name: vault.seal_optional(f"signatures.{name}", uid, row.get(name, "")) for name in PERSONAL}
            rest = {k: v for k, v in row.items() if k not in PERSONAL}
            signatures.append({"uid": uid, "petition_id": target.petition_id, "person_id": number,
                               "text_id": target.text_id, "status": Status.CONFIRMED, "country": "DE",
                               "show_name": False, "deliver_name": True, "updates": False, "mails": 2, "reminders": 0,
                               "created_at": now, "confirmed_at": now, **sealed, **rest})  # fmt: skip
        connection.execute(insert(table_of(Person)), persons)
        connection.execute(insert(table_of(Signature)), signatures)


rows = st.lists(
    st.fixed_dictionaries(
        dict.fromkeys(PERSONAL, anything) | {"deliver_name": st.booleans(), "show_name": st.booleans()}
    ),
    min_size=1,
    max_size=12,
)


def test_whatever_was_stored_is_read_back_where_its_owner_agreed_and_nowhere_else(app, signing):
    @settings(
        max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate)
    )
    @given(rows)
    def check(given_rows):
        before = len(read(exported(app, signing)))
        put(app, signing, given_rows)
        found = read(exported(app, signing))[before:]
        assert len(found) == len(given_rows)
        for row, want in zip(found, given_rows, strict=True):
            assert row["deliver_name"] == ("yes" if want["deliver_name"] else "no")
            assert row["show_name"] == ("yes" if want["show_name"] else "no")
            for name in PERSONAL:
                assert unguard(row[name]) == (want[name] if want["deliver_name"] else "")

    check()


def test_the_file_is_what_rfc_4180_says(app, signing):
    put(app, signing, [{"comment": 'two\nlines, "quoted"', "given_name": "Жанна"}, {}, {"deliver_name": False}])
    data = exported(app, signing)
    lines = list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))
    assert lines[0] == list(COLUMNS)
    assert data.startswith(",".join(COLUMNS).encode() + b"\r\n")
    assert data.endswith(b"\r\n")
    assert {len(line) for line in lines} == {len(COLUMNS)}
    assert [line[0] for line in lines[1:]] == ["1", "2", "3"]
    assert b'"two\nlines, ""quoted"""' in data
    assert not data.startswith(b"\xef\xbb\xbf")


def test_each_row_names_the_text_that_was_signed(app, signing):
    signing.confirmed()
    (row,) = read(exported(app, signing))
    text = signing.rows("SELECT language, version, sha256 FROM petition_texts")[0]
    assert (row["text_language"], row["text_version"], row["text_sha256"]) == (
        text.language,
        str(text.version),
        text.sha256,
    )
    assert row["confirmed_on"] == f"{signing.now:%Y-%m-%d}"
    assert row["country"] == "DE"


def test_only_the_confirmed_are_in_it(app, signing):
    signing.confirmed("stays@example.org", given_name="Stays", deliver_name=True)
    signing.sign("pending@example.org", given_name="Pending", deliver_name=True)
    signing.act(service.withdraw, signing.confirmed("gone@example.org", given_name="Gone", deliver_name=True))
    put(app, signing, [{"given_name": "Invalid", "status": Status.INVALID}])
    assert [row["given_name"] for row in read(exported(app, signing))] == ["Stays"]
    with app.app_context(), store().engine.connect() as connection:
        assert count_rows(connection, signing.target.petition_id) == 1


def test_addresses_are_in_no_list(app, signing):
    signing.confirmed("secret-address@example.org", deliver_name=True, show_name=True, updates=True)
    assert b"@" not in exported(app, signing)


def test_an_empty_list_still_has_its_header(app, signing):
    assert exported(app, signing) == ",".join(COLUMNS).encode() + b"\r\n"


def test_a_text_version_made_while_the_list_is_written_does_not_break_it(app, signing):
    put(app, signing, [{}] * (BATCH + 1))
    with app.app_context():
        chunks = csv_chunks(store().engine, app.extensions["campaign.vault"], signing.target.petition_id)
        next(chunks)
        with atomic() as session:
            text = PetitionText(petition_id=signing.target.petition_id, language="en", version=2, title="t", body="b",
                                sha256="2" * 64, created_at=clock.now())  # fmt: skip
            session.add(text)
            session.flush()
            number = text.id
        put(app, signing, [{"text_id": number}])
        rest = b"".join(chunk.data for chunk in chunks)
    assert rest.endswith(b"2," + b"2" * 64 + b"\r\n")
    assert rest.count(b"\r\n") == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_memory_does_not_grow_with_the_list(app, signing):
    put(app, signing, [{"comment": "word " * 40}] * (2 * BATCH))
    small = _peak(app, signing)
    put(app, signing, [{"comment": "word " * 40}] * (3 * BATCH))
    assert _peak(app, signing) < 1.3 * small < 16_000_000


def _peak(app, signing) -> int:
    """The most bytes that were held at once while the whole list was written."""
    with app.app_context():
        tracemalloc.start()
        try:
            rows = sum(
                chunk.rows
                for chunk in csv_chunks(store().engine, app.extensions["campaign.vault"], signing.target.petition_id)
            )
            assert rows >= 2 * BATCH
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
