"""When two names or addresses are the same, and when they are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.facilities.naming import LONGEST_KEY, address_key, name_key


@pytest.mark.parametrize(
    "name",
    ["Prison No. 4", "Prison №4", "prison # 4", "Prison Nr 4", "Prison N° 4", "Prison Nº4", "PRISON-4", "Prison № 04"],
)  # fmt: skip
def test_every_way_to_write_the_number_is_one(name):
    assert name_key(name) == name_key("Prison 4")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Main Prison (Hill Pre-trial Detention Center)", "Main prison (hill detention centre)"),
        ("Main Prison (Hill Pre-trial Detention Center)", "Main Prison [Hill Pretrial Detention Facility]"),
        ("Colony No. 3 (Lake)", "Colony (Lake) #3"),
        ("ИК-4", "ик № 4"),
    ],
)
def test_wording_that_says_nothing_makes_no_difference(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Prison No. 4", "Prison No. 14"),
        ("Prison No. 4", "Colony No. 4"),
        ("Prison No. 1 (Hill)", "Prison No. 1 (Lake)"),
        ("Main Prison (Hill prison)", "Main Prison (Hill colony)"),
        ("Main Prison", "Main Prison (Hill Detention Center)"),
        ("Town (detention center)", "Town (colony)"),
        ("Town (IK-1)", "Town (SIZO-1)"),
        ("—", "?"),
    ],
)
def test_what_may_be_two_places_stays_two(one, other):
    assert name_key(one) != name_key(other)


def test_an_address_is_the_same_whatever_the_order_and_the_commas():
    assert address_key("220030, Town, Long street 2") == address_key("Town,\nLong Street 2\n220030")
    assert address_key("Town, Long street 2") != address_key("Town, Long street 22")


@given(st.text(max_size=300))
def test_every_name_has_a_key_that_fits_its_column(name):
    key = name_key(name)
    assert len(key) <= LONGEST_KEY
    assert key or not name.strip()
    assert name_key(name) == key
