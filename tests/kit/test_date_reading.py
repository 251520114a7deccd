from datetime import date

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from campaign.kit.date_reading import LANGUAGES, LONGEST, AmbiguousDate, read_date
from campaign.kit.partial_dates import BadDate, PartialDate

DAYS = st.dates(date(1800, 1, 1), date(2200, 12, 31))
SEPARATORS = st.sampled_from(["/", "-", " ", " / ", ". "])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("22 November 2013", "2013-11-22"),
        ("March 07, 2014", "2014-03-07"),
        ("March13, 2007", "2007-03-13"),
        ("October 5 2012", "2012-10-05"),
        ("Tuesday, 12 May 2021", "2021-05-12"),
        ("the 1st of May 2020", "2020-05-01"),
        ("12-May-2021", "2021-05-12"),
        ("12 Sept. 2020", "2020-09-12"),
        ("12 Novem 2020", "2020-11-12"),
        ("31.07.2013", "2013-07-31"),
        ("31. 7. 2013", "2013-07-31"),
        ("2013/7/31", "2013-07-31"),
        ("2013-07-31T00:00:00Z", "2013-07-31"),
        ("2013-07-31 00:00:00.000+03:00", "2013-07-31"),
        ("31.07.2013 12:30 PM", "2013-07-31"),
        ("20130731", "2013-07-31"),
        ("31/07/2013", "2013-07-31"),
        ("07/31/2013", "2013-07-31"),
        ("05/05/2013", "2013-05-05"),
        ("12 мая 2021 г.", "2021-05-12"),
        ("12-го мая 2021 года", "2021-05-12"),
        ("Вт, 12 мая 2021", "2021-05-12"),
        ("12 янв 2021", "2021-01-12"),
        ("12 траўня 2021", "2021-05-12"),
        ("12 ТРАЎНЯ 2021 года", "2021-05-12"),
        ("20.10.2020 г.р.", "2020-10-20"),
        ("12 травня 2021 року", "2021-05-12"),
        ("12 lipca 2020 r.", "2020-07-12"),
        ("12 липня 2020", "2020-07-12"),
        ("1er mai 2020", "2020-05-01"),
        ("12 avqust 2014-cü il", "2014-08-12"),
        ("12 iyl 2014", "2014-07-12"),
        ("12 Mayıs 2021", "2021-05-12"),
        ("12 მაისი 2020", "2020-05-12"),
        ("12 մայիսի 2021 թ.", "2021-05-12"),
        ("١٢ مايو ٢٠٢١", "2021-05-12"),
        ("٢٠٢٠-٠٥-١٢", "2020-05-12"),
        ("2020年5月12日", "2020-05-12"),
        ("12.V.2021", "2021-05-12"),
        ("１２／１３／２０２１", "2021-12-13"),
        ("Mai 2020", "2020-05"),
        ("май 2020", "2020-05"),
        ("5/2020", "2020-05"),
        ("2020-05", "2020-05"),
        ("2020-05-00", "2020-05"),
        ("1985-00-00", "1985"),
        ("2020", "2020"),
        ("в 1985 году", "1985"),
        ("c. 1985", "1985?"),
        ("ca.1985", "1985?"),
        ("около 1985", "1985?"),
        ("каля 12 траўня 1985", "1985-05-12?"),
        ("1985?", "1985?"),
        ("May 1985 (?)", "1985-05?"),
        ("~1985", "1985?"),
    ],
)
def test_a_date_is_read_as_people_write_it(text, expected):
    assert str(read_date(text)) == expected


@pytest.mark.parametrize(
    "text",
    ["", "  ", "-", "—", "?", "FALSE", "n/a", "N/A", "unknown", "неизвестно", "Невядома", "0000-00-00", "\u200b"],
)
def test_what_says_that_nothing_is_known_is_none(text):
    assert read_date(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "1954-02-29",
        "29 February 1954",
        "31.04.2020",
        "2020-13-01",
        "2020-31-07",
        "32/13/2020",
        "12 May",
        "May",
        "12.05",
        "12 May 21",
        "May 21",
        "12.05.21",
        "44197",  # a spreadsheet's serial number
        "1399/02/12",  # another calendar
        "2563-05-12",
        "1985-1986",
        "12-13 May 2020",
        "May June 2020",
        "before 2020",
        "2020 (see file)",
        "5 years",
        "год",
        "1" * 50,
        "2020" + " " * LONGEST,
    ],
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(BadDate):
        read_date(text)


def test_an_ambiguous_date_tells_both_readings():
    with pytest.raises(AmbiguousDate) as caught:
        read_date("03/04/2020")
    assert [str(reading) for reading in caught.value.readings] == ["2020-03-04", "2020-04-03"]


def test_the_order_of_a_list_is_taken_at_its_word():
    assert str(read_date("03/04/2020", order="dmy")) == "2020-04-03"
    assert str(read_date("03/04/2020", order="mdy")) == "2020-03-04"
    assert str(read_date("2020/03/04", order="mdy")) == "2020-03-04"
    with pytest.raises(BadDate):
        read_date("07/31/2013", order="dmy")
    with pytest.raises(AmbiguousDate):
        read_date("03/04/2020", order="ymd")


def test_two_digits_are_a_year_only_of_a_given_century():
    assert str(read_date("12.05.30", century=1930)) == "1930-05-12"
    assert str(read_date("12.05.29", century=1930)) == "2029-05-12"
    assert str(read_date("30/05/12", century=1930, order="ymd")) == "1930-05-12"
    assert str(read_date("12 May 30", century=1930)) == "1930-05-12"
    assert str(read_date("30 May 12", century=1930, order="ymd")) == "1930-05-12"
    with pytest.raises(BadDate):
        read_date("May 30", century=1930)


def test_a_month_that_is_another_one_next_door_needs_the_language():
    assert read_date("12 listopada 2020").month == 11
    assert read_date("12 listopada 2020", languages=["hr"]).month == 10
    with pytest.raises(AmbiguousDate):
        read_date("12 listopada 2020", languages=["hr", "pl"])


def test_only_the_given_languages_are_read():
    with pytest.raises(BadDate):
        read_date("12 мая 2021", languages=["en"])


@pytest.mark.parametrize("language", ["xx", "../en", ""])
def test_a_language_that_is_none_is_an_error_of_the_caller(language):
    with pytest.raises(ValueError, match="no such language") as caught:
        read_date("2020", languages=[language])
    assert not isinstance(caught.value, BadDate)


def test_no_name_of_a_month_is_two_months_among_the_languages_known_without_asking():
    for language in LANGUAGES:
        for forms in Locale.parse(language).months.values():
            for width in ("wide", "abbreviated"):
                for month, name in forms[width].items():
                    if name.replace(".", "").isalpha():
                        assert read_date(f"12 {name} 2020") == PartialDate(2020, month, 12), (language, name)


@given(DAYS, SEPARATORS, st.sampled_from(["dmy", "mdy"]))
def test_numbers_are_read_back_in_their_order(day, separator, order):
    first, second = (day.day, day.month) if order == "dmy" else (day.month, day.day)
    for text in (
        f"{first}{separator}{second}{separator}{day.year}",
        f"{first:02}{separator}{second:02}{separator}{day.year}",
    ):
        assert read_date(text, order=order) == PartialDate.of(day)


@given(DAYS, SEPARATORS, st.sampled_from(["dmy", "mdy", "ymd", None]))
def test_a_year_in_front_is_read_back_in_any_order(day, separator, order):
    text = f"{day.year}{separator}{day.month}{separator}{day.day}"
    assert read_date(text, order=order) == PartialDate.of(day)


@given(
    DAYS,
    st.sampled_from(["en", "ru", "be", "uk", "de", "fr", "it", "pl", "tr", "az", "ka", "hy", "ar"]),
    st.sampled_from(["{d} {m} {y}", "{m} {d}, {y}", "{y} {m} {d}", "{d}. {m} {y} ?", "{m} {y}", "ca. {m}{y}"]),
    st.sampled_from([str, str.upper, str.title]),
)
def test_named_months_are_read_back(day, language, pattern, case):
    name = Locale.parse(language).months["format"]["wide"][day.month]
    found = read_date(case(pattern.format(d=day.day, m=name, y=day.year)))
    expected = PartialDate(day.year, day.month, day.day if "{d}" in pattern else None)
    assert found == (expected if "?" not in pattern and "ca" not in pattern else expected.believed())


PIECES = st.sampled_from(
    [
        *" .,/-:?~TZ",
        "12",
        "5",
        "1985",
        "2020",
        "00",
        "May",
        "мая",
        "г.",
        "c.",
        "V",
        "n/a",
        "T12:30",
        "年",
        "٣",
        "²",
        "\u200b",
        "𝟗",
    ]
)


@given(
    st.text(max_size=100) | st.lists(PIECES, max_size=8).map("".join),
    st.sampled_from(["dmy", "mdy", "ymd", None]),
    st.sampled_from([None, 1930]),
)
def test_any_text_is_a_date_or_none_or_bad(text, order, century):
    try:
        found = read_date(text, order=order, century=century)
    except BadDate:
        return
    assert found is None or PartialDate.parse(str(found)) == found
