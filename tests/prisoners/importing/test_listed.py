"""Whatever the bytes of a file: rows, refusals, or one sentence why it is no list."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.prisoners.importing.list_file import UnreadableList
from campaign.prisoners.importing.listed import ListFile, Unusable, mapping_in, recoded, settings_of
from campaign.prisoners.importing.mapping import parse_mapping
from campaign.prisoners.importing.own import OwnFacility
from campaign.prisoners.importing.record import Record, Refused

SEEDS = (
    b"id;name;born\n1;Maryna Zolak;1980-05-17\n2;Piotr Hrom;\n",
    json.dumps([{"id": 1, "name": "Maryna Zolak", "prison": {"title": "Colony No. 4"}}, {"id": 2}]).encode(),
    b"""{"format": "campaign-prisoners", "version": 1, "facilities": [], "prisoners": [
    {"slug": "a", "names": [{"name": "Maryna Zolak"}], "updated_at": "2020-01-01T00:00:00Z"}]}""",
)
NASTY = st.sampled_from([b"\0", b"\xff\xfe", b'"', b"[", b"{", b"]", b",", b"\n", b"\\ud800", b"1e999", b"[[" * 300])


@st.composite
def damaged(draw):
    """A list in which something was cut out, put in, or cut off."""
    content = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(content)))
        content[at : at + draw(st.integers(0, 20))] = draw(st.one_of(NASTY, st.binary(max_size=4)))
    return bytes(content[: draw(st.integers(0, len(content)))] if draw(st.booleans()) else content)


@settings(deadline=None)
@given(st.one_of(damaged(), st.binary(max_size=200)))
def test_any_file_is_a_list_or_says_in_one_sentence_why_not(content):
    items, problem = [], None
    try:
        items = list(ListFile(content, "list").items())
    except Unusable as met:
        problem = met
    assert (problem is None) or (problem.code and not items)
    assert all(isinstance(item, Record | Refused | OwnFacility) for item in items)


def test_a_list_can_be_read_as_often_as_need_be():
    file = ListFile(SEEDS[0], "list.csv")
    assert list(file.items()) == list(file.items())
    assert [item.name for item in file.items()] == ["Maryna Zolak", "Piotr Hrom"]


def test_what_a_run_remembers_of_a_mapping_is_the_mapping():
    mapping = parse_mapping('list = "x"\nas_of = 2024-05-31\norganisation = "Watch"\n[fields]\nname = "name"\n')
    settings = json.loads(json.dumps(settings_of(mapping, source="https://watch.example/")))
    assert settings["organisation"] == "Watch"
    again = mapping_in(settings)
    assert (again.list_name, again.as_of, again.fields) == (mapping.list_name, mapping.as_of, mapping.fields)
    assert mapping_in(settings_of(None)) is None


def test_a_file_is_copied_from_its_encoding(tmp_path):
    source, target = tmp_path / "list.csv", tmp_path / "copy.csv"
    source.write_bytes("Марына".encode("cp1251"))
    with target.open("wb") as file:
        recoded(source, file, "cp1251")
    assert target.read_text(encoding="utf-8") == "Марына"
    with target.open("wb") as file, pytest.raises(UnreadableList) as problem:
        recoded(source, file, "klingon")
    assert problem.value.code == "unknown_encoding"
