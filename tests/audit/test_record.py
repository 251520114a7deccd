from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, delete, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from campaign.audit import queries, service, triggers
from campaign.audit.models import AuditEntry

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def engine(config):
    engine = create_engine(config.database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine):
    with Session(engine) as session:
        yield session


def record(session, subject="petition:1", campaign_id=1, **details):
    service.record(
        session,
        actor="organiser:7",
        action="petition.export",
        subject=subject,
        campaign_id=campaign_id,
        details=details,
        now=NOON,
    )


def test_an_entry_says_who_did_what_to_which_thing_and_when(session):
    record(session, rows=312)
    (entry,) = queries.latest(session)
    assert (entry.at, entry.actor, entry.action, entry.subject) == (
        NOON, "organiser:7", "petition.export", "petition:1",
    )  # fmt: skip
    assert entry.details == {"rows": 312}


def test_an_entry_can_be_written_through_a_plain_connection(engine):
    with engine.begin() as connection:
        record(connection, rows=1)
    with Session(engine) as session:
        assert len(queries.latest(session)) == 1


def test_an_entry_goes_with_the_transaction_it_tells_of(session):
    record(session)
    session.rollback()
    assert queries.latest(session) == []


def test_the_newest_come_first_and_can_be_narrowed(session):
    record(session, subject="petition:1", campaign_id=1)
    record(session, subject="petition:2", campaign_id=2)
    record(session, subject="organiser:1", campaign_id=None)
    subjects = [entry.subject for entry in queries.latest(session)]
    assert subjects == ["organiser:1", "petition:2", "petition:1"]
    assert [entry.subject for entry in queries.latest(session, campaign_ids=frozenset({2}))] == ["petition:2"]
    assert [entry.subject for entry in queries.latest(session, subject="petition:1")] == ["petition:1"]
    assert len(queries.latest(session, limit=1)) == 1


CHANGES = (update(AuditEntry).values(actor="nobody"), delete(AuditEntry))


def test_the_database_refuses_to_change_or_remove_an_entry(session):
    record(session)
    session.commit()
    for change in CHANGES:
        with pytest.raises(DatabaseError, match="only ever added"):
            session.execute(change)
        session.rollback()
    assert session.scalars(select(AuditEntry.actor)).all() == ["organiser:7"]


def test_a_table_made_from_the_model_is_guarded_too():
    assert triggers.SQLITE
    engine = create_engine("sqlite://")
    AuditEntry.__table__.create(engine)
    with Session(engine) as session:
        record(session)
        for change in CHANGES:
            with pytest.raises(DatabaseError, match="only ever added"):
                session.execute(change)
    engine.dispose()
