"""Rows that wait: kept once, sealed, decided once, remembered."""

from datetime import date

import pytest
from sqlalchemy import select

from campaign.db import atomic, db
from campaign.prisoners.importing import doubts, running
from campaign.prisoners.importing.matching import Decision
from campaign.prisoners.importing.record import Doubtful
from campaign.prisoners.models import Doubt, EventKind, Identifier, ImportRun, Prisoner
from campaign.prisoners.service import Act
from tests.prisoners.importing.bringing import List, event, open_doubts, record, tables
from tests.prisoners.people import made

LATER = date(2022, 9, 1)


@pytest.fixture
def watch(app):
    return List(app)


@pytest.fixture
def same_name(app, watch):
    """A row that may be somebody who is here; nothing decides."""
    made(app, "Maryna Zolak")
    row = record(1, "Maryna Zolak", key="1", born="1980-05-17", gender="female")
    watch.bring(row)
    return row


def test_a_row_waits_once_however_often_the_list_comes(app, watch, same_name):
    watch.bring(same_name, as_of=LATER)
    assert open_doubts(app) == 1


def test_what_waits_is_sealed(app, same_name):
    with app.app_context():
        kept = db.session.scalars(select(Doubt)).one()
        assert b"Zolak" not in kept.record
        assert b"1980" not in kept.record


def test_what_waits_comes_back_as_it_was_read(app, watch):
    made(app, "Maryna Zolak")
    told = (
        event(EventKind.ARREST, "2020-10?", url="https://watch.example/a", texts={"en": "Taken at work."}),
        event(EventKind.TRANSFER, at="Colony No. 4"),
        event(EventKind.HEALTH, "2021", public=False, texts={"en": "ill"}),
    )
    row = record(7, "Maryna Zolak", *told, key="1", names=("Марына",), about={"en": "A nurse."}, custody=True)
    watch.bring(row)
    with app.app_context():
        assert doubts.record_of(watch.vault, db.session.scalars(select(Doubt)).one()) == row


def test_this_person_gets_what_the_row_says_and_the_list_knows_him_from_now_on(app, watch, same_name):
    watch.decide(0, Decision.PERSON, "maryna-zolak")
    person = watch.person("maryna-zolak")
    assert (person["born"], person["gender"]) == ("1980-05-17", "female")
    before = tables(app)
    assert watch.bring(same_name) == {"unchanged": 1}
    assert tables(app) == before
    assert watch.bring(record(1, "Maryna Zolak", key="1", born="1980-05-17", gender="female", country="BY")) == {
        "changed": 1
    }


def test_somebody_new_is_another_profile(app, watch, same_name):
    watch.decide(0, Decision.NEW)
    assert watch.slugs() == ["maryna-zolak", "maryna-zolak-2"]
    assert watch.bring(same_name) == {"unchanged": 1}


def test_a_row_that_is_left_out_is_left_out_again_until_it_says_something_else(app, watch, same_name):
    watch.decide(0, Decision.LEAVE_OUT)
    before = tables(app)
    assert watch.bring(same_name, as_of=LATER) == {"left_out": 1}
    assert tables(app) == before
    assert watch.bring(record(1, "Maryna Zolak", key="1", born="1980-05-18")) == {"doubtful": 1}


def test_what_a_human_took_with_its_odd_date_is_not_asked_again_when_something_else_changes(watch):
    odd = {"key": "1", "doubts": (Doubtful("impossible_date", {"field": "born", "value": "1954-02-29"}),)}
    watch.bring(record(1, "Maryna Zolak", **odd))
    watch.decide(0, Decision.NEW)
    assert watch.bring(record(1, "Maryna Zolak", gender="female", **odd)) == {"changed": 1}
    other = {"key": "1", "doubts": (Doubtful("impossible_date", {"field": "born", "value": "1954-02-30"}),)}
    assert watch.bring(record(1, "Maryna Zolak", gender="female", **other)) == {"doubtful": 1}


def test_two_of_one_name_without_ids_can_both_be_made(app, watch):
    rows = record(1, "Maryna Zolak"), record(2, "Maryna Zolak", event(EventKind.ARREST, "2021-01-01"))
    watch.bring(*rows)
    watch.decide(0, Decision.NEW)
    watch.decide(0, Decision.NEW)
    assert watch.slugs() == ["maryna-zolak", "maryna-zolak-2"]
    assert watch.bring(*rows) == {"unchanged": 2}
    with app.app_context():
        assert len(set(db.session.scalars(select(Identifier.key)))) == 2


def test_of_two_who_decide_at_once_the_second_is_refused_and_nothing_is_written(app, watch, same_name):
    with app.app_context():
        doubt = db.session.scalars(select(Doubt)).one()
        context = running.context_of(db.session.get(ImportRun, doubt.run_id))
        db.session.expunge_all()
    watch.decide(0, Decision.LEAVE_OUT)
    before = tables(app)
    act = Act("second", watch.now)
    with app.app_context(), pytest.raises(doubts.AlreadyDecided), atomic() as session:
        doubts.decide(session, watch.vault, doubt, Decision.NEW, None, context, act)
    assert tables(app) == before


def test_a_profile_that_is_gone_cannot_be_chosen(app, watch, same_name):
    with app.app_context():
        doubt = db.session.scalars(select(Doubt)).one()
        context = running.context_of(db.session.get(ImportRun, doubt.run_id))
        with pytest.raises(doubts.NoSuchPerson), atomic() as session:
            doubts.decide(session, watch.vault, doubt, Decision.PERSON, 99_999, context, Act("test", watch.now))
    assert open_doubts(app) == 1


def test_a_row_that_left_the_list_waits_no_longer_and_is_asked_again_when_it_is_back(app, watch, same_name):
    watch.bring(record(1, "Piotr Hrom", key="2"))
    assert open_doubts(app) == 0
    watch.bring(record(1, "Piotr Hrom", key="2"), same_name)
    assert open_doubts(app) == 1


def test_a_run_that_was_interrupted_closes_no_doubt(app, watch, same_name):
    watch.bring(record(1, "Piotr Hrom", key="2"), same_name, chunk=1, stop_after=1)
    assert open_doubts(app) == 1


def test_doubts_are_counted_by_list(app, watch, same_name):
    List(app, "another").bring(record(1, "Maryna Zolak", key="x"))
    with app.app_context():
        assert doubts.count_open(db.session()) == {"another": 1, "wl": 1}
        assert [each.list_name for each in doubts.open_ones(db.session(), list_name="wl")] == ["wl"]
        assert len(db.session.scalars(select(Prisoner).where(Prisoner.slug.startswith("maryna"))).all()) == 1
