import io
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.kit.partial_dates import PartialDate
from campaign.prisoners.importing.mapped import record_of
from campaign.prisoners.importing.mapping import (
    COLUMN_KEYS,
    FIELDS,
    FILE_KEYS,
    MappingProblem,
    find_mapping,
    known_mappings,
    mapping_of,
    parse_mapping,
)
from campaign.prisoners.importing.opening import open_list
from campaign.prisoners.importing.record import Record, RecordDesignation, RecordFacility, RecordName, Refused
from campaign.prisoners.models import EventKind
from tests.documents import ROOT, blocks, tables

GUIDE = ROOT / "docs" / "mapping.md"


def person(row, fields, **top):
    document = top | {"fields": {"name": "name"} | fields}
    return record_of({"name": "Ada"} | row, 1, mapping_of(document))


def events(record):
    return [(event.kind.value, str(event.day or "")) for event in record.events]


def event(record, kind):
    (found,) = [each for each in record.events if each.kind is kind]
    return found


def doubts(record):
    return [(each.code, *each.values.values()) for each in record.doubts]


# --- the guide ------------------------------------------------------------------------------------


def test_the_guides_example_is_read_as_it_says():
    (table,) = [block for block in blocks(GUIDE) if block.startswith("Nr;")]
    (mapping,) = [block for block in blocks(GUIDE) if block.startswith("list =")]
    reading = open_list(io.BytesIO(table.encode()), "list.csv", parse_mapping(mapping))
    assert (reading.kind, reading.list_name, reading.as_of) == ("mapped", "example-group", date(2022, 6, 30))
    jane, john = reading.rows
    assert jane.names == (RecordName("Jane Roe", "en", "main", "Latn"),)
    assert (jane.key, jane.born, jane.country, jane.custody) == ("A-17", PartialDate(1990, 2, 28), "BY", True)
    assert jane.designations == (RecordDesignation("Example Group"),)
    assert events(jane) == [
        ("arrest", "2021-03-05"),
        ("charge", ""),
        ("verdict", "2022-02-10"),
        ("health", ""),
        ("transfer", ""),
    ]
    assert [each["code"] for each in event(jane, EventKind.CHARGE).details["articles"]] == ["12", "30(2)"]
    assert event(jane, EventKind.VERDICT).details["sentence"]["months"] == 66
    assert event(jane, EventKind.TRANSFER).facility == RecordFacility("Prison #4")
    assert not event(jane, EventKind.HEALTH).public
    assert (john.custody, john.doubts) == (False, ())
    assert events(john) == [("arrest", "2020-05?"), ("charge", ""), ("release", "")]


def keys_in_table(head, first):
    (rows,) = [rows[1:] for rows in tables(GUIDE) if rows[0][0] == head and f"`{first}`" in rows[1][0]]
    return {key for row in rows for key in re.findall(r"`(\w+)`", row[0])}


def test_the_guide_tells_every_key():
    assert keys_in_table("key", "list") == set(FILE_KEYS)
    assert keys_in_table("field", "id") == set(FIELDS)
    assert keys_in_table("key", "column") == set(COLUMN_KEYS)


def test_the_guide_tells_every_kind_of_event():
    text = GUIDE.read_text(encoding="utf-8")
    assert all(f"`{kind}`" in text for kind in EventKind)


# --- what may be wrong with a mapping -------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "values"),
    [
        ("list = ", "not_toml", {}),
        ("{", "not_toml", {}),
        ("", "missing_key", {"key": "fields"}),
        ("[fields]\nborn = 'x'", "missing_key", {"key": "fields.name"}),
        ("[fields]\nname = 'x'\nshoe = 'y'", "unknown_key", {"key": "fields.shoe"}),
        ("colour = 1\n[fields]\nname = 'x'", "unknown_key", {"key": "colour"}),
        ("[fields]\nname = { column = 'x', cut = 1 }", "unknown_key", {"key": "fields.name.cut"}),
        ("[fields]\nname = { }", "missing_key", {"key": "fields.name.column"}),
        ("[fields]\nname = 7", "wrong_value", {"key": "fields.name"}),
        ("[fields]\nname = []", "wrong_value", {"key": "fields.name"}),
        ("[fields]\nname = { column = 'x', regex = '(' }", "bad_regex", {"key": "fields.name.regex"}),
        ("[fields]\nname = { column = 'x', strip = '(a+)+b' }", "slow_regex", {"key": "fields.name.strip"}),
        ("[fields]\nname = { column = 'x', kind = 'nick' }", "wrong_value", {"key": "fields.name.kind"}),
        ("[fields]\nname = { column = 'x', script = 'cyr' }", "wrong_value", {"key": "fields.name.script"}),
        ("order = 'ydm'\n[fields]\nname = 'x'", "wrong_value", {"key": "order"}),
        ("as_of = 'soon'\n[fields]\nname = 'x'", "wrong_value", {"key": "as_of"}),
        ("as_of = 7\n[fields]\nname = 'x'", "wrong_value", {"key": "as_of"}),
        ("country = 'Belarus'\n[fields]\nname = 'x'", "wrong_value", {"key": "country"}),
        ("language = 'Belarusian!'\n[fields]\nname = 'x'", "wrong_value", {"key": "language"}),
        ("languages = ['tlh']\n[fields]\nname = 'x'", "wrong_value", {"key": "languages"}),
        ("delimiter = ';;'\n[fields]\nname = 'x'", "wrong_value", {"key": "delimiter"}),
        ("header_row = -1\n[fields]\nname = 'x'", "wrong_value", {"key": "header_row"}),
        ("in_custody = 'yes'\n[fields]\nname = 'x'", "wrong_value", {"key": "in_custody"}),
        ("[fields]\nname = 'x'\nstatus = { column = 's', words = { a = 'jailed' } }", "wrong_value",
         {"key": "fields.status.words"}),
        ("[fields]\nname = 'x'\n[[events]]\nkind = 'party'\ndate = 'd'", "wrong_value", {"key": "events 1.kind"}),
        ("[fields]\nname = 'x'\n[[events]]\nkind = 'letter'", "missing_key", {"key": "events 1.date"}),
        ("events = 1\n[fields]\nname = 'x'", "wrong_value", {"key": "events"}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(text, code, values):
    with pytest.raises(MappingProblem) as problem:
        parse_mapping(text)
    assert problem.value.code == code
    assert values.items() <= problem.value.values.items()


def test_a_column_that_the_list_does_not_have_is_named_with_those_it_has():
    mapping = parse_mapping("[fields]\nname = 'Nam'\n")
    with pytest.raises(MappingProblem) as problem:
        open_list(io.BytesIO(b"Name,Born\nAda,1990\n"), "x.csv", mapping)
    assert problem.value.values == {"key": "name", "column": "Nam", "columns": "Name, Born"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*COLUMN_KEYS, "kind", "date"]), inner, max_size=4)
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from([k for k in FILE_KEYS if k != "fields"]), JSON, max_size=3),
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4),
)
def test_whatever_a_mapping_says_it_is_one_or_a_named_problem(document, fields):
    try:
        mapping = mapping_of(document | {"fields": {"name": "name"} | fields})
    except MappingProblem:
        return
    assert isinstance(record_of({"name": "Ada"}, 1, mapping), Record | Refused)


def test_mappings_come_along_and_are_found_by_name(tmp_path):
    assert "azerbaijan-2014" in known_mappings()
    for name in known_mappings():
        assert find_mapping(name).list_name == name
    file = tmp_path / "own.json"
    file.write_text('{"list": "own", "fields": {"name": "x"}}')
    assert find_mapping(str(file)).list_name == "own"
    with pytest.raises(MappingProblem) as problem:
        find_mapping(str(tmp_path / "nothing"))
    assert "azerbaijan-2014" in problem.value.values["known"]


# --- what becomes of a row ------------------------------------------------------------------------


def test_names_in_several_columns_and_scripts():
    fields = {
        "name": [
            {"column": ["given", "family"]},
            {"column": "be", "language": "be", "kind": "main"},
            {"column": "also", "split": ";", "kind": "alias"},
        ]
    }
    record = person({"given": "Ada", "family": "Roe", "be": "Ада", "also": "A. Roe; Ада"}, fields)
    assert record.names == (
        RecordName("Ada Roe", "en", "main", "Latn"),
        RecordName("Ада", "be", "main", "Cyrl"),
        RecordName("A. Roe", "", "alias", "Latn"),
    )


def test_a_row_without_a_name_is_refused_with_its_first_words():
    assert record_of({"name": " - ", "born": "1990"}, 4, mapping_of({"fields": {"name": "name"}})) == Refused(
        4, "no_name", start="- · 1990"
    )
    assert person({"name": "A" * 300}, {}).code == "name_too_long"


def test_dates_follow_the_order_and_doubtful_ones_are_left_out():
    born = {"born": {"column": "b", "order": "mdy"}, "arrested": "a"}
    record = person({"b": "03/04/1990", "a": "03/04/2020"}, born)
    assert (record.born, events(record)) == (PartialDate(1990, 3, 4), [])
    assert doubts(record) == [("ambiguous_date", "arrested", "03/04/2020")]
    assert person({"b": "03/04/1990", "a": "03/04/2020"}, born, order="dmy").events[0].day == PartialDate(2020, 4, 3)
    assert doubts(person({"b": "29 February 1954"}, born)) == [("impossible_date", "born", "29 February 1954")]
    assert doubts(person({"b": "in spring"}, born)) == [("unclear_date", "born", "in spring")]
    assert person({"b": "n/a", "a": "unknown"}, born).doubts == ()


def test_the_first_column_that_has_a_text_counts():
    fields = {"arrested": ["a", {"column": "story", "regex": r"arrested on (?P<day>\d{1,2} \w{3,9} \d{4})"}]}
    assert events(person({"a": "1 May 2020", "story": "arrested on 2 May 2021"}, fields)) == [("arrest", "2020-05-01")]
    assert events(person({"a": "", "story": "He was arrested on 2 May 2021."}, fields)) == [("arrest", "2021-05-02")]
    assert events(person({"a": "", "story": "nothing"}, fields)) == []


def test_footnotes_are_stripped_and_words_translated():
    fields = {
        "facility": {"column": "f", "strip": [r"\d{1,3} https?://\S+", " Summary: .*"]},
        "about": [{"column": "c", "words": {"OTHER": ""}, "prefix": "Group: "}, "t"],
        "gender": {"column": "g", "words": {"lady": "female"}},
    }
    row = {"f": "Prison #4 12 http://a.example/x Summary: he", "g": "Lady", "c": "other", "t": "x\n y"}
    record = person(row, fields, in_custody=True)
    assert event(record, EventKind.TRANSFER).facility.name == "Prison #4"
    assert (record.gender, record.about) == ("female", {"en": "x\n\ny"})
    assert doubts(person({"g": "x-y"}, fields)) == [("unknown_word", "gender", "x-y")]


@pytest.mark.parametrize(
    ("status", "told", "custody"),
    [
        ("detained", [("arrest", "")], True),
        ("под стражей", [("arrest", "")], True),
        ("convicted", [("verdict", "")], True),
        ("Hükümlü", [("verdict", "")], True),
        ("house arrest", [("house_arrest", "")], True),
        ("released", [("release", "")], False),
        ("exiled", [("exile", "")], False),
        ("missing", [("disappearance", "")], False),
        ("died in custody", [("death", "")], False),
        ("unknown", [], None),
        ("", [], None),
    ],
)
def test_a_status_tells_an_event_without_a_date(status, told, custody):
    record = person({"s": status}, {"status": "s"})
    assert (events(record), record.custody) == (told, custody)


def test_a_release_that_is_still_to_come_is_no_release():
    record = person({"r": "2031-05-01", "a": "2020-01-02"}, {"released": "r", "arrested": "a"}, as_of="2024-01-01")
    assert events(record) == [("arrest", "2020-01-02")]
    assert events(person({"r": "yes"}, {"released": "r"})) == [("release", "")]
    assert events(person({"r": "нет"}, {"released": "r"})) == []


def test_a_suspended_sentence_is_no_custody():
    record = person({"s": "2 years suspended", "f": "Prison"}, {"sentence": "s", "facility": "f"}, in_custody=True)
    assert (record.custody, events(record)) == (False, [("verdict", "")])


def test_somebody_of_whom_only_the_custody_is_known_was_arrested():
    assert events(person({}, {}, in_custody=True)) == [("arrest", "")]


def test_events_of_other_columns():
    document = {
        "as_of": "2024-05-31",
        "fields": {"name": "name", "health": "h", "note": {"column": "n", "public": True}},
        "events": [{"kind": "letter", "date": "d", "text": "t", "url": "u", "public": False, "language": "ru"}],
    }
    row = {"name": "A", "d": "2 May 2021", "t": "warm", "u": "see https://example.org/1", "h": "ill", "n": "x"}
    letter, health, note = record_of(row, 1, mapping_of(document)).events
    assert (letter.kind, letter.day, letter.public) == (EventKind.LETTER, PartialDate(2021, 5, 2), False)
    assert (letter.texts, letter.url, letter.as_of) == ({"ru": "warm"}, "https://example.org/1", date(2024, 5, 31))
    assert (health.kind, health.public, note.kind, note.public) == (EventKind.HEALTH, False, EventKind.OTHER, True)


def test_nested_documents_are_mapped_by_path():
    mapping = mapping_of(
        {"in_custody": True, "fields": {"name": "who/full", "articles": "law", "facility": "place/title"}}
    )
    document = {"who": {"full": "Ada"}, "law": ["Art. 1", "Art. 2"], "place": {"title": "Prison"}, "n": 5}
    record = record_of(document, 1, mapping)
    assert [each["code"] for each in event(record, EventKind.CHARGE).details["articles"]] == ["1", "2"]
    assert event(record, EventKind.TRANSFER).facility == RecordFacility("Prison")


def test_columns_with_a_slash_in_their_name_are_found():
    assert person({"Sex/Gender": "f"}, {"gender": "Sex/Gender"}).gender == "female"


def test_who_recognised_whom():
    fields = {"designation": {"column": "by", "split": ";"}, "designated": "on", "designation_url": "link"}
    record = person({"by": "One; Two", "on": "2021", "link": "https://example.org/"}, fields, organisation="List")
    assert record.designations == (
        RecordDesignation("One", "", PartialDate(2021), "https://example.org/"),
        RecordDesignation("Two", "", PartialDate(2021), "https://example.org/"),
    )
    assert person({}, {}, organisation="List", term="prisoner of conscience").designations == (
        RecordDesignation("List", "prisoner of conscience"),
    )


ROW = st.dictionaries(st.sampled_from(["name", "a", "b", "c"]), st.text(max_size=40), max_size=4)


@given(ROW)
def test_whatever_a_row_says_it_is_a_record_or_refused(row):
    fields = dict.fromkeys(FIELDS, "a") | {"name": "name", "born": "b", "sentence": "c"}
    assert isinstance(record_of(row, 1, mapping_of({"fields": fields})), Record | Refused)


# --- the list from Azerbaijan: rows of its shape, with invented people ----------------------------

HEAD = "no,name,category,date_of_arrest,articles,charges,place_of_detention,case_background\n"


def azerbaijani(*cells):
    row = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    (record,) = open_list(io.BytesIO((HEAD + row).encode()), "az.csv", find_mapping("azerbaijan-2014")).rows
    return record


def test_the_azerbaijani_list_is_read_through_its_footnotes():
    record = azerbaijani(
        "1", "Nümunə Tural oglu Misalov", "YOUTH ACTIVISTS", "15 January 2007 34 https://example.org/a_b.html",
        "28;220.1", "Criminal Code Articles 28 (Preparation); and 220.1 (Riots 12 http://example.org/x of all kinds)",
        "Prison # 11 46 http://example.org/1 47 http://example.org/2",
        "He wrote.3 On 5 April 2013, Misalov was sentenced to 4.5 years in jail by a court. 3 http://example.org/3 "
        "b. Other cases",
    )  # fmt: skip
    assert record.doubts == ()
    assert events(record)[0] == ("arrest", "2007-01-15")
    assert event(record, EventKind.CHARGE).details["articles"] == [
        {"code": "28", "text": "Preparation"},
        {"code": "220.1", "text": "Riots of all kinds"},
    ]
    assert event(record, EventKind.TRANSFER).facility.name == "Prison # 11"
    assert event(record, EventKind.VERDICT).day == PartialDate(2013, 4, 5)
    assert event(record, EventKind.VERDICT).details["sentence"]["months"] == 54
    assert record.about["en"].endswith(
        "He wrote. On 5 April 2013, Misalov was sentenced to 4.5 years in jail by a court."
    )
    assert (record.key, record.country) == ("", "AZ")


def test_the_azerbaijani_list_is_read_where_its_columns_ran_together():
    record = azerbaijani(
        "2", "Misal Nümunəli, Vaqif oğlu", "OTHER CASES", "", "221.3",
        "Provision 221.3 of the Criminal Code (Hooliganism)",
        "Ganja Detention Facility Brief Summary of the Case: He taught. On July 14th, 2014, a court issued a verdict "
        "sentencing Nümunəli to 6 years of imprisonment.", "",
    )  # fmt: skip
    assert [name.name for name in record.names] == ["Misal Nümunəli", "Misal Nümunəli, Vaqif oğlu"]
    assert event(record, EventKind.TRANSFER).facility.name == "Ganja Detention Facility"
    assert record.about["en"].startswith("He taught.")
    assert event(record, EventKind.VERDICT).day == PartialDate(2014, 7, 14)
    assert event(record, EventKind.VERDICT).details["sentence"]["months"] == 72


def test_time_before_a_trial_is_no_sentence_in_the_azerbaijani_list():
    record = azerbaijani("3", "Nümunə", "OTHER CASES", "March13, 2007", "233", "Article 233", "",
                         "Nümunə was sentenced to three months of pre-trial detention.")  # fmt: skip
    assert events(record) == [("arrest", "2007-03-13"), ("charge", "")]


def test_no_mapping_that_comes_along_names_a_person():
    folder = Path(find_mapping.__globals__["__file__"]).parent / "mappings"
    for file in folder.glob("*.toml"):
        assert "oglu" not in re.sub(r"#.*", "", file.read_text(encoding="utf-8"))
