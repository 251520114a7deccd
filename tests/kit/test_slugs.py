import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.kit.slugs import slug


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ales Bialiatski", "ales-bialiatski"),
        ("Валянцін Стэфановіч", "valyantsin-stefanovich"),
        ("Stefanoviс", "stefanovic"),  # with a Cyrillic с
        ("Łacinka", "lacinka"),
        ("Ğülşən Əliyeva", "gulshan-aliyeva"),
        ("Ğ", "g"),
        ("Größe & Weiß", "grosse-weiss"),
        ("Дем'яненко", "demyanenko"),
        ("Щербаков Хасан", "shcherbakov-khasan"),
        ("O’Brien-Smith", "obrien-smith"),
        ("محمد", "mhmd"),
        ("სააკაშვილი", "saakashvili"),
        ("ИК №4", "ik-4"),
        ("王 Anna", "anna"),
        ("../../etc", "etc"),
    ],
)
def test_a_slug_reads_like_the_name(name, expected):
    assert slug(name) == expected


def test_what_has_no_letters_of_an_alphabet_gets_the_fallback():
    assert slug("王小明", fallback="prisoner") == "prisoner"
    assert slug("") == "x"


def test_a_slug_is_cut_and_does_not_end_in_a_hyphen():
    assert slug("ab cd", longest=3) == "ab"


@given(st.text(), st.integers(1, 30))
def test_a_slug_is_always_one(text, longest):
    found = slug(text, longest=longest)
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", found)
    assert len(found) <= longest
    assert slug(found, longest=longest) == found
