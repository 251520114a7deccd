"""Rosters brought in once, twice, and newer ones: mandates end, members leave and come back, domains are told."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import select

from campaign.chambers import queries, service
from campaign.chambers.jobs import tell_of_offices
from campaign.chambers.models import Chamber, ChamberDomain, Mandate, Member, MemberKey, Party, Period, RosterImport
from campaign.chambers.rosters import writing
from campaign.chambers.rosters.listed import UnusableRoster
from campaign.chambers.service import Act
from campaign.chambers.signals import Consequence, OfficeChange, mandates_changed
from campaign.db import atomic, db
from campaign.db.base import table_of
from campaign.kit import clock
from tests.chambers.bringing import TODAY, bring, plan
from tests.chambers.rosters import CHAMBER, document, membership, person, table

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For rules that no database has a part in."""

TABLES = (Chamber, ChamberDomain, Party, Period, Member, MemberKey, Mandate)


def everything(app):
    """All rows of rosters, without the moments at which they were written."""
    with app.app_context():
        found = {}
        for model in TABLES:
            columns = [column for column in table_of(model).c if column.name not in {"updated_at", "created_at"}]
            found[model.__tablename__] = sorted(map(repr, db.session.execute(select(*columns))))
        db.session.rollback()
        return found


def sitting(app, slug="assembly"):
    """Names of those who sit in a chamber."""
    with app.app_context():
        chamber = queries.by_slug(db.session(), slug)
        return [seat.name for seat in queries.sitting(db.session(), chamber.id, "", TODAY, "en").seats]


def without(said, *numbers):
    """The file without the second term of some."""
    ids = {person(number)["id"] for number in numbers}
    gone = [
        each for each in said["memberships"] if each["person_id"] in ids and each["legislative_period_id"] == "term/2"
    ]
    return said | {"memberships": [each for each in said["memberships"] if each not in gone]}


@pytest.fixture
def told(app):
    """What the rooms above hear."""
    heard: list[OfficeChange] = []

    def hear(session, changes, now):
        heard.extend(changes)
        return [Consequence("%(count)s heard it", len(changes))]

    with mandates_changed.connected_to(hear):
        yield heard


def test_a_second_time_changes_nothing(app, told):
    first = bring(app, document())
    (chamber,) = first.chambers
    assert (chamber.slug, chamber.country, chamber.counts["new"], chamber.counts["mandates_new"]) == (
        "assembly",
        "EE",
        8,
        9,
    )
    assert len(sitting(app)) == 8
    before = everything(app)
    again = bring(app, document())
    assert not again.changes
    assert not again.members
    assert everything(app) == before
    assert told == []
    with app.app_context():
        done = queries.imports_of(db.session(), chamber.row.id)
        assert [each.summary["changes"] for each in done] == [False, True]
        mandates = {(each.member_id, each.period.name): each.until for each in db.session.scalars(select(Mandate))
                    if each.chamber_id == chamber.row.id}  # fmt: skip
        assert sorted(filter(None, mandates.values())) == [date(2015, 3, 1)]


def test_a_newer_file_ends_what_ended_for_whatever_reason(app, told):
    bring(app, document(range(1, 12)))
    ids = [each.id for each in _members(app)]
    newer = without(document(range(1, 12)), 3)
    newer["memberships"][1]["end_date"] = "2026-05-30"
    newer["persons"][3]["death_date"] = "2026-04"
    done = bring(app, newer, as_of=date(2026, 5, 20))
    expected = {ids[1]: date(2026, 5, 30), ids[2]: date(2026, 5, 19), ids[3]: date(2026, 4, 30)}
    assert {each.member_id: each.left_on for each in told} == expected
    assert sorted(name for _, name, _ in done.chambers[0].left) == [
        "Given2 Family2",
        "Given3 Family3",
        "Given4 Family4",
    ]
    with app.app_context():
        record = db.session.scalars(select(RosterImport).order_by(RosterImport.id.desc())).first()
        assert record.summary["consequences"] == [["%(count)s heard it", 3]]
        assert {seat.name: seat.until for seat in queries.named(db.session(), "Given2", "Family2", "en")} == {
            "Given2 Family2": date(2026, 5, 30)
        }
    told.clear()
    bring(app, document(range(1, 12)))
    # A file that says nothing of a death does not raise the dead.
    assert {each.member_id: each.left_on for each in told} == {ids[1]: None, ids[2]: None}


def test_a_newer_term_ends_the_one_before_and_nobody_re_elected_leaves(app, told):
    bring(app, document())
    newer = document()
    newer["events"].append(
        {"id": "term/3", "name": "Third", "classification": "legislative period", "start_date": "2026-05-01"}
    )
    newer["memberships"] = [membership(number, "term/3") for number in (1, 2, 9)]
    newer["persons"].append(person(9))
    done = bring(app, newer)
    assert done.chambers[0].missing == []
    assert sitting(app) == ["Given1 Family1", "Given2 Family2", "Given9 Family9"]
    assert len(told) == 6
    assert {each.left_on for each in told} == {date(2026, 4, 30)}


def test_whoever_still_sits_in_another_chamber_did_not_leave(app, told):
    def said(*, moved):
        house = {"id": "h", "name": "House", "classification": "chamber", "country": "PL"}
        senate = {"id": "s", "name": "Senate", "classification": "chamber", "country": "PL"}
        memberships = [{"person_id": "1", "organization_id": "s"}, {"person_id": "2", "organization_id": "h"}]
        memberships.append({"person_id": "1", "organization_id": "h"} | ({"end_date": "2020"} if moved else {}))
        persons = [{"id": "1", "name": "Jo Baker"}, {"id": "2", "name": "Ann Cook"}]
        return {"persons": persons, "organizations": [house, senate], "memberships": memberships}

    bring(app, said(moved=False))
    bring(app, said(moved=True))
    assert told == []
    assert (sitting(app, "house"), sitting(app, "senate")) == (["Ann Cook"], ["Jo Baker"])


def test_a_file_that_lacks_most_of_the_chamber_is_refused_unless_they_are_said_to_have_left(app):
    bring(app, document())
    few = without(document(), 1, 2, 3, 4, 5)
    before = everything(app)
    with pytest.raises(UnusableRoster) as problem:
        bring(app, few)
    assert (problem.value.code, problem.value.values["missing"], problem.value.values["present"]) == (
        "members_missing",
        "5",
        "8",
    )
    assert everything(app) == before
    assert len(bring(app, few, missing_have_left=True).chambers[0].left) == 5


def test_nobody_leaves_because_the_file_could_not_be_read(app, told):
    bring(app, document())
    said = document()
    said["persons"][0]["name"] = "x" * 5000
    said["memberships"][1]["role"] = []
    said["memberships"][2]["organization_id"] = None
    done = bring(app, said)
    assert len([each for each in done.findings if each.kind == "refused"]) >= 3
    rows = [{"name": f"Given{number} Family{number}", "chamber": "Assembly", "start": "2015"} for number in range(1, 9)]
    rows[4]["start"] = "2.30.2015"
    done = bring(app, table(*rows), country="EE")
    assert [each.code for each in done.findings] == ["bad_date"]
    assert told == []


@on_sqlite
def test_an_older_file_does_not_undo_a_newer_one(app):
    bring(app, document(), as_of=date(2026, 5, 2))
    with pytest.raises(UnusableRoster) as problem:
        plan(app, document(), as_of=date(2026, 5, 1))
    assert problem.value.code == "older"
    assert not bring(app, document()).changes, "nobody said of which day it is"
    with pytest.raises(UnusableRoster) as problem:
        plan(app, document(), as_of=date(2026, 6, 1))
    assert problem.value.code == "future"


def test_an_import_that_was_interrupted_is_finished_by_another(app, told):
    made = plan(app, document())
    with app.app_context(), atomic() as session:
        service.write_chambers(session, made, Act("test", clock.now()))
    with app.app_context(), atomic() as session:
        service.write_members(session, made.members[:3], Act("test", clock.now()))
    again = bring(app, document())
    assert again.chambers[0].counts["new"] == 5
    assert not plan(app, document()).changes
    assert len(sitting(app)) == 8
    assert told == []


@pytest.mark.parametrize("form", ["popolo", "csv"])
def test_what_is_exported_and_brought_in_again_changes_nothing(app, form):
    bring(app, document())
    said = without(document(), 2)
    said["persons"][0] |= {
        "other_names": [{"lang": "ru", "name": "Имя Один"}],
        "sort_name": "Family1, Given1",
        "born": "x",
    }
    said["organizations"].append({"id": "c", "name": "Committee", "classification": "committee"})
    said["memberships"].append({"person_id": person(1)["id"], "organization_id": "c"})
    chamber_id = bring(app, said).chambers[0].row.id
    before = everything(app)
    with app.app_context():
        text = "".join(writing.FORMS[form](db.session(), chamber_id))
        db.session.rollback()
    again = bring(app, text.encode())
    assert not again.changes
    assert again.findings == []
    assert everything(app) == before
    if form == "popolo":
        written = json.loads(text)
        assert written["meta"] == said["meta"]
        assert {each["id"] for each in written["events"]} == {each["id"] for each in said["events"]}
        assert {each["id"] for each in written["organizations"]} == {each["id"] for each in said["organizations"]}
        assert next(each for each in written["persons"] if each["name"] == "Given1 Family1")["born"] == "x"


def test_a_table_goes_on_where_another_file_began(app, told):
    bring(app, document())
    rows = [
        {"name": f"Given{number} Family{number}", "group": "Red Group", "chamber": "ASSEMBLY"}
        for number in (1, 2, 3, 5, 7)
    ]
    rows.append({"name": "Ann Cook", "group": "Green Group", "chamber": "ASSEMBLY"})
    done = bring(app, table(*rows), country="EE")
    assert sitting(app) == [
        "Ann Cook",
        "Given1 Family1",
        "Given2 Family2",
        "Given3 Family3",
        "Given5 Family5",
        "Given7 Family7",
    ]
    assert done.chambers[0].counts["new"] == 1
    assert len(told) == 3
    assert not plan(app, table(*rows), country="EE").changes
    with app.app_context():
        (second,) = queries.search_members(db.session(), "family2", TODAY, "en")
        assert (second.party, second.email) == ("Red Group", "given2.family2@assembly.example.ee")


@on_sqlite
def test_ids_that_are_not_unique_in_the_world_are_made_so(app):
    rows = [{"id": "1", "name": "Jo Baker", "chamber": "House"}, {"id": "2", "name": "Ann Cook", "chamber": "House"}]
    bring(app, table(*rows), country="PL")
    rows = [{"id": "1", "name": "Ned Dean", "chamber": "House"}, {"id": "2", "name": "Eve Fox", "chamber": "House"}]
    bring(app, table(*rows), country="GB")
    assert (sitting(app, "house"), sitting(app, "house-gb")) == (["Jo Baker", "Ann Cook"], ["Ned Dean", "Eve Fox"])


@on_sqlite
def test_a_country_that_nothing_tells_has_to_be_given(app):
    rows = [{"name": "Jo Baker", "email": "jo@house.example", "chamber": "House"}]
    with pytest.raises(UnusableRoster) as problem:
        plan(app, table(*rows))
    assert (problem.value.code, problem.value.values) == ("no_country", {"chamber": "House"})
    assert plan(app, table(*rows), country="pl").chambers[0].country == "PL"
    rows[0]["email"] = "jo@parliament.uk"
    assert plan(app, table(*rows)).chambers[0].country == "GB"


def _domains(app, said, **wishes):
    (chamber,) = plan(app, said, **wishes).chambers
    return {each.domain: each.official for each in chamber.domains}


@on_sqlite
def test_which_domains_are_the_chambers_own(app):
    def said(*emails, parties="RB"):
        rows = [
            {
                "name": f"G{at} F{at}",
                "email": email,
                "party": parties[at % len(parties)],
                "chamber": "House",
                "country": "PL",
            }
            for at, email in enumerate(emails)
        ]
        return table(*rows)

    house, red = [f"{at}@house.example" for at in range(4)], [f"{at}@red.example" for at in range(4)]
    assert _domains(app, said(*house)) == {"house.example": True}
    assert _domains(app, said(*house[:2])) == {"house.example": False}, "too few"
    assert _domains(app, said(*house[:3], *(f"{at}@x{at}.example" for at in range(7))))["house.example"] is False
    assert _domains(app, said(*house, parties="R")) == {"house.example": True}, "there is only one party"
    mixed = [each for pair in zip(red, house, strict=True) for each in pair]
    assert _domains(app, said(*mixed, parties="RB")) == {"house.example": False, "red.example": False}
    assert _domains(app, said(*(f"{at}@gmail.com" for at in range(4)), *(f"{at}@gov.pl" for at in range(4)))) == {}
    assert _domains(app, said("0@x.example"), domains=("house.example",)) == {"x.example": False, "house.example": True}
    with pytest.raises(UnusableRoster):
        plan(app, said("0@x.example"), domains=("gmail.com",))


def test_what_an_organiser_decided_no_file_changes(app):
    chamber_id = bring(app, document()).chambers[0].row.id
    act = Act("test", clock.now())
    with app.app_context(), atomic() as session:
        chamber = session.get_one(Chamber, chamber_id)
        assert service.set_domain(session, chamber, "assembly.example.ee", act, official=False)
        assert not service.set_domain(session, chamber, "assembly.example.ee", act, official=False)
        assert service.set_domain(session, chamber, "xn--80aapwghijx.xn--j1amh", act, official=True)
        with pytest.raises(service.UnsuitableDomain):
            service.set_domain(session, chamber, "mail.ru", act, official=True)
    bring(app, document())
    with app.app_context():
        assert queries.official_chambers(db.session(), "assembly.example.ee") == []
        assert queries.official_chambers(db.session(), "x.xn--80aapwghijx.xn--j1amh") == [chamber_id]
        assert queries.official_chambers(db.session(), "xn--80aapwghijx.xn--j1amh.evil.example") == []
    with app.app_context(), atomic() as session:
        assert service.drop_domain(session, session.get_one(Chamber, chamber_id), "assembly.example.ee", act)
    bring(app, document())
    with app.app_context():
        assert queries.official_chambers(db.session(), "mail.assembly.example.ee") == [chamber_id]


def test_a_mandate_that_ends_on_a_known_day_is_told_of_when_it_has_come(app, told):
    said = document()
    today = clock.now().date()
    said["memberships"][0]["end_date"] = today.replace(year=today.year - 1).isoformat()
    member_id = _brought_before_its_end(app, said)
    with app.app_context():
        tell_of_offices()
    assert OfficeChange(member_id, today) not in told
    with app.app_context(), atomic() as session:
        mandate = session.scalars(
            select(Mandate).where(Mandate.member_id == member_id, Mandate.end.is_not(None))
        ).first()
        mandate.until = today.fromordinal(today.toordinal() - 1)
    with app.app_context():
        tell_of_offices()
    assert [each.left_on for each in told if each.member_id == member_id] == [today.fromordinal(today.toordinal() - 1)]


def _brought_before_its_end(app, said):
    bring(app, said)
    return _members(app)[0].id


def _members(app):
    with app.app_context():
        query = (
            select(Member).join(Mandate, Mandate.member_id == Member.id).join(Chamber, Chamber.id == Mandate.chamber_id)
        )
        return list(db.session.scalars(query.where(Chamber.source_id == CHAMBER).order_by(Member.id).distinct()))
