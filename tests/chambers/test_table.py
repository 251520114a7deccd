"""Plain tables: whatever their columns are called, whatever parts the cells, and damaged."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.chambers.rosters.listed import UnusableRoster
from campaign.chambers.rosters.opening import read_roster
from tests.chambers.rosters import table

EVERYPOLITICIAN = (
    b"id,name,sort_name,email,twitter,facebook,group,group_id,area_id,area,chamber,term,start_date,end_date,image,gender,"
    b"wikidata,wikidata_group,wikidata_area\n"
    b'u-1,Jo Baker,"Baker, Jo",jo@a.example,jo_b,,Red Group,RED,area/n,North,Assembly,13,2015-04-09,,https://x.example/1,'
    b"male,Q1,Q2,Q3\n"
    b'u-1,Jo Baker,"Baker, Jo",jo@a.example,jo_b,,Red Group,RED,area/n,North,Assembly,12,,2013-10-31,https://x.example/1,'
    b"male,Q1,Q2,Q3\n"
)


def codes(roster):
    return [(each.kind, each.row, each.code) for each in roster.findings]


def test_everypoliticians_own_table_is_read():
    roster = read_roster(EVERYPOLITICIAN)
    (jo,) = roster.persons.values()
    assert (jo.id, jo.name, jo.sort_name, jo.email, jo.gender) == (
        "u-1",
        "Jo Baker",
        "Baker, Jo",
        "jo@a.example",
        "male",
    )
    assert jo.more["columns"]["twitter"] == "jo_b"
    (chamber,) = roster.chambers.values()
    assert (chamber.name, chamber.parties["RED"].name) == ("Assembly", "Red Group")
    assert [(each.period, each.start, each.end, each.area) for each in roster.mandates] == [
        ("13", "2015-04-09", None, "North"),
        ("12", None, "2013-10-31", "North"),
    ]
    assert roster.silent_on == frozenset()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiters_and_encodings_are_found_out(delimiter, encoding):
    content = table(
        {"Nachname": "Müller", "Vorname": "Jörg", "E-Mail": "j@a.example", "Fraktion": "Grüne", "Wahlkreis": "Nord"},
        {"Nachname": "Weiß", "Vorname": "Änne", "E-Mail": "w@a.example", "Fraktion": "Rote", "Wahlkreis": "Süd"},
        delimiter=delimiter, encoding=encoding,
    )  # fmt: skip
    roster = read_roster(content, chamber="Landtag")
    assert [person.name for person in roster.persons.values()] == ["Jörg Müller", "Änne Weiß"]
    assert [mandate.party for mandate in roster.mandates] == ["Grüne", "Rote"]
    assert roster.silent_on == {"period", "end"}


def test_titles_above_the_header_and_blank_lines_are_passed_over():
    roster = read_roster(b"\xef\xbb\xbfMembers of 2026;;\n\nfull name;House;from\n\nJo Baker;Assembly;9.4.2015\n")
    (mandate,) = roster.mandates
    assert mandate.start == "2015-04-09"


def test_a_cell_that_was_guarded_against_spreadsheets_is_as_it_was():
    roster = read_roster(table({"name": "Jo Baker", "area": "'-North"}), chamber="Assembly")
    assert roster.mandates[0].area == "-North"


def test_one_name_is_one_person_unless_something_tells_two_apart():
    rows = [
        {"name": "Jo Baker", "email": "jo@a.example", "chamber": "Assembly", "term": "1", "area": "North"},
        {"name": "BAKER Jo", "email": "", "chamber": "Assembly", "term": "2", "area": "East"},
        {"name": "Ann Cook", "email": "ann@a.example", "chamber": "Assembly", "term": "2", "area": ""},
        {"name": "Ann Cook", "email": "ann2@a.example", "chamber": "Assembly", "term": "2", "area": ""},
        {"name": "Ann Cook", "email": "", "chamber": "Assembly", "term": "1", "area": ""},
        {"name": "Ned Dean", "email": "", "chamber": "Assembly", "term": "2", "area": "North"},
        {"name": "Ned Dean", "email": "", "chamber": "Assembly", "term": "2", "area": "South"},
        {"name": "Ned Dean", "email": "", "chamber": "Assembly", "term": "2", "area": "North"},
    ]
    rows[1]["name"] = "Jó Baker"
    roster = read_roster(table(*rows))
    assert sorted(person.name for person in roster.persons.values()) == ["Ann Cook", "Ann Cook", "Jo Baker", "Ned Dean"]
    assert codes(roster) == [("refused", 6, "twin"), ("refused", 8, "twin"), ("skipped", 9, "twice")]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": ""}, "missing"),
        ({"name": "x" * 5000}, "too_long"),
        ({"start": "30.2.2015"}, "bad_date"),
        ({"country": "Atlantis"}, "bad_country"),
        ({"chamber": ""}, "missing"),
        ({"id": "1"}, "id_twice"),
    ],
)
def test_a_bad_row_is_refused_with_its_number_and_the_others_stay(change, code):
    good = {"id": "1", "name": "Jo Baker", "chamber": "Assembly", "country": "Estonia", "start": "2015"}
    roster = read_roster(
        table(good, {**good, "id": "2", "name": "Ann Cook"} | change, {**good, "id": "3", "name": "Ned Dean"})
    )
    assert codes(roster) == [("refused", 3, code)]
    assert len(roster.mandates) == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"colour;size\nred;5\n", "no_name_column"),
        (b"hello\n", "no_name_column"),
        (b"name;email\nJo Baker;jo@a.example\n", "no_chamber"),
        (b"name;chamber\n", "no_members"),
        (b"name;chamber\n" + b"x" * 5000 + b";Assembly\n", "no_members"),
        (b"name;chamber\nJo\xff\xfe\x81;Assembly\n" * 3, None),
    ],
)
def test_a_file_that_is_no_roster_says_why(content, code):
    if code is None:
        assert read_roster(content).persons
        return
    with pytest.raises(UnusableRoster) as problem:
        read_roster(content)
    assert problem.value.code == code


@settings(max_examples=100)
@given(
    st.lists(
        st.lists(st.text(max_size=6) | st.sampled_from(["Jo", "2015", "x@a.example", '"', "EE"]), max_size=6),
        max_size=6,
    ),
    st.permutations(["name", "chamber", "email", "id", "end", "country"]),
)
def test_no_table_whatever_breaks_the_reading(rows, header):
    text = "\n".join(";".join(row) for row in [header, *rows])
    try:
        roster = read_roster(text.encode("utf-8", "replace"))
    except UnusableRoster:
        return
    assert all(mandate.person in roster.persons and mandate.chamber in roster.chambers for mandate in roster.mandates)
