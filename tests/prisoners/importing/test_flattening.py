from hypothesis import given
from hypothesis import strategies as st

from campaign.prisoners.importing.flattening import DEEPEST, flatten, unflatten

TEXTS = st.text(min_size=1, max_size=8)
KEYS = st.one_of(st.text(max_size=6), st.sampled_from(["0", "1", "10", "/", "~", "~1", "~:0", "a/b", "name"]))
VALUES = st.recursive(
    TEXTS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=12), st.dictionaries(KEYS, inner, min_size=1, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_a_document_comes_back_whole(document):
    assert unflatten(flatten(document)) == document


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=5), max_size=8))
def test_any_row_gives_a_document_that_stays_what_it_is(row):
    document = unflatten(row)
    assert unflatten(flatten(document)) == document


def test_objects_and_lists_become_columns_in_their_order():
    document = {"name": "A", "prison": {"title": "No. 1", "address": "B"}, "articles": ["1", "2"], "deep": [{"x": "y"}]}
    assert list(flatten(document).items()) == [
        ("name", "A"),
        ("prison/title", "No. 1"),
        ("prison/address", "B"),
        ("articles/0", "1"),
        ("articles/1", "2"),
        ("deep/0/x", "y"),
    ]


def test_what_is_empty_is_left_out_and_other_values_are_written():
    document = {"a": "", "b": None, "c": [], "d": {}, "e": 0, "f": False, "g": True, "h": 1.5}
    assert flatten(document) == {"e": "0", "f": "false", "g": "true", "h": "1.5"}


def test_items_come_in_the_order_of_their_numbers_and_gaps_close():
    assert unflatten({"a/10": "c", "a/2": "b", "a/0": "a", "a/5": ""}) == {"a": ["a", "b", "c"]}


def test_deeper_columns_count_more_than_the_one_above_them():
    assert unflatten({"articles": "FALSE", "articles/0": "1"}) == {"articles": ["1"]}
    assert unflatten({"articles/0": "1", "articles": "FALSE"}) == {"articles": ["1"]}
    assert unflatten({"articles": "FALSE", "articles/0": ""}) == {"articles": "FALSE"}


def test_a_column_of_a_thousand_levels_harms_nobody():
    document = unflatten({"/".join("a" * 5000): "x"})
    for _ in range(DEEPEST):
        document = document["a"]
    assert set(document) == {"/".join("a" * (5000 - DEEPEST))} or isinstance(document, str)


def test_a_document_of_a_thousand_levels_harms_nobody():
    document = "x"
    for _ in range(5000):
        document = [document]
    assert list(flatten({"a": document}).values()) == ["x"]
