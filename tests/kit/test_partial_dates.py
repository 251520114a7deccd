import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.kit.partial_dates import EARLIEST_YEAR, LATEST_YEAR, LONGEST, Age, BadDate, PartialDate, age

DAYS = st.dates(date(EARLIEST_YEAR, 1, 1), date(LATEST_YEAR, 12, 31))


@st.composite
def partial_dates(draw: st.DrawFn) -> PartialDate:
    day, certain = draw(DAYS), draw(st.booleans())
    known = draw(st.integers(1, 3))
    return PartialDate(day.year, day.month if known > 1 else None, day.day if known > 2 else None, certain=certain)


@given(partial_dates())
def test_what_is_written_is_read_back(partial):
    text = str(partial)
    assert PartialDate.parse(text) == partial
    assert PartialDate.parse_optional(f" {text} ") == partial
    assert len(text) <= LONGEST


@given(st.text() | st.from_regex(r"\d{4}(-\d{2}(-\d{2})?)?\??", fullmatch=True))
def test_reading_any_text_gives_a_date_or_bad_date(text):
    try:
        found = PartialDate.parse(text)
    except BadDate:
        return
    assert str(found) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1954-02-29",
        "2020-13",
        "2020-00",
        "2020-05-00",
        "2020-5-1",
        "20-05-01",
        "1799",
        "2201",
        "2020-05-12 ?",
        "٢٠٢٠",
    ],
)
def test_what_never_was_is_refused(text):
    with pytest.raises(BadDate):
        PartialDate.parse(text)


@pytest.mark.parametrize("values", [(2020, 0), (2020, 1, 0), (2020, None, 5), (2020, 0, 1), (2020, 13)])
def test_parts_that_do_not_fit_are_refused(values):
    with pytest.raises(BadDate):
        PartialDate(*values)


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_nothing_is_no_date(nothing):
    assert PartialDate.parse_optional(nothing) is None


@given(partial_dates(), DAYS)
def test_it_spans_the_days_it_can_be(partial, day):
    inside = partial.first <= day <= partial.last
    known = (partial.year, partial.month or day.month, partial.day or day.day)
    assert inside == ((day.year, day.month, day.day) == known)
    assert partial.may_be(PartialDate.of(day)) == inside
    assert partial.exact == (partial.first == partial.last)


@given(partial_dates(), partial_dates())
def test_it_may_be_another_both_ways_and_however_sure_they_are(one, other):
    assert one.may_be(one)
    assert one.may_be(other) == other.may_be(one) == one.believed().may_be(other)


@given(DAYS, DAYS)
def test_text_sorts_as_days_do(one, other):
    assert (str(PartialDate.of(one)) < str(PartialDate.of(other))) == (one < other)


@given(partial_dates())
def test_believed_is_the_same_date(partial):
    assert not partial.believed().certain
    assert partial.believed().first == partial.first


@pytest.mark.parametrize(
    ("born", "on", "expected"),
    [
        ("1980-05-17", date(2020, 5, 16), Age(39, 39)),
        ("1980-05-17", date(2020, 5, 17), Age(40, 40)),
        ("1980-02-29", date(2021, 2, 28), Age(40, 40)),
        ("1980-02-29", date(2021, 3, 1), Age(41, 41)),
        ("1980-05", date(2020, 5, 17), Age(39, 40)),
        ("1980-05", date(2020, 6, 1), Age(40, 40)),
        ("1980", date(2020, 5, 17), Age(39, 40)),
        ("1980?", date(2020, 12, 31), Age(40, 40)),
        ("2020", date(2020, 5, 17), Age(0, 0)),
        ("2021", date(2020, 5, 17), None),
        ("1980-05-17", PartialDate(2020), Age(39, 40)),
        ("1980", PartialDate(2020), Age(39, 40)),
    ],
)
def test_age_is_as_sure_as_the_dates(born, on, expected):
    assert age(PartialDate.parse(born), on) == expected


@given(partial_dates(), st.integers(0, 365), st.integers(0, 50_000))
def test_age_holds_every_age_that_the_dates_allow(born, into, lived):
    birth = min(born.first + timedelta(days=into), born.last)
    on = min(birth + timedelta(days=lived), date(LATEST_YEAR, 12, 31))
    years = on.year - birth.year
    leap_day = (birth.month, birth.day) == (2, 29) and not calendar.isleap(on.year)
    anniversary = date(on.year, 3, 1) if leap_day else date(on.year, birth.month, birth.day)
    found = age(born, on)
    assert found.low <= years - (on < anniversary) <= found.high
    assert found.high - found.low <= 1
