"""Files that are made, or broken, so that reading them takes for ever or fills the disk."""

import json
from collections import Counter

import pytest
from sqlalchemy import select

from campaign.chambers.models import RosterImport
from campaign.chambers.rosters.listed import MOST_MANDATES
from campaign.chambers.rosters.opening import read_roster
from campaign.db import db
from tests.chambers.bringing import bring
from tests.chambers.rosters import document, membership, person

MANY = 10_000


def by_id():
    return "id,name,area,term\n" + "".join(f"1,Vacant Seat,a{n},t{n}\n" for n in range(MANY))


def by_name():
    return "name,area,term\n" + "".join(f"Vacant Seat,a{n},t{n}\n" for n in range(MANY))


def popolo():
    parties = [membership(1, organization_id="RED", start_date="2015-03-30")] * MANY
    seats = [membership(1, role=f"member {n}", on_behalf_of_id=None) for n in range(MANY)]
    return json.dumps(document(memberships=[*parties[:200], *seats, *parties]))


@pytest.mark.parametrize("made", [by_id, by_name, popolo])
def test_of_one_person_no_more_mandates_are_read_than_can_be_compared(made):
    roster = read_roster(made().encode(), chamber="Assembly")
    assert max(Counter(mandate.person for mandate in roster.mandates).values()) <= MOST_MANDATES
    assert {finding.code for finding in roster.findings if finding.kind == "refused"} == {"too_many"}
    assert roster.unsure  # so that nobody's mandate ends by what was left out


def test_what_many_chambers_share_is_not_kept_whole_in_each_of_them():
    numbers = range(1, 101)
    content = {
        "persons": [person(number) for number in numbers],
        "organizations": [{"id": f"c{n}", "name": f"Chamber {n}", "classification": "legislature"} for n in numbers],
        "memberships": [membership(n, organization_id=f"c{n}", on_behalf_of_id=None) for n in numbers],
        "areas": [{"id": "area/north", "name": "North", "note": "x" * 500_000}],
    }
    roster = read_roster(json.dumps(content).encode())
    assert len(roster.chambers) == len(numbers)
    assert len(json.dumps([chamber.more for chamber in roster.chambers.values()])) < 10_000_000
    assert "too_much" in {finding.code for finding in roster.findings}


def test_what_no_database_keeps_and_no_page_shows_is_left_out_of_what_is_told_of_a_file(app):
    odd = [{"id": ["no id"], "name": f"Odd {each}"} for each in ("\0", "\ud800")]
    bring(app, json.dumps(document() | {"persons": [*document()["persons"], *odd]}).encode(), country="EE")
    with app.app_context():
        (summary,) = db.session.scalars(select(RosterImport.summary))
    assert {each["name"] for each in summary["findings"]} == {"Odd "}
