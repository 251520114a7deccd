"""Popolo in the shapes that EveryPolitician and others write it, and damaged."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.chambers.rosters.listed import UnusableRoster
from campaign.chambers.rosters.opening import read_roster
from tests.chambers.rosters import CHAMBER, document, encoded, membership, person


def read(said):
    return read_roster(said if isinstance(said, bytes) else encoded(said))


def codes(roster):
    return [(each.kind, each.section, each.row, each.code) for each in roster.findings]


def test_everything_that_the_file_says_is_taken():
    said = document(range(1, 3))
    said["persons"][0] |= {
        "given_name": "Given1", "birth_date": "1970-05", "death_date": "2020", "image": "https://example.org/1.jpg",
        "other_names": [{"lang": "ru", "name": "Имя Один"}],
        "contact_details": [{"type": "email", "value": "other@example.org"}],
    }  # fmt: skip
    said["memberships"][0]["start_date"] = "2016-01-02"
    roster = read(said)
    first = roster.persons[said["persons"][0]["id"]]
    assert (first.name, first.given_name, first.family_name) == ("Given1 Family1", "Given1", None)
    assert (first.email, first.born, first.died) == ("given1.family1@assembly.example.ee", "1970-05", "2020")
    assert first.other_names == [{"lang": "ru", "name": "Имя Один"}]
    assert first.more.keys() == {"image", "contact_details"}
    chamber = roster.chambers[CHAMBER]
    assert (chamber.name, chamber.more["seats"], chamber.more["also"]["events"][0]["id"]) == ("Assembly", 101, "Q1")
    assert {key: (period.start, period.end) for key, period in chamber.periods.items()} == {
        "term/1": ("2011-03-27", "2015-03-23"),
        "term/2": ("2015-03-30", None),
    }
    assert [(each.period, each.party, each.area, each.start, each.end) for each in roster.mandates] == [
        ("term/2", "RED", "North", "2016-01-02", None),
        ("term/1", "RED", "North", None, "2015-03-01"),
        ("term/2", "BLUE", "North", None, None),
    ]
    assert not roster.findings


@pytest.mark.parametrize("section", ["posts", "areas", "events", "meta", "organizations"])
@pytest.mark.parametrize("empty", [None, []])
def test_a_section_may_be_missing_or_empty(section, empty):
    said = document(range(1, 3)) | {section: empty}
    assert len(read(said).mandates) == 3
    del said[section]
    assert len(read(said).mandates) == 3


def test_memberships_may_stand_inside_persons_and_name_things_in_place():
    said = [
        {
            "name": "Jo Baker",
            "memberships": [
                {
                    "organization": {"id": "house", "name": "House", "classification": "Lower House"},
                    "on_behalf_of": {"name": "Green Party"},
                    "area": {"name": "East"},
                },
                {"organization": {"id": "sport", "name": "Sports", "classification": "committee"}},
            ],
        },
        {"name": "Without A Seat"},
    ]
    roster = read(said)
    (mandate,) = roster.mandates
    assert (mandate.area, roster.chambers["house"].parties[mandate.party].name) == ("East", "Green Party")
    assert [each["organization_id"] for each in roster.persons[mandate.person].more["memberships"]] == ["sport"]
    assert codes(roster) == [("skipped", "persons", 2, "no_mandate")]


def test_a_post_gives_the_chamber_and_the_area_and_a_membership_in_a_party_the_party():
    said = {
        "persons": [{"id": "1", "name": "Jo Baker"}],
        "organizations": [
            {"id": "h", "name": "House", "classification": "chamber",
             "posts": [{"id": "p", "area": {"name": "South"}, "role": "Deputy"}]},
            {"id": "g", "name": "Greens", "classification": "party", "memberships": [{"person_id": "1"}]},
        ],
        "memberships": [{"person_id": "1", "post_id": "p"}],
    }  # fmt: skip
    (mandate,) = read(said).mandates
    assert (mandate.chamber, mandate.area, mandate.role, mandate.party) == ("h", "South", "Deputy", "g")


def test_several_chambers_and_the_country_that_one_tells():
    said = {
        "persons": [{"id": "1", "name": "Jo Baker"}, {"id": "2", "name": "Ann Cook"}],
        "organizations": [
            {"id": "s", "name": "Senate", "classification": "chamber", "area_id": "c"},
            {"id": "h", "name": "House", "classification": "chamber", "jurisdiction_id": "ocd-division/country:pl"},
            {"id": "parliament", "name": "Parliament", "classification": "legislature"},
        ],
        "areas": [{"id": "c", "name": "Poland", "type": "country"}],
        "memberships": [{"person_id": "1", "organization_id": "s"}, {"person_id": "2", "organization_id": "h"}],
    }
    chambers = read(said).chambers
    assert {key: chamber.country for key, chamber in chambers.items()} == {"s": "PL", "h": "PL"}


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"email": None, "contact_details": [{"type": "email", "value": "MAILTO:x@a.example"}]}, ""),
        ({"email": None, "contact_details": [{"type": "email", "value": "mailto:x@a.example"}]}, "x@a.example"),
        ({"email": "x@gmail.com", "contact_details": [{"type": "email", "value": "x@a.example"}]}, "x@a.example"),
        ({"email": "x@gmail.com; y@a.example"}, "y@a.example"),
        ({"email": "none"}, ""),
        ({"email": ["x@a.example"]}, ""),
    ],
)
def test_the_official_mailbox_is_the_first_that_is_no_providers(details, expected):
    said = document(range(1, 2), persons=[person(1, **details)])
    assert next(iter(read(said).persons.values())).email == expected


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"name": 5.0}, None),
        ({"name": ["x"]}, ("refused", "persons", 1, "wrong_type")),
        ({"name": "\u202e \0 "}, ("refused", "persons", 1, "missing")),
        ({"name": "x" * 100_000}, ("refused", "persons", 1, "too_long")),
        ({"birth_date": "1970-02-30"}, ("skipped", "persons", 1, "bad_date")),
        ({"gender": []}, ("skipped", "persons", 1, "wrong_type")),
        ({"id": "y" * 1000}, ("refused", "persons", 1, "too_long")),
        ({"id": {}}, ("refused", "persons", 1, "wrong_type")),
        ({"email": "none"}, ("skipped", "persons", 1, "bad_email")),
        ({"image": "x" * 300_000}, ("skipped", "persons", 1, "too_much")),
    ],
)
def test_a_bad_person_is_left_out_with_the_reason_and_the_others_stay(change, finding):
    said = document(range(1, 4))
    said["persons"][0] |= change
    roster = read(said)
    assert len(roster.persons) >= 2
    found = [each for each in codes(roster) if each[1] == "persons"]
    assert found == ([finding] if finding else [])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"end_date": "soon"}, "bad_date"),
        ({"end_date": -1}, "bad_date"),
        ({"person_id": "nobody"}, "unknown_person"),
        ({"organization_id": None}, "unknown_chamber"),
        ({"role": "x" * 10_000}, "too_long"),
        ({"on_behalf_of_id": []}, "wrong_type"),
        ({"extra": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}, "too_deep"),
    ],
)
def test_a_bad_membership_is_refused_and_the_others_stay(change, code):
    said = document(range(1, 4))
    said["memberships"][1] |= change
    roster = read(said)
    assert ("refused", "memberships", 2, code) in codes(roster)
    assert len(roster.mandates) == 3


def test_whoever_is_listed_twice_is_taken_once():
    said = document(range(1, 3))
    said["persons"].append(person(1, "Somebody Else"))
    said["memberships"].append(dict(said["memberships"][0]))
    roster = read(said)
    assert [each[3] for each in codes(roster)] == ["id_twice", "twice"]
    assert [each.name for each in roster.persons.values()] == ["Given1 Family1", "Given2 Family2"]


def test_what_no_database_keeps_is_taken_out():
    text = json.dumps(document(range(1, 2)))
    text = text.replace('"gender": "female"', '"gender": "x", "note": "a\\u0000b\\ud800c", "big": 1e999, "nan": NaN')
    more = next(iter(read(text.encode()).persons.values())).more
    assert more == {"note": "abc", "big": None, "nan": None}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\0\0  ", "empty"),
        (b"PK\x03\x04xxxxxxx", "spreadsheet"),
        (b'{"persons": [', "broken_json"),
        (b"[" * 200_000, "too_deep"),
        (b'{"persons": [' + b"9" * 10_000 + b"]}", "broken_json"),
        (b"[]", "no_members"),
        (b'{"persons": {}}', "not_a_roster"),
        (b'{"memberships": []}', "not_a_roster"),
        (b'[1, null, "x"]', "no_members"),
        (encoded({"persons": [{"id": "1", "name": "A"}], "memberships": [{"person_id": "1", "organization_id": "x"},
                  {"person_id": "1", "organization_id": "y"}]}), "no_chambers"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_roster_says_why(content, code):
    with pytest.raises(UnusableRoster) as problem:
        read_roster(content)
    assert problem.value.code == code


def test_other_encodings_of_json_are_read():
    for encoding in ("utf-8-sig", "utf-16"):
        assert len(read(json.dumps(document()).encode(encoding)).persons) == 8


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(
    ["1", "h", "legislature", "party", "2015-03-30", "legislative period", "x@a.example"]
)  # fmt: skip
NAMES = st.sampled_from(
    [
        *("id", "name", "persons", "organizations", "memberships", "events", "areas", "posts", "person_id", "person"),
        *("organization_id", "organization", "on_behalf_of_id", "on_behalf_of", "legislative_period_id", "area_id"),
        *("area", "post_id", "post", "classification", "start_date", "end_date", "email", "contact_details"),
        *("other_names", "lang", "birth_date", "death_date", "type", "value", "gone_on", "legislative_periods"),
        *("country", "jurisdiction_id"),
    ]
)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6), max_leaves=20
)


@settings(max_examples=150)
@given(st.dictionaries(NAMES, ANYTHING, max_size=6), ANYTHING)
def test_no_json_whatever_breaks_the_reading(top, one):
    base = {"id": "1", "name": "Jo"}
    persons = [
        base | one if isinstance(one, dict) else base,
        *(top.get("persons") or [] if isinstance(top.get("persons"), list) else []),
    ]
    organizations = [{"id": "h", "classification": "chamber"}, one]
    said = {"organizations": organizations, "memberships": [{"person_id": "1", "organization_id": "h"}, one]} | top
    try:
        roster = read(json.dumps(said | {"persons": persons}).encode())
    except UnusableRoster:
        return
    keys = set(roster.persons)
    assert all(mandate.person in keys and mandate.chamber in roster.chambers for mandate in roster.mandates)
    for mandate in roster.mandates:
        chamber = roster.chambers[mandate.chamber]
        assert not mandate.party or mandate.party in chamber.parties
        assert not mandate.period or mandate.period in chamber.periods
    json.dumps([person.more for person in roster.persons.values()], allow_nan=False)


def test_a_membership_without_a_person_says_so():
    said = document(range(1, 3))
    said["memberships"].append(membership(1) | {"person_id": None})
    assert codes(read(said)) == [("refused", "memberships", 4, "unknown_person")]
