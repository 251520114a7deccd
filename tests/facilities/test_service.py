"""Facilities found or made, their addresses over time, and two that turn out to be one."""

from datetime import date

import pytest
from sqlalchemy import event, select

from campaign.db import atomic, db, store
from campaign.facilities import queries, service
from campaign.facilities.models import Facility, ReturnEnvelope
from campaign.facilities.queries import Warn
from campaign.facilities.service import Rules, Wanted
from campaign.kit import clock
from campaign.kit.partial_dates import PartialDate
from campaign.prisoners import places
from campaign.prisoners.models import Event, EventKind, Prisoner
from campaign.prisoners.service import open_event, release_event
from tests.prisoners.people import act, arrest, happening, make

CYRILLIC = "ул. Длинная 3, 246000 Город"
LATIN = "Long street 3, 246000 Town"


@pytest.fixture
def session(app):
    with app.app_context(), atomic() as session:
        yield session


def find(session, name, **more):
    return service.find_or_make(session, name, now=clock.now(), **more)


def lines(facility):
    return [address.lines for address in facility.addresses]


def count(session):
    return len(session.scalars(select(Facility)).all())


def test_a_facility_is_made_once_and_found_by_every_way_to_write_it(session):
    before = count(session)
    first = find(session, "Prison № 77", country="BY")
    assert {find(session, name, country="BY").id for name in ("prison No. 77", "PRISON #77", "Prison-77")} == {first.id}
    assert count(session) == before + 1
    assert (first.title, first.slug) == ("Prison № 77", service.slugs.slug("Prison № 77"))


def test_the_same_name_in_another_country_is_another_place(session):
    here, there = find(session, "Prison 77", country="BY"), find(session, "Prison 77", country="AZ")
    assert here.id != there.id
    assert here.slug != there.slug
    assert find(session, "Prison 77", country="AZ").id == there.id


def test_a_country_that_was_not_known_is_filled_in_and_never_changed(session):
    first = find(session, "Prison 77")
    assert find(session, "Prison 77", country="BY").id == first.id
    assert first.country == "BY"
    assert find(session, "Prison 77").id == first.id
    assert find(session, "Prison 77", country="RU").id != first.id


def test_without_a_country_a_name_that_two_places_bear_is_a_third_one_and_stays_it(session):
    known = {find(session, "Prison 77", country=code).id for code in ("BY", "AZ")}
    unclear = find(session, "Prison 77")
    assert unclear.id not in known
    assert find(session, "Prison 77").id == unclear.id


def test_of_two_places_of_one_name_the_one_with_that_address_is_meant(session):
    find(session, "Prison 77", country="BY", address=LATIN)
    there = find(session, "Prison 77", country="RU", address="Other road 1")
    assert find(session, "Prison 77", address="1 other ROAD").id == there.id


def test_an_address_is_added_beside_the_others_and_only_once(session):
    facility = find(session, "Prison 77", address=LATIN, source="A list")
    for again in (LATIN, "246000 Town, Long Street, 3", ""):
        find(session, "Prison 77", address=again)
    assert lines(facility) == [LATIN]
    version = facility.version
    find(session, "Prison 77", address=CYRILLIC)
    find(session, "Prison 77", address="New road 1")
    assert lines(facility) == [LATIN, CYRILLIC, "New road 1"]
    assert [(a.script, a.source, a.valid_from) for a in facility.addresses[:2]] == [
        ("Latn", "A list", None),
        ("Cyrl", "", None),
    ]
    assert facility.version == version + 2


def test_hundreds_of_names_are_looked_up_in_a_few_queries(session):
    wanted = [Wanted(f"Colony No. {number % 150}", country="BY") for number in range(300)]
    first = service.find_or_make_many(session, wanted, now=clock.now())
    assert len({facility.id for facility in first}) == 150
    session.expire_all()
    asked = []

    def note(_connection, _cursor, statement, *_more):
        asked.append(statement)

    engine = store().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        again = service.find_or_make_many(session, wanted, now=clock.now())
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert [facility.id for facility in again] == [facility.id for facility in first]
    assert len(asked) <= 3


def test_a_further_name_finds_the_facility_too(session):
    facility = find(session, "Prison 77", country="BY")
    assert service.add_name(facility, "Турма 77", "be")
    assert service.add_name(facility, "Турма 77", "be") is None
    session.flush()
    assert find(session, "турма № 77", country="BY").id == facility.id
    assert facility.name("be") == "Турма 77"


def test_the_address_of_a_day_is_the_one_that_was_good_then_in_that_script(session):
    facility = find(session, "Prison 77")
    old = service.add_address(facility, "Old road 1")
    new = service.add_address(facility, "New road 2", valid_from=PartialDate.parse("2024-05"))
    service.add_address(facility, CYRILLIC)
    service.end_address(old, PartialDate.parse("2024-05"))
    session.flush()
    assert queries.address_on(facility, date(2023, 1, 1), "Latn") is old
    assert queries.address_on(facility, date(2024, 5, 9), "Latn") is new
    assert queries.address_on(facility, date(2025, 1, 1), "Latn") is new
    assert queries.address_on(facility, date(2025, 1, 1), "Cyrl").lines == CYRILLIC
    assert queries.address_on(facility, date(2025, 1, 1), "Geor") is None


def test_what_somebody_should_look_at_is_said(session):
    today = date(2026, 1, 1)
    facility = find(session, "Prison 77", country="BY")
    assert queries.warnings(facility, today) == [Warn.NO_ADDRESS]
    service.add_address(facility, LATIN)
    assert queries.warnings(facility, today) == [Warn.NO_OWN_SCRIPT]
    service.add_address(facility, CYRILLIC)
    assert queries.warnings(facility, today) == []
    service.add_address(facility, "Another road 1")
    assert queries.warnings(facility, today) == [Warn.SEVERAL]
    assert queries.warnings(find(session, "Prison 1", country="AZ", address="Road 1"), today) == []


def test_rules_are_set_and_read(session):
    facility = find(session, "Prison 77")
    rules = Rules(("be", "ru"), 4, ("freedom",), ReturnEnvelope.HARMFUL, date(2025, 1, 2))
    assert service.rules_of(facility) == Rules()
    service.set_rules(facility, rules)
    session.flush()
    session.expire_all()
    assert service.rules_of(facility) == rules


def test_two_that_are_one_become_one_and_everything_that_named_the_other_follows(app, session):
    vault, now = app.extensions["campaign.vault"], clock.now()
    keep = find(session, "Prison 77", country="BY", address=LATIN)
    other = find(session, "Prison Seventy-Seven", address=CYRILLIC)
    service.add_address(other, LATIN)
    service.set_rules(other, Rules(pages=4))
    session.flush()
    moved = happening(EventKind.TRANSFER, "2021-01-01", details={"facility": other.id})
    secret = happening(EventKind.TRANSFER, "2022-01-01", details={"facility": other.id}, public=False)
    elsewhere = happening(EventKind.TRANSFER, "2020-11-01", details={"facility": keep.id})
    prisoner = make(session, vault, "Ann Invented", arrest("2020-10-02"), elsewhere, moved, secret)
    assert prisoner.facility_id == other.id
    gone = other.id
    service.merge(session, vault, keep, other, now=now)
    session.expire_all()
    assert session.get(Facility, gone) is None
    assert session.get(Prisoner, prisoner.id).facility_id == keep.id
    events = session.scalars(select(Event).where(Event.prisoner_id == prisoner.id).order_by(Event.day)).all()
    assert [open_event(vault, each).details.get("facility") for each in events] == [None, keep.id, keep.id, keep.id]
    release_event(session, vault, prisoner, events[-1], act())
    assert prisoner.facility_id == keep.id
    assert [name.name for name in keep.names] == ["Prison 77", "Prison Seventy-Seven"]
    assert sorted(lines(keep)) == sorted([LATIN, CYRILLIC])
    assert keep.letter_pages == 4
    assert find(session, "prison seventy seven", country="BY").id == keep.id


def test_a_facility_is_not_merged_with_itself(app, session):
    facility = find(session, "Prison 77")
    with pytest.raises(service.SameFacility):
        service.merge(session, app.extensions["campaign.vault"], facility, facility, now=clock.now())


def test_names_that_hold_what_is_searched_are_listed(app, session):
    find(session, "Prison № 77", country="BY")
    find(session, "Lake colony 77")
    session.flush()
    found = queries.listed(db.session(), "prison 77")
    assert ([each.title for each in found.facilities], found.total, found.pages) == (["Prison № 77"], 1, 1)
    assert queries.listed(db.session(), "77").total == 2
    assert queries.listed(db.session(), "%").total == 0
    assert queries.listed(db.session(), "nothing like it", page=9).page == 1


def test_prisoners_are_counted_where_they_are_held(app, session):
    vault, here, empty = app.extensions["campaign.vault"], find(session, "Prison 77"), find(session, "Prison 78")
    moved = happening(EventKind.TRANSFER, "2021-01-01", details={"facility": here.id})
    freed = happening(EventKind.RELEASE, "2022-01-01")
    make(session, vault, "Ann Invented", arrest("2020-10-02"), moved)
    make(session, vault, "Bea Invented", arrest("2020-10-02"), moved, freed)
    assert places.held_in(session, [here.id, empty.id]) == {here.id: 1}
