"""No cell of a table is a formula, and nothing is lost."""

from hypothesis import given
from hypothesis import strategies as st

from campaign.kit.csv_cells import guard, unguard

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
anything = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.text(";\t\r\n '\"=+-@＝a", max_size=8),
    st.builds(
        lambda start, rest: start + rest, st.sampled_from([*FORMULA, "'", '"', "＝"]), st.text("a=,\"'\n", max_size=5)
    ),
)


@given(anything, st.sampled_from([";", "\t", "\n", "\r"]))
def test_nor_does_a_formula_begin_where_a_program_parts_the_cells_elsewhere(cell, sign):
    for part in guard(f"x{sign}{cell}").split(sign)[1:]:
        assert not part.lstrip(" ").startswith(("=", "+", "-", "@", '"', "＝"))


@given(anything)
def test_no_cell_is_a_formula_and_the_guard_comes_off_again(cell):
    assert not guard(cell).startswith(FORMULA)
    assert unguard(guard(cell)) == cell


def test_an_apostrophe_typed_by_hand_stays():
    assert unguard("'t Hooft") == "'t Hooft"
    assert unguard("d'Arc;'x") == "d'Arc;'x"
