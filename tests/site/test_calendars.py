"""Birthdays and anniversaries of arrest: counted right, only for those in custody, and a feed that calendars read."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from sqlalchemy import update

from campaign.db import atomic
from campaign.kit import clock
from campaign.kit.partial_dates import PartialDate
from campaign.prisoners import birthdays, service
from campaign.prisoners.birthdays import Kind, Person
from campaign.prisoners.models import EventKind, Prisoner
from campaign.site import calendars
from tests.factories import Signing
from tests.prisoners.people import act, arrest, found, happening, made

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
FEED = "/calendar/birthdays.ics"


@pytest.fixture(autouse=True)
def held():
    """The tenth of May 2026, and nothing kept of other tests."""
    calendars._feeds.clear()
    with clock.following(lambda: NOW):
        yield


@pytest.fixture
def alone(app):
    """The application with no prisoner but those that the test makes in custody."""
    with app.app_context(), atomic() as session:
        session.execute(update(Prisoner).values(status="released"))
    return app


def person(born=None, detained=None):
    parse = PartialDate.parse_optional
    return Person(7, "ann", "Ann", parse(born), parse(detained), NOW)


def feed(client, query=""):
    """The events of the feed by UID, read by a calendar."""
    calendars._feeds.clear()
    answer = client.get(f"{FEED}{query or '?again'}")
    assert answer.status_code == 200
    events = Calendar.from_ical(answer.data).walk("VEVENT")
    by_uid = {str(event["UID"]): event for event in events}
    assert len(by_uid) == len(events)
    return by_uid


# --- counting ---------------------------------------------------------------------------------------


@given(st.dates(date(1900, 1, 1), date(2025, 12, 31)), st.integers(1901, 2099))
def test_an_anniversary_is_in_the_month_of_its_origin_and_counts_whole_years(born, year):
    (found,) = birthdays.in_month([person(str(born))], year, born.month) or [None]
    if year <= born.year:
        assert found is None
        return
    assert (found.kind, found.years, found.date.year, found.date.month) == (
        Kind.BIRTH,
        year - born.year,
        year,
        born.month,
    )
    assert found.date.day == born.day or (born.month, born.day, found.date.day) == (2, 29, 28)


@given(st.dates(date(1900, 1, 1), date(2025, 12, 31)), st.dates(date(2026, 1, 1), date(2090, 1, 1)))
def test_every_birthday_comes_once_in_a_year_of_days(born, first):
    last = (
        date(first.year + 1, 1, 1)
        if (first.month, first.day) == (1, 1)
        else first.replace(year=first.year + 1, day=min(first.day, 28))
    )
    assert len(birthdays.between([person(str(born))], first, last)) in (1, 2)
    assert all(first <= each.date <= last for each in birthdays.between([person(str(born))], first, last))


@pytest.mark.parametrize(("year", "day"), [(2026, 28), (2028, 29)])
def test_who_was_born_on_29_february_has_a_birthday_every_year(year, day):
    (only,) = birthdays.in_month([person("1984-02-29")], year, 2)
    assert only.date == date(year, 2, day)


def test_a_month_without_a_day_is_listed_last_and_a_bare_year_not_at_all():
    people = [person("1985-05"), person("1990-05-30?"), person("1970"), person(None, "2020-05-31")]
    listed = birthdays.in_month(people, 2026, 5)
    assert [(each.date, each.years, each.certain) for each in listed] == [
        (date(2026, 5, 30), 36, False),
        (date(2026, 5, 31), 6, True),
        (None, 41, True),
    ]
    assert [each.years for each in birthdays.between(people, date(2026, 5, 1), date(2026, 5, 31))] == [36, 6]


def test_the_year_of_the_arrest_itself_is_no_anniversary():
    assert birthdays.in_month([person(None, "2026-05-30")], 2026, 5) == []


# --- the page ---------------------------------------------------------------------------------------


def test_the_coming_weeks_say_who_turns_what_and_who_is_in_prison_how_long(alone, client):
    slug = made(alone, "Ann Invented", arrest("2021-06-02"), born="1985-05-17")
    made(alone, "Later Invented", arrest("2021-09-02"), born="1985-08-17")
    page = client.get("/birthdays").text
    assert f'href="/prisoners/{slug}"' in page
    assert "turns 41" in page
    assert "17 May 2026" in page
    assert "in detention for 5 years" in page
    assert "2 June 2026" in page
    assert "Later Invented" not in page


def test_a_month_has_a_page_of_its_own_next_year_if_it_is_over_here(alone, client):
    made(alone, "Ann Invented", arrest("2021-02-02"), born="1985-02")
    page = client.get("/birthdays?month=2").text
    assert "February 2027" in page
    assert "turns 42" in page
    assert "the day is not known" in page
    assert "in detention for 6 years" in page
    assert "Ann Invented" not in client.get("/birthdays?month=3").text


def test_a_month_with_hundreds_has_pages(alone, client, monkeypatch):
    monkeypatch.setattr(calendars, "ON_A_PAGE", 1)
    for name in ("Ann Invented", "Bea Invented"):
        made(alone, name, arrest("2021-02-02"), born="1985-05-17")
    first, second = (client.get(f"/birthdays?page={page}").text for page in (1, 2))
    assert "Ann Invented" in first
    assert "page=2" in first
    assert "Bea Invented" in second
    assert client.get("/birthdays?page=3").status_code == 404


@pytest.mark.parametrize("query", ["month=13", "month=x", "page=0", "page=-1", "page=x", "page=99999", "campaign=none"])
def test_what_is_not_there_is_not_found(client, query):
    assert client.get(f"/birthdays?{query}").status_code == 404


def test_without_anybody_the_page_says_so(alone, client):
    assert "No birthday or anniversary is known" in client.get("/birthdays").text


# --- the feed ---------------------------------------------------------------------------------------


def test_a_calendar_reads_whole_days_with_ages_that_take_no_time(alone, client):
    slug = made(alone, "Ann; Invented, née Ünknown" + " long" * 20, arrest("2020-10-02"), born="1985-05-17")
    events = feed(client)
    (birth,) = [event for uid, event in events.items() if uid.startswith("birth-") and "-2026@" in uid]
    assert birth["DTSTART"].params["VALUE"] == "DATE"
    assert (birth["DTSTART"].dt, birth["DTEND"].dt) == (date(2026, 5, 17), date(2026, 5, 18))
    assert birth["SUMMARY"] == f"Ann; Invented, née Ünknown{' long' * 20} turns 41"
    assert birth["URL"] == birth["DESCRIPTION"] == f"http://localhost/prisoners/{slug}"
    assert (birth["TRANSP"], birth["CATEGORIES"].cats) == ("TRANSPARENT", ["Birthday"])
    said = sorted(str(event["SUMMARY"]).rsplit("long ")[-1] for event in events.values())
    assert said == [
        *(f"in detention for {years} years" for years in (5, 6, 7)),
        *(f"turns {age}" for age in (40, 41, 42)),
    ]


def test_the_feed_is_named_typed_and_tells_how_often_to_come(alone, client):
    answer = client.get(FEED)
    assert answer.content_type == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.data)
    assert calendar["X-WR-CALNAME"] == "Birthdays of political prisoners"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT12H" in answer.data
    assert b"\n" not in answer.data.replace(b"\r\n", b"")
    assert max(len(line) for line in answer.data.split(b"\r\n")) <= 75


def test_nothing_changed_gives_the_same_bytes_even_on_another_day(alone, client):
    made(alone, "Ann Invented", arrest("2020-10-02"), born="1985-05-17")
    first = client.get(FEED).data
    with clock.following(lambda: NOW.replace(month=8)):
        calendars._feeds.clear()
        assert client.get(f"{FEED}?again").data == first


def test_another_name_and_slug_keep_the_uid_and_give_a_new_stamp(alone, client):
    slug = made(alone, "Ann Invented", arrest("2020-10-02"), born="1985-05-17")
    before = feed(client)
    later = NOW.replace(day=11)
    with clock.following(lambda: later), alone.app_context(), atomic() as session:
        service.change_slug(session, found(session, slug), "another", act())
    after = feed(client, "?again=2")
    assert set(after) == set(before)
    assert {event["DTSTAMP"].dt for event in after.values()} == {later}
    assert {str(event["URL"]) for event in after.values()} == {"http://localhost/prisoners/another"}


def test_only_exact_days_of_people_in_custody_who_are_shown_are_in_the_feed(alone, client):
    made(alone, "Month Only", arrest("2020-10"), born="1985-05")
    gone = {
        "Free Invented": EventKind.RELEASE, "Exiled Invented": EventKind.EXILE, "Dead Invented": EventKind.DEATH,
    }  # fmt: skip
    for name, kind in gone.items():
        made(alone, name, arrest("2020-10-02"), happening(kind, "2025-12-13"), born="1985-05-17")
    hidden = made(alone, "Hidden Invented", arrest("2020-10-02"), born="1985-05-17")
    with alone.app_context(), atomic() as session:
        service.hide(session, found(session, hidden), act())
    assert feed(client) == {}
    page = client.get("/birthdays?month=5").text
    assert "Month Only" in page
    assert not any(name in page for name in (*gone, "Hidden Invented"))


def test_a_campaigns_feed_holds_its_own_people(alone, client):
    campaign = Signing(alone).target.campaign_id
    made(alone, "Ann Invented", arrest("2020-10-02"), born="1985-05-17", campaign_id=campaign)
    made(alone, "Bea Invented", arrest("2020-10-02"), born="1985-05-17")
    names = {
        str(event["SUMMARY"]).split(" turns")[0].split(" in ")[0]
        for event in feed(client, "?campaign=free-viasna").values()
    }
    assert names == {"Ann Invented"}
    assert "Bea" not in client.get("/birthdays?campaign=free-viasna").text
    assert client.get(f"{FEED}?campaign=none").status_code == 404


def test_a_crowd_gets_a_feed_that_looks_less_far_ahead(alone, client, monkeypatch):
    monkeypatch.setattr(calendars, "MOST_EVENTS", 3)
    for month in range(1, 13):
        made(alone, f"Person {month}", arrest("2021"), born=f"1985-{month:02}-17")
    assert [event["DTSTART"].dt for event in feed(client).values()] == [date(2026, month, 17) for month in (4, 5, 6)]
