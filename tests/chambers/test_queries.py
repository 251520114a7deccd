"""Who sits where now: while typing, by name, by mailbox."""

from datetime import date

import pytest

from campaign.chambers import queries
from campaign.chambers.models import Member
from campaign.db import db
from tests.chambers.bringing import TODAY, bring
from tests.chambers.rosters import document, encoded, membership, person


@pytest.fixture
def chamber_id(app):
    """A chamber with names of many kinds; number 5 left, number 6 will come."""
    persons = [
        person(1, "Valiantsin Stefanovic", other_names=[{"lang": "ru", "name": "Валентин Стефанович"}]),
        person(2, "Anna Maria Silva", given_name="Anna Maria"),
        person(3, "Anna Silva", email="a.silva+office@assembly.example.ee"),
        person(4, "Σοφία Παππά", family_name="Παππά"),
        person(5, "Anna Left"),
        person(6, "Anna Tocome"),
        person(7, "Cher", email=None),
    ]
    memberships = [
        membership(1),
        membership(2),
        membership(2, "term/1", end_date="2014"),
        membership(3, party="BLUE"),
        membership(4, party="BLUE"),
        membership(5, end_date="2026-05-30"),
        membership(6, start_date="2026-06-01"),
        membership(7),
    ]
    said = document(persons=persons, memberships=memberships)
    said["organizations"][0]["other_names"] = [{"lang": "de", "name": "Versammlung"}]
    said["organizations"][2]["other_names"] = [{"lang": "de", "name": "Die Blauen"}]
    return bring(app, encoded(said)).chambers[0].row.id


@pytest.fixture
def session(app, chamber_id):
    with app.app_context():
        yield db.session()
        db.session.rollback()


def test_members_are_found_while_typing_in_any_script_and_spelling(session, chamber_id):
    def names(text, **narrowed):
        return [seat.name for seat in queries.search_members(session, text, TODAY, "en", **narrowed)]

    assert names("stef") == names("Стеф") == names("VALIAN stefanovič") == ["Valiantsin Stefanovic"]
    assert names("anna sil") == ["Anna Silva", "Anna Maria Silva"]
    assert names("παππα") == ["Σοφία Παππά"]
    assert names("Stefonovich") == ["Valiantsin Stefanovic"], "nobody has such a word; this one is like it"
    assert names("left") == names("tocome") == [], "they do not sit now"
    assert names("anna", limit=1) == names("anna")[:1]
    assert names("anna", chamber_id=chamber_id) == names("anna")
    assert names("anna", chamber_id=chamber_id + 99) == []
    assert names("") == names("'  ") == names("x" * 10_000) == names("a\0b %_") == []


def test_a_seat_tells_chamber_and_party_in_the_readers_language(session):
    (seat,) = queries.search_members(session, "pappa", TODAY, "de")
    assert (seat.chamber, seat.party, seat.country, seat.area) == ("Versammlung", "Die Blauen", "EE", "North")
    assert (seat.given_name, seat.family_name, seat.until) == ("Σοφία", "Παππά", None)
    (seat,) = queries.search_members(session, "stef", TODAY, "en")
    assert (seat.chamber, seat.party, seat.given_name, seat.family_name) == (
        "Assembly",
        "Red Group",
        "Valiantsin",
        "Stefanovic",
    )


def test_a_name_finds_those_who_bear_it(session):
    def named(given, family):
        return [(seat.name, seat.until) for seat in queries.named(session, given, family, "en")]

    assert named("Стефанович", "Валентин") == [("Valiantsin Stefanovic", None)]
    assert named("Anna", "Silva") == [("Anna Silva", None)], "the one who bears just this name"
    assert named("Maria", "Silva") == [("Anna Maria Silva", None), ("Anna Maria Silva", date(2014, 12, 31))]
    assert named("Anna", "Left") == [("Anna Left", date(2026, 5, 30))]
    assert named("Cher", "–") == named("", "Cher") == [("Cher", None)]
    assert named("Anna", "") == named("Silva", "") == named("", "") == named("Anna", "Stefanovic") == []


def test_a_members_seat_is_that_of_today_else_the_last(session):
    def until(name):
        member = session.query(Member).filter_by(name=name).one()
        return queries.seat(session, member.id, TODAY, "en").until

    assert until("Anna Maria Silva") is None
    assert until("Anna Left") == date(2026, 5, 30)
    assert queries.seat(session, 10**6, TODAY, "en") is None


def test_mailboxes_lead_to_members_and_domains_to_chambers(session, chamber_id):
    (silva,) = queries.members_with_mailbox(session, "a.silva@assembly.example.ee")
    assert session.get(Member, silva).name == "Anna Silva"
    assert queries.members_with_mailbox(session, "") == []
    assert queries.official_chambers(session, "mail.assembly.example.ee") == [chamber_id]
    assert queries.official_chambers(session, "example.ee") == queries.official_chambers(session, "ee") == []
    assert "assembly.example.ee" in queries.official_domains(session)


def test_chambers_are_offered_by_country_and_name(session, chamber_id):
    found = queries.choices(session, "de")
    assert (chamber_id, "Versammlung", "EE") in found
    (overview,) = [each for each in queries.overview(session, TODAY, "en") if each.id == chamber_id]
    assert (overview.sitting, overview.official, overview.waiting) == (5, ("assembly.example.ee",), ())


def test_a_page_of_members_and_what_is_searched_there(session, chamber_id):
    page = queries.sitting(session, chamber_id, "", TODAY, "en", page=99)
    assert (page.total, page.page, page.pages, len(page.seats)) == (5, 1, 1, 5)
    assert [seat.name for seat in queries.sitting(session, chamber_id, "pap", TODAY, "en").seats] == ["Σοφία Παππά"]
    assert queries.sitting(session, chamber_id, "'", TODAY, "en").total == 0
