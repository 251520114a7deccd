import io
import json
from datetime import date

import pytest

from campaign.prisoners.importing.list_file import UnreadableList
from campaign.prisoners.importing.mapping import parse_mapping
from campaign.prisoners.importing.opening import open_list

VIASNA = [
    {"id": 1, "name": "Ada Prykład", "status": "active", "councel": "", "declaration": "", "verdict_date": False},
    {"id": 2, "name": "FALSE", "status": "former", "councel": "", "declaration": "", "verdict_date": False},
]


def as_csv(rows):
    columns = list(dict.fromkeys(key for row in rows for key in row))
    lines = [columns, *([str(row.get(column, "")) for column in columns] for row in rows)]
    return "\n".join(";".join(line) for line in lines).encode()


@pytest.mark.parametrize("content", [json.dumps(VIASNA).encode(), as_csv(VIASNA)], ids=["json", "csv"])
def test_viasnas_list_is_known_whatever_it_is_saved_as(content):
    reading = open_list(io.BytesIO(content), "any.name", as_of=date(2024, 5, 31))
    assert (reading.kind, reading.list_name, reading.as_of) == ("viasna", "viasna", date(2024, 5, 31))
    ada, nobody = reading.rows
    assert (ada.key, ada.name, ada.events[0].as_of) == ("1", "Ada Prykład", date(2024, 5, 31))
    assert (nobody.row, nobody.code) == (2, "no_name")


def test_a_list_in_our_own_form_is_known():
    row = {"slug": "ada-roe", "names": [{"name": "Ada Roe"}]}
    reading = open_list(io.BytesIO(json.dumps([row]).encode()), "x.json")
    assert (reading.kind, reading.list_name) == ("own", "own")
    assert next(reading.rows).slug == "ada-roe"


def test_a_mapping_counts_more_than_what_a_list_looks_like():
    mapping = parse_mapping("list = 'mine'\nas_of = 2020-01-01\n[fields]\nname = 'name'\n")
    stream = io.BytesIO(json.dumps(VIASNA).encode())
    reading = open_list(stream, "x.json", mapping)
    assert (reading.kind, reading.list_name, reading.as_of) == ("mapped", "mine", date(2020, 1, 1))
    again = open_list(stream, "x.json", mapping, as_of=date(2021, 1, 1), list_name="other")
    assert (again.list_name, again.as_of) == ("other", date(2021, 1, 1))
    assert len(list(again.rows)) == 2


def test_a_stream_can_be_opened_again_and_again():
    stream = io.BytesIO(b"Name;Born\nAda Roe;1990\n")
    for _ in range(3):
        assert [record.name for record in open_list(stream, "x.csv").rows] == ["Ada Roe"]
    assert not stream.closed


@pytest.mark.parametrize("rows", [1, 5, 1000])
def test_people_before_the_break_are_given_and_then_the_problem(rows):
    content = json.dumps([{"name": f"Ada Roe {number}"} for number in range(rows)])[:-1] + ', {"name": "Bo'
    reading, names = open_list(io.BytesIO(content.encode()), "x.json"), []
    with pytest.raises(UnreadableList, match="truncated"):
        names.extend(record.name for record in reading.rows)
    assert len(names) == rows


def test_a_table_of_nobody_is_no_list():
    with pytest.raises(UnreadableList, match="empty"):
        open_list(io.BytesIO(b"Name;Born\n"), "x.csv")


def test_a_list_that_nobody_reads_to_its_end_is_closed(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Name;Born\n" + "Ada Roe;1990\n" * 5000)
    next(open_list(path, path.name).rows)
