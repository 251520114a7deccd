import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.prisoners.importing.sentences import read_sentence


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("4 1/2 years", {"months": 54}),
        ("4½ years", {"months": 54}),
        ("2 years 6 months", {"months": 30}),
        ("five and half years", {"months": 66}),
        ("five years and half imprisonment", {"months": 66}),
        ("a year and a half", {"months": 18}),
        ("three years and four months in jail", {"months": 40}),
        ("eleven-year sentence", {"months": 132}),
        ("15 days", {"days": 15}),
        ("3 weeks", {"days": 21}),
        ("1.5 months", {"months": 1, "days": 15}),
        ("5 лет 6 месяцев", {"months": 66}),
        ("2 г. 6 мес.", {"months": 30}),
        ("4,5 года", {"months": 54}),
        ("5 il 6 ay", {"months": 66}),
        ("6 yıl 3 ay hapis", {"months": 75}),
        ("2 Jahre und 6 Monate", {"months": 30}),
        ("٣ سنوات", {"months": 36}),
        ("2 to 5 years", {}),
        ("2-5 years", {}),
        ("ten to fifteen days", {}),
        ("10 years, reduced to 8 years", {}),
        ("since 2020", {}),
        ("1/0 years", {"months": 12}),
    ],
)
def test_lengths_are_read_where_they_are_clear(text, length):
    sentence = read_sentence(text)
    assert {key: sentence[key] for key in ("months", "days") if key in sentence} == length
    assert sentence["text"] == text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("6 years", "prison"),
        ("life", "life"),
        ("пожизненно", "life"),
        ("müebbet hapis", "life"),
        ("death penalty", "death"),
        ("2 years, suspended imprisonment", "suspended"),
        ("2 года условно", "suspended"),
        ("3 years of house arrest", "house_arrest"),
        ("3 years of restricted freedom without referral to an open facility", "house_arrest"),
        ("3 years of restricted freedom", "restricted"),
        ("3 года ограничения свободы с направлением", "restricted"),
        ("compulsory psychiatric treatment", "psychiatric"),
        ("fine of 100 base units", "fine"),
        ("2 years and a fine", "prison"),
        ("acquitted", "acquitted"),
    ],
)
def test_the_kind_is_told_by_words(text, kind):
    assert read_sentence(text)["kind"] == kind


def test_the_regime_stands_in_the_penalty():
    assert read_sentence("6 years", more="imprisonment in a medium-security penal colony", start="2022-01") == {
        "kind": "prison",
        "text": "6 years, imprisonment in a medium-security penal colony",
        "months": 72,
        "regime": "medium-security penal colony",
        "start": "2022-01",
    }


def test_nothing_is_no_sentence():
    assert read_sentence(" ") is None


@given(st.text(alphabet="0123456789½/., years months year and a half один лет ٣ -", max_size=60) | st.text())
def test_no_text_is_too_strange(text):
    sentence = read_sentence(text)
    assert sentence is None or all(isinstance(sentence.get(key, 1), int) for key in ("months", "days"))
