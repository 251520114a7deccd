import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.prisoners.importing.reading import Layout, Note, UnreadableList, read_list


def rows(content, **layout):
    content = content.encode() if isinstance(content, str) else content
    return list(read_list(io.BytesIO(content), Layout(**layout)).rows)


def notes(content, **layout):
    return [note.code for note in read_list(io.BytesIO(content), Layout(**layout)).notes]


def until_it_breaks(content, **layout):
    """The rows before the break, and its code."""
    got = []
    try:
        got.extend(read_list(io.BytesIO(content), Layout(**layout)).rows)
    except UnreadableList as problem:
        return got, problem.code
    return got, ""


def refused(content, **layout):
    return until_it_breaks(content, **layout)[1]


A_TABLE = [(1, {"Name": "Ада", "Born": "1990"}), (2, {"Name": "Бо", "Born": "1991"})]


# --- tables ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_table_reads_the_same_however_it_was_saved(delimiter, encoding, newline):
    lines = ["Name,Born", "Ада,1990", "Бо,1991"]
    text = newline.join(lines).replace(",", delimiter) + newline
    if encoding == "cp1251":  # two letters are too few to tell an encoding by
        text = text.replace("Бо", "Борис")
        expected = [A_TABLE[0], (2, {"Name": "Борис", "Born": "1991"})]
        assert rows(text.encode(encoding)) == expected
    else:
        assert rows(text.encode(encoding)) == A_TABLE


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1251", "Ірина Щербакова, художниця"),
        ("cp1252", "José Núñez, journaliste à Genève"),
        ("cp1254", "Ayşe Yılmaz, gazeteci, Diyarbakır"),
        ("cp1256", "أحمد محمد الصحفي"),
    ],
)
def test_windows_code_pages_are_guessed_and_the_guess_is_told(encoding, name):
    content = f"Name;Born\n{name};1990\n".encode(encoding)
    assert rows(content) == [(1, {"Name": name, "Born": "1990"})]
    assert read_list(io.BytesIO(content)).notes == (Note("encoding_guessed", {"encoding": encoding}),)


def test_the_encoding_can_be_given():
    assert rows("Name,Born\nИра,1990\n".encode("koi8-r"), encoding="koi8-r")[0][1]["Name"] == "Ира"
    assert refused(b"a,b\n1,2\n", encoding="klingon") == "unknown_encoding"
    assert refused(b"a,b\n1,2\n", encoding="hex") == "unknown_encoding"
    assert refused("a,b\nж,2\n".encode("cp1251"), encoding="utf-8") == "wrong_encoding"


def test_one_broken_character_does_not_turn_utf8_into_another_encoding():
    content = ("Name,Born\n" + "Алесь,1990\n" * 20).encode() + b"\xd0,1991\n"
    assert rows(content)[0][1]["Name"] == "Алесь"
    assert rows(content)[-1][1]["Name"] == "\ufffd"
    assert notes(content) == ["damaged_characters"]


def test_quotes_run_over_lines_and_rows_may_be_ragged():
    content = 'Name,About,Place\n"A","one\ntwo, three","x"\nB\nC,c,z,more,,yet\n\n,,\nD,d,w\n'
    assert rows(content) == [
        (1, {"Name": "A", "About": "one\ntwo, three", "Place": "x"}),
        (2, {"Name": "B"}),
        (3, {"Name": "C", "About": "c", "Place": "z", "#4": "more", "#6": "yet"}),
        (6, {"Name": "D", "About": "d", "Place": "w"}),
    ]


def test_columns_without_a_name_or_with_the_same_get_one():
    content = b"Name,,Name,Name\nA,b,c,d\n"
    assert rows(content) == [(1, {"Name": "A", "#2": "b", "Name (2)": "c", "Name (3)": "d"})]
    assert notes(content) == ["columns_renamed"]


def test_titles_above_the_table_are_passed_over():
    content = b"List of prisoners,,,\n,,,\nas of May,,,\nName,Born,Place,Article\nA,1990,x,1\nB,1991,y,2\n"
    assert [number for number, _ in rows(content)] == [1, 2]
    assert rows(content)[0][1]["Article"] == "1"
    assert notes(content) == ["header_row"]


def test_the_header_row_can_be_given():
    assert rows("a,b\nc,d\ne,f\n", header_row=2) == [(1, {"c": "e", "d": "f"})]
    assert refused(b"a,b\n", header_row=7) == "no_header"


def test_nul_bytes_are_dropped():
    assert rows(b"Name,Born\nA\0da,1990\n") == [(1, {"Name": "Ada", "Born": "1990"})]


def test_a_quote_that_never_closes_is_no_endless_cell():
    content = b'Name,Born\n"A,1990\n' + b"B,1991\n" * 700_000
    assert refused(content) == "broken_row"


def test_a_header_alone_is_a_list_of_nobody():
    assert rows("Name,Born\n") == []


# --- what is no list ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n\n", "empty"),
        (b"PK\x03\x04....", "spreadsheet"),
        (b"\xd0\xcf\x11\xe0....", "spreadsheet"),
        (b"%PDF-1.7", "pdf"),
        (b"\x89PNG\r\n", "picture"),
        (bytes(range(256)) * 20, "binary"),
        (b"{}", "no_list"),
        (b'{"a": 1}', "no_list"),
        (b'{"a": [{"n": 1}], "b": [{"n": 1}]}', "several_lists"),
        (b'[{"a": 1}, {"a": ', "truncated"),
        (b'[{"a": 1}, {"a": nonsense}]', "broken_json"),
    ],
)
def test_what_is_no_list_is_named(content, code):
    assert refused(content) == code


# --- JSON -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        '[{"name": "Ада", "prison": {"title": "x"}}, {"name": "Бо"}]',
        '{"count": 2, "people": [{"name": "Ада", "prison": {"title": "x"}}, {"name": "Бо"}]}',
        '{"data": {"people": [{"name": "Ада", "prison": {"title": "x"}}, {"name": "Бо", "tags": []}]}}',
        '{"name": "Ада", "prison": {"title": "x"}}\n{"name": "Бо"}\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_documents_are_found_wherever_the_list_lies(content, encoding):
    (first, one), (second, two) = rows(content.encode(encoding))
    assert (first, one) == (1, {"name": "Ада", "prison": {"title": "x"}})
    assert (second, two["name"]) == (2, "Бо")


def test_where_the_list_lies_can_be_given():
    content = b'{"old": [{"n": 1}], "new": {"list": [{"n": 2}]}}'
    assert rows(content, path="new/list") == [(1, {"n": 2})]
    assert rows(content, path="new.list") == [(1, {"n": 2})]
    assert refused(content, path="elsewhere") == "no_list"


def test_an_object_of_objects_is_a_list_by_key():
    assert rows('{"a7": {"name": "A"}, "b9": {"name": "B"}}') == [
        (1, {"#key": "a7", "name": "A"}),
        (2, {"#key": "b9", "name": "B"}),
    ]


def test_what_came_before_the_break_is_given():
    assert until_it_breaks(b'[{"a": 1}, {"a": 2}, {"a') == ([(1, {"a": 1}), (2, {"a": 2})], "truncated")
    assert until_it_breaks(b'{"x": [{"a": 1}, {"a": 2}, {"a') == ([(1, {"a": 1}), (2, {"a": 2})], "truncated")
    assert until_it_breaks(b'{"a": 1}\n{"a": 2}\n{"a') == ([(1, {"a": 1}), (2, {"a": 2})], "broken_json")


def test_halves_of_characters_and_nul_do_not_get_through():
    name = rows(b'[{"name": "A\\ud800B\\u0000C"}]')[0][1]["name"]
    assert name.replace("?", "").replace("\ufffd", "") == "ABC"


def test_items_that_are_no_objects_are_given_as_a_column():
    assert rows('["A", {"name": "B"}]') == [(1, {"#1": "A"}), (2, {"name": "B"})]


def test_nesting_without_end_harms_nobody():
    assert refused(b'[{"a": ' * 100_000) == "too_deep"
    assert refused(b'[{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]") == "too_deep"
    assert refused(b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b'}\n{"a": 1}\n') == "too_deep"
    assert refused(b"[" * 100_000) == "too_deep"


def test_brackets_in_texts_are_no_nesting():
    assert len(rows(json.dumps([{"a": '[{"\\' * 50_000}] * 3))) == 3


def test_rows_keep_a_bounded_depth():
    content = b'[{"a": ' + b"[" * 60 + b'"x"' + b"]" * 60 + b', "name": "A"}]'
    assert rows(content)[0][1]["name"] == "A"


def test_a_path_is_opened_and_closed(tmp_path):
    path = tmp_path / "list.json"
    path.write_text(json.dumps([{"name": "A"}]))
    assert list(read_list(path).rows) == [(1, {"name": "A"})]


def test_a_stream_is_left_open():
    stream = io.BytesIO(b"a,b\n1,2\n")
    list(read_list(stream).rows)
    assert not stream.closed


# --- anything -------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [b'"', b",", b";", b"\n", b"\r", b"\0", b"[", b"]", b"{", b"}", b":", b'{"a": 1}', b'[{"a": [', b"\xff\xfe",
     b"\xef\xbb\xbf", b"Name", b"\xd0\x90", b"\xe0\xe1\xe2", b"1e9999", b"9" * 5000, b"\\ud800", b"\t", b"|", b" "]
)  # fmt: skip


@given(st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=30).map(b"".join)))
def test_whatever_comes_there_are_rows_or_a_named_problem(content):
    for number, row in until_it_breaks(content)[0]:
        assert number > 0
        assert all(isinstance(key, str) for key in row)
        json.dumps(row, ensure_ascii=False).encode()


@given(st.text(max_size=200), st.sampled_from(["", "utf-8", "cp1252", "utf-16", "idna", "utf-7", "punycode"]))
def test_whatever_encoding_is_claimed_there_are_rows_or_a_named_problem(text, encoding):
    until_it_breaks(text.encode("utf-8", "replace"), encoding=encoding)
