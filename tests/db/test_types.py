"""Moments are aware and in UTC, whatever the database keeps of them; some failures are the database's, some ours."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, ProgrammingError, StatementError

from campaign.db import DatabaseGone, UtcDateTime, is_unavailable, store

table = Table("moments", MetaData(), Column("id", Integer, primary_key=True), Column("at", UtcDateTime))


@pytest.fixture
def connection(app):
    with app.app_context(), store().engine.connect() as connection:
        table.create(connection)
        yield connection
        connection.rollback()


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-8))])
def test_a_moment_comes_back_as_the_same_moment_in_utc(connection, zone):
    moment = datetime(2026, 11, 22, 23, 59, 59, 123456, tzinfo=zone)
    connection.execute(insert(table).values(at=moment))
    (found,) = connection.execute(select(table.c.at)).scalars()
    assert found == moment
    assert found.utcoffset() == timedelta(0)


def test_nothing_stays_nothing(connection):
    connection.execute(insert(table).values(at=None))
    assert connection.execute(select(table.c.at)).scalars().all() == [None]


def test_moments_are_compared_as_moments(connection):
    east = timezone(timedelta(hours=9))
    connection.execute(insert(table).values(at=datetime(2026, 1, 1, 8, tzinfo=east)))
    query = select(table.c.id).where(table.c.at < datetime(2026, 1, 1, 0, 0, tzinfo=UTC))
    assert len(connection.execute(query).all()) == 1


def test_a_moment_without_time_zone_is_refused(connection):
    with pytest.raises(StatementError, match="without time zone"):
        connection.execute(insert(table).values(at=datetime(2026, 11, 22)))  # noqa: DTZ001 - what this is about


@pytest.mark.parametrize(
    ("error", "unavailable"),
    [
        (DatabaseGone("x"), True),
        (OperationalError("x", {}, Exception("locked")), True),
        (ProgrammingError("x", {}, Exception("no such table")), True),
        (IntegrityError("x", {}, Exception("unique")), False),
        (DataError("x", {}, Exception("null byte")), False),
        (ValueError("x"), False),
    ],
)
def test_a_database_that_refuses_the_data_is_not_unavailable(error, unavailable):
    assert is_unavailable(error) is unavailable
