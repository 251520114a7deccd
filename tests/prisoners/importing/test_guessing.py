import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.kit.partial_dates import PartialDate
from campaign.prisoners.importing.guessing import name_of, propose, propose_toml
from campaign.prisoners.importing.list_file import Note, UnreadableList
from campaign.prisoners.importing.mapping import FIELDS, parse_mapping
from campaign.prisoners.importing.opening import open_list
from campaign.prisoners.importing.record import Record, RecordFacility, Refused
from campaign.prisoners.models import EventKind

LISTS = Path(__file__).parent / "lists"


def brought(name):
    reading = open_list(LISTS / name, name)
    assert reading.kind == "guessed"
    return list(reading.rows)


def event(record, kind):
    (found,) = [each for each in record.events if each.kind is kind]
    return found


def doubts(record):
    return [(each.code, each.values["field"]) for each in record.doubts]


def fields(table):
    """The fields that are guessed for the rows of a table, with their columns."""
    found = open_list(io.BytesIO(table.encode()), "x.csv").mapping.document["fields"]
    return {name: spec["column"] if isinstance(spec, dict) else [each["column"] for each in spec]
            for name, spec in found.items()}  # fmt: skip


# --- whole lists of invented people ---------------------------------------------------------------


def test_a_cyrillic_list_in_an_old_encoding():
    ivan, anna, piotr, nobody = brought("cyrillic.csv")
    assert (ivan.name, ivan.born, ivan.custody, ivan.doubts) == (
        "Примеров Иван Петрович",
        PartialDate(1990, 2, 1),
        True,
        (),
    )
    assert ivan.key == "", "the number of a row is no id"
    assert event(ivan, EventKind.ARREST).day == PartialDate(2020, 12, 3)
    assert event(ivan, EventKind.CHARGE).details["articles"] == [{"code": "293(2)", "text": "ч. 2 ст. 293 УК"}]
    assert event(ivan, EventKind.VERDICT).details["sentence"]["months"] == 66
    assert event(ivan, EventKind.TRANSFER).facility == RecordFacility("ИК №4", "г. Примерск,\nул. Садовая 3")
    assert (anna.born, doubts(anna)) == (None, [("impossible_date", "born")])
    assert [each["code"] for each in event(anna, EventKind.CHARGE).details["articles"]] == ["130", "342"]
    assert (piotr.born, event(piotr, EventKind.ARREST).day) == (PartialDate(1979), PartialDate(2020, 11))
    assert event(piotr, EventKind.VERDICT).details["sentence"]["kind"] == "suspended"
    assert piotr.custody is False
    assert nobody == Refused(4, "no_name", start="4")


def test_a_turkish_list():
    ayse, ali, deniz = brought("turkish.csv")
    assert (ayse.name, ayse.gender, ayse.born) == ("Ayşe Örnek", "female", PartialDate(1985, 3, 12))
    assert event(ayse, EventKind.ARREST).day == PartialDate(2020, 1, 5)
    assert event(ayse, EventKind.VERDICT).details["sentence"]["months"] == 75
    assert event(ali, EventKind.ARREST).day == PartialDate(2021, 8)
    assert [each["code"] for each in event(ali, EventKind.CHARGE).details["articles"]] == ["220/7"]
    assert (deniz.custody, event(deniz, EventKind.RELEASE).day) == (False, None)


def test_an_arabic_list_with_arabic_digits():
    ahmad, muna = brought("arabic.csv")
    assert (ahmad.name, ahmad.names[0].script, ahmad.gender) == ("أحمد مثال", "Arab", "male")
    assert (ahmad.born, event(ahmad, EventKind.ARREST).day) == (PartialDate(1985, 3, 12), PartialDate(2020, 1, 5))
    assert event(ahmad, EventKind.VERDICT).details["sentence"]["months"] == 36
    assert (ahmad.custody, ahmad.url) == (True, "https://example.org/ar/1")
    assert (muna.custody, event(muna, EventKind.ARREST).day) == (False, PartialDate(2021, 1, 5))


def test_an_american_list_with_a_title_above():
    jane, john, mary = brought("american.csv")
    assert (jane.name, jane.born, event(jane, EventKind.ARREST).day) == (
        "Jane Roe",
        PartialDate(1980, 12, 31),
        PartialDate(2021, 3, 4),
    )
    assert (john.custody, event(john, EventKind.RELEASE).day) == (False, None)
    assert event(mary, EventKind.ARREST).day == PartialDate(2019, 5, certain=False)
    assert event(mary, EventKind.VERDICT).details["sentence"]["kind"] == "life"
    assert doubts(mary) == [("impossible_date", "born")]


@pytest.mark.parametrize("path", sorted(LISTS.glob("*.csv")), ids=lambda path: path.stem)
def test_the_proposed_mapping_brings_the_same_people(path):
    mapping = parse_mapping(propose_toml(path))
    assert mapping.list_name == path.stem
    assert list(open_list(path, path.name, mapping).rows) == list(open_list(path, path.name).rows)


# --- columns --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("Full name;DOB;Date of arrest;Charges;Place of detention", "name born arrested charges facility"),
        ("ФИО;Дата рождения;Дата задержания;Статья;Место содержания", "name born arrested articles facility"),
        ("ПІБ;Дата народження;Дата затримання;Стаття;Місце утримання", "name born arrested articles facility"),
        ("Імя;Дата нараджэння;Дата затрымання;Артыкул;Калонія", "name born arrested articles facility"),
        ("Ad Soyad;Doğum tarixi;Həbs tarixi;Maddə;Saxlanıldığı yer", "name born arrested articles facility"),
        ("Name;Geburtsdatum;Verhaftet;Anklage;Haftort", "name born arrested charges facility"),
        (
            "Nom;Date de naissance;Date d'arrestation;Accusation;Lieu de détention",
            "name born arrested charges facility",
        ),
        ("Nombre;Fecha de nacimiento;Fecha de detención;Cargos;Prisión", "name born arrested charges facility"),
        ("نام;تاریخ تولد;تاریخ بازداشت;اتهام;زندان", "name born arrested charges facility"),
        ("full_name;date_of_birth;arrest_date;charges;prison_name", "name born arrested charges facility"),
    ],
)
def test_headers_are_known_in_many_languages(header, names):
    columns = header.split(";")
    table = f"{header}\nAda Roe;1990-01-02;2020-03-04;Art. 5;Prison 6\n"
    assert fields(table) == dict(zip(names.split(), columns, strict=True))


def test_given_and_family_name_are_one_name():
    assert fields("First name;Surname;Born\nAda;Roe;1990\n")["name"] == ["First name", "Surname"]
    assert fields("Фамилия;Имя;Отчество\nРо;Ада;Ивановна\n")["name"] == ["Имя", "Отчество", "Фамилия"]
    assert fields("Name;Surname\nAda;Roe\n")["name"] == ["Name", "Surname"]


def test_names_and_links_are_known_by_what_they_look_like():
    table = "Who;Where to read\nAda Roe;https://example.org/1\nJohn Doe;https://example.org/2\n"
    assert fields(table) == {"url": "Where to read", "name": "Who"}


def test_a_header_that_its_column_does_not_bear_out_is_not_believed():
    assert "arrested" not in fields("Name;Arrested\nAda Roe;by the police\nJohn Doe;at home\n")
    assert "id" not in fields("No;Name\n1;Ada Roe\n2;John Doe\n")
    assert fields("No;Name\nA-1;Ada Roe\nA-9;John Doe\n")["id"] == "No"


def test_a_list_in_which_no_column_holds_names_is_refused_with_its_columns():
    with pytest.raises(UnreadableList) as problem:
        open_list(io.BytesIO(b"a;b\n1;2\n"), "x.csv")
    assert (problem.value.code, problem.value.values) == ("no_name_column", {"columns": "a, b"})


def test_what_was_guessed_and_what_was_not_used_is_told():
    notes = propose([{"Name": "Ada Roe", "Shoes": "38", "Born": "12/31/1990"}]).notes
    assert Note("column_guessed", {"field": "name", "column": "Name"}) in notes
    assert Note("columns_unused", {"columns": "Shoes"}) in notes
    assert Note("order_guessed", {"order": "mdy"}) in notes


def test_words_that_nobody_knows_stand_in_the_proposal_to_be_filled_in():
    table = b"Name;Status\nAda Roe;in custody\nJohn Doe;under the bridge\n"
    text = propose_toml(io.BytesIO(table), list_name="x")
    assert '"under the bridge" = "unknown"' in text
    assert doubts(list(open_list(io.BytesIO(table), "x.csv").rows)[1]) == [("unknown_word", "status")]


def test_a_list_is_named_after_its_file():
    assert name_of("C:\\Lists\\Political Prisoners (May).csv") == "political-prisoners-may"
    assert name_of("") == "list"


TEXT = st.text(max_size=20) | st.sampled_from(
    ["Ada Roe", "1.2.2020", "12/31/2020", "released", "x; y", "https://e.org"]
)


@given(st.lists(st.dictionaries(TEXT.filter(bool), TEXT, min_size=1, max_size=5), max_size=6))
def test_whatever_a_table_holds_there_is_a_mapping_or_a_named_problem(rows):
    try:
        proposal = propose(rows)
    except UnreadableList:  # no column looks like names
        return
    assert set(proposal.mapping.fields) <= set(FIELDS)


@given(
    st.lists(st.dictionaries(st.sampled_from(["Name", 'Wo"rd', "a\\b", "#", "é\u2028"]), TEXT, min_size=1), min_size=1)
)
def test_a_proposal_can_always_be_read_back(rows):
    content = json.dumps(rows).encode()
    try:
        text = propose_toml(io.BytesIO(content), list_name="x")
    except UnreadableList:
        return
    parse_mapping(text)
    for each in open_list(io.BytesIO(content), "x.json").rows:
        assert isinstance(each, Record | Refused)
